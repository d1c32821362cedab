import { flow } from "../authoring/flow.ts";
import { type TestOptions, testFlow } from "./test-flow.ts";

/**
 * Runs a piece of a test as a flow's body is run: `openSession()`, resources, tasks and `flow.fn` work in it, in this
 * process. What it opens is torn down when it ends.
 * @returns what the body returns, as it is.
 * @throws what the body throws, as it is; or, where tasks failed that it didn't await, what the first failed with.
 */
export async function inTest<Result>(
  body: () => Result,
  options: TestOptions = {},
): Promise<Awaited<Result>> {
  let ended: { readonly value: Awaited<Result> } | { readonly error: unknown } | undefined;
  const whole = flow({ name: "Test" }, async () => {
    try {
      ended = { value: await body() };
    } catch (error) {
      ended = { error };
      throw error;
    }
  });
  await using tested = await testFlow(whole, {}, options);
  if (ended !== undefined && "error" in ended) throw ended.error;
  await tested.result();
  if (ended === undefined) throw new Error("The test's body did not end.");
  return ended.value;
}
