import assert from "node:assert/strict";
import { runFlow, text } from "./flow-fixture.ts";

describe("values of a flow", () => {
  it("go to a task and come back as they were: all that structured clone knows", async () => {
    const outcome = await runFlow(`
import { deepStrictEqual } from "node:assert";
const echo = task("Echo", (value: unknown) => value);
const cyclic: any = { name: "c", list: [] };
cyclic.list.push(cyclic);
const shared = { n: 1 };
const values: unknown[] = [
  undefined, null, 0, -0, NaN, Infinity, "", "text", 2n ** 65n, true, [], {}, [undefined], { u: undefined },
  new Date(0), new Map([[{ k: 1 }, new Set([1, "a"])]]), new RangeError("r"), /x/g, new Uint8Array([1, 2]), Buffer.from("ab"),
  { $millrace: "result", run: "Echo-0" }, { $millrace: { $millrace: "object", value: 1 } }, cyclic, [shared, shared], "x".repeat(3_000_000),
  new Float64Array(500_000).fill(1 / 3),
];
export default flow({ name: "F" }, async () => {
  for (const value of values) deepStrictEqual(await echo(echo(value)), value);
  const all = await echo(values.map((value) => echo(value)));
  deepStrictEqual(all, values);
  const sharedBytes = new Float32Array(new SharedArrayBuffer(8));
  sharedBytes.fill(2);
  const copied = echo(sharedBytes);
  sharedBytes.fill(3);
  deepStrictEqual(await copied, new Float32Array([2, 2]));
});
`);
    assert.equal(outcome.states.split("\n")[0], ". Completed('All states completed.')", outcome.log);
  });

  it("are taken as they are at the call, whatever becomes of them before the task starts", async () => {
    const outcome = await runFlow(
      `
const slow = task("Slow", () => sleep(100));
const show = task("Show", (value: { n: number }) => { log.info("n is", value.n); });
export default flow({ name: "F" }, async () => {
  slow();
  const value = { n: 1 };
  show(value);
  value.n = 2;
  await show(value);
});
`,
      "--threads",
      "1",
    );
    assert.deepEqual(outcome.log.match(/n is \d/g), ["n is 1", "n is 2"]);
  });

  it("that can't cross fail their call, or their task, with the place", async () => {
    const outcome = await runFlow(`
class Movie { title = "Heat"; }
const take = task("Take", (_: unknown) => 1);
const give = task("Give", (what: string): unknown => ({
  function: { rows: [1, () => 1] }, symbol: [Symbol("s")], class: new Map([["m", new Movie()]]), promise: { later: Promise.resolve(1) }, proxy: [new Proxy({}, {})],
})[what]);
export default flow({ name: "F" }, () => {
  for (const what of ["function", "symbol", "class", "promise", "proxy"]) give(what);
  for (const value of [{ callback() {} }, [new Movie()], new Set([Promise.resolve()]), (() => { const f = take(1); return new Map([[f, f]]); })()]) {
    try { take(value); } catch (error) { log.info(error.message); }
  }
  take(1, take);
});
`);
    assert.equal(
      outcome.states,
      text`
        . Failed("Flow run encountered an exception: Task 'Take': argument at [1] is a function, which can't go to another thread: pass the data that it works on.")
        Give-0 Failed("The result of task 'Give' at rows[1] is a function, which can't go to another thread: pass the data that it works on.")
        Give-1 Failed("The result of task 'Give' at [0] is a symbol.")
        Give-2 Failed('The result of task \'Give\' at get("m") is an instance of Movie, which would arrive without its class: pass plain data, or a resource.')
        Give-3 Failed("The result of task 'Give' at later is a promise: await it first.")
        Give-4 Failed("The result of task 'Give' can't cross to another thread: #<Object> could not be cloned.")
        Take-0 Completed()
        Take-1 Completed()`,
    );
    assert.equal(
      (outcome.log.match(/Flow run 'NAME' - Task .*/g) ?? []).join("\n"),
      text`
        Flow run 'NAME' - Task 'Take': argument at [0].callback is a function, which can't go to another thread: pass the data that it works on.
        Flow run 'NAME' - Task 'Take': argument at [0][0] is an instance of Movie, which would arrive without its class: pass plain data, or a resource.
        Flow run 'NAME' - Task 'Take': argument at [0].values()[0] is a promise: await it first.`,
    );
  });

  it("are refused with the reason where a task isn't one that threads can find", async () => {
    const outcome = await runFlow(`
export default flow({ name: "F" }, () => {
  const inside = task("Inside", () => 1);
  inside();
});
`);
    assert.equal(
      outcome.states,
      `. Failed("Flow run encountered an exception: The task 'Inside' is defined while the flow runs, where no worker thread can find it. Define it at the top level of a module that the flow imports.")`,
    );
  });
});
