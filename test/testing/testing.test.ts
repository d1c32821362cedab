import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { allowFailure, artifact, flow, log, openSession, resource, type Table, task } from "millrace";
import type * as Testing from "millrace/testing";
import { z } from "zod";
import { formatState } from "../../runtime/events/states.ts";
import cities, { load, warmest } from "./cities.flow.ts";

const double = task("Double", (n: number) => n * 2);
const fails = task({ name: "Fails", retries: 1, retryDelay: 1 }, (what: string): number => {
  log.warn("about to fail");
  throw new RangeError(what);
});
const sum = task("Sum", (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0));

describe("millrace/testing", () => {
  let folder: string;
  let inTest: typeof Testing.inTest;
  let replaceTask: typeof Testing.replaceTask;
  let testFlow: typeof Testing.testFlow;
  before(async () => {
    // The built one, as users have it: a run needs modules that are built.
    const built: typeof Testing = await import(pathToFileURL(resolve("dist/testing.js")).href);
    ({ inTest, replaceTask, testFlow } = built);
    folder = mkdtempSync(join(tmpdir(), "millrace-testing-"));
    writeFileSync(join(folder, "days.csv"), "city,celsius\nNice,16\nOslo,6\nRome,18\nRome,20\n");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("runs README's example as a whole, with tables, artifacts and logs", async () => {
    await using run = await testFlow(cities, { file: "days.csv" }, { folder });
    assert.equal(
      story(run),
      [
        "Completed('All states completed.')",
        "Load-0 Completed()",
        "Warmest-0 Completed()",
        "INFO 2 cities",
      ].join("\n"),
    );
    assert.deepEqual(run.artifacts.warmest?.content, {
      kind: "table",
      columns: [
        { name: "city", type: "string" },
        { name: "mean", type: "double" },
      ],
      rows: [
        ["Rome", 19],
        ["Nice", 16],
      ],
      total: 2,
    });
    const expected = [
      { city: "Rome", mean: 19 },
      { city: "Nice", mean: 16 },
    ];
    assert.deepEqual(await ((await run.resultOf("Warmest-0")) as Table).rows(), expected);
    assert.equal(await ((await run.resultOf("Load")) as Table).count(), 4);
  });

  it("replaces chosen tasks, and leaves the rest as it is", async () => {
    const made = replaceTask(load, (session, file) =>
      session.fromRows(
        [
          { name: "city", type: "string" },
          { name: "celsius", type: "double" },
        ],
        [{ city: file, celsius: 21 }],
      ),
    );
    await using run = await testFlow(cities, { file: "Lima", above: 20 }, { replace: [made] });
    assert.deepEqual(await ((await run.resultOf("Warmest")) as Table).rows(), [{ city: "Lima", mean: 21 }]);

    let tries = 0;
    const flaky = replaceTask(warmest, async (_session, days) => {
      if (++tries < 3) throw new Error("not yet");
      return days;
    });
    await using again = await testFlow(cities, { file: "days.csv" }, { folder, replace: [flaky] });
    assert.deepEqual(
      again.taskRuns.map(({ id, tries, state }) => [id, tries, state.name]),
      [
        ["Load-0", 1, "Completed"],
        ["Warmest-0", 3, "Completed"],
      ],
    );
  });

  it("lets flow.fn, task.fn and openSession work in a test", async () => {
    const rows = await inTest(
      async () => {
        await using session = await openSession();
        const days = await load.fn(session, "days.csv");
        const table = await warmest.fn(session, days, 17);
        return await table.rows();
      },
      { folder },
    );
    assert.deepEqual(rows, [{ city: "Rome", mean: 19 }]);
    assert.equal(await inTest(() => cities.fn({ file: "days.csv", above: 15 }), { folder }), undefined);
    const twice = flow({ name: "Twice", parameters: z.object({ n: z.number() }) }, async ({ n }) => {
      const once = double(n);
      return [await once, await double(once)];
    });
    assert.deepEqual(await inTest(() => twice.fn({ n: 3 })), [6, 12]);
  });

  it("has the states of a real run: retries, what is not ready, what was handled, subflows, maps", async () => {
    const inner = flow({ name: "Inner", parameters: z.object({ n: z.number() }) }, ({ n }) =>
      sum(double.map([n, n + 1])),
    );
    const outer = flow({ name: "Outer" }, async () => {
      const bad = fails("no");
      const after = double(bad);
      const handled = await allowFailure(bad);
      const total = await inner({ n: 1 });
      return [handled, total, (await after.state()).name];
    });
    await using run = await testFlow(outer, {});
    assert.equal(
      story(run),
      [
        "Completed('4/6 states completed, 1 failure handled, 1 not ready below.')".replace("4/6", "1/3"),
        "Fails-0 Failed('RangeError: no')",
        "Double-0 NotReady(\"Upstream task run 'Fails-0' did not reach a 'COMPLETED' state.\", type=PENDING)",
        "Inner-0/Double-0 Completed()",
        "Inner-0/Double-1 Completed()",
        "Inner-0/Sum-0 Completed()",
        "WARNING about to fail",
        "WARNING about to fail",
      ].join("\n"),
    );
    const [failure, total, state] = (await run.result()) as [{ error: Error }, number, string];
    assert.deepEqual([failure.error.message, total, state], ["no", 6, "NotReady"]);
  });

  it("tears resources down, and throws what the body throws", async () => {
    const told: string[] = [];
    const connection = resource({
      name: "connection",
      setup: (name: string) => ({ name }),
      teardown: ({ name }) => void told.push(`closed ${name}`),
    });
    const error = new Error("of the body");
    const thrown = await inTest(async () => {
      await connection("db");
      throw error;
    }).catch((thrown: unknown) => thrown);
    assert.equal(thrown, error);
    assert.deepEqual(told, ["closed db"]);

    await assert.rejects(
      inTest(() => {
        fails("unseen");
      }),
      ({ cause }: Error) => cause instanceof Error && cause.message === "unseen",
    );
  });

  it("keeps two tests apart that run at the same time, and tasks of one name in two flows", async () => {
    const other = task("Double", (n: number) => n * 200);
    const one = flow({ name: "One", parameters: z.object({ n: z.number() }) }, ({ n }) => double(n));
    const two = flow({ name: "Two", parameters: z.object({ n: z.number() }) }, async ({ n }) => {
      await artifact.markdown("note", `n is ${n}`);
      return other(n);
    });
    const runs = await Promise.all(
      [1, 2, 3].flatMap((n) => [testFlow(one, { n }), testFlow(two, { n })] as const),
    );
    const results = await Promise.all(runs.map((run) => run.result()));
    assert.deepEqual(results, [2, 200, 4, 400, 6, 600]);
    assert.deepEqual(runs[3]?.artifacts.note?.content, { kind: "markdown", text: "n is 2" });
    for (const run of runs) await run[Symbol.asyncDispose]();
  });

  it("times tasks out, cancels, and says which parameter is wrong", async () => {
    const slow = task(
      { name: "Slow", timeout: 20 },
      () => new Promise((done) => setTimeout(done, 30_000).unref()),
    );
    await using late = await testFlow(
      flow({ name: "Late" }, () => void slow()),
      {},
    );
    assert.equal(late.taskRuns[0]?.state.name, "TimedOut");
    const waits = task("Waits", () => new Promise((done) => setTimeout(done, 30_000).unref()));
    const signal = AbortSignal.timeout(50);
    await using cancelled = await testFlow(
      flow({ name: "Waiting" }, () => void waits()),
      {},
      { signal },
    );
    assert.equal(cancelled.state.name, "Cancelled");
    await assert.rejects(
      testFlow(cities, { file: 3 as never }),
      /Parameter 'file' is 3: Invalid input: expected string, received number\./,
    );
  });
});

/** The final state, then each task run's, then what was logged by bodies. */
function story(run: Testing.TestedFlow<unknown>): string {
  const said = run.logs.filter(
    ({ message, logger }) => !/^(Created|Finished|Retrying)/.test(message) && logger !== "millrace.engine",
  );
  return [
    formatState(run.state),
    ...run.taskRuns.map(({ id, state }) => `${id} ${formatState(state)}`),
    ...said
      .filter(({ message }) => /cities|about/.test(message))
      .map(({ level, message }) => `${level} ${message}`),
  ].join("\n");
}
