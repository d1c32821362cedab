import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FlowFolder, runFlow, text } from "./flow-fixture.ts";

/** Starts threads as Piscina does, by `require`, and ends each a little later in its start than the one before. */
const endStartingThreads = `
const { Worker } = require("node:worker_threads");
(async () => {
  for (let i = 0; i < 120; i++) {
    const worker = new Worker("require(" + JSON.stringify(process.argv[1]) + ")", { eval: true });
    await new Promise((resolve) => worker.once("online", resolve));
    await new Promise((resolve) => setTimeout(resolve, (i % 40) / 2));
    await worker.terminate();
  }
})();
`;

describe("a worker thread that dies", () => {
  it("is one failed task run, with what happened; the run goes on with what doesn't depend on it", async () => {
    const outcome = await runFlow(`
const exits = task("Exits", () => { log.info("before"); process.exit(3); });
const throwsLater = task("Throws outside", async () => { setTimeout(() => { throw new TypeError("in a timer"); }, 5); await sleep(60_000); });
const rejects = task("Rejects", async () => { Promise.reject(new RangeError("nobody listens")); await sleep(60_000); });
const throwsText = task("Throws text", async () => { setTimeout(() => { throw "just text"; }, 5); await sleep(60_000); });
const again = task({ name: "Again", retries: 1 }, () => { if (currentTaskRun().attempt === 1) process.exit(0); return "ran"; });
const fine = task("Fine", (n: unknown) => n);
export default flow({ name: "F" }, () => {
  fine(exits()); throwsLater(); rejects(); throwsText(); again();
  for (let i = 0; i < 10; i++) fine(i);
});
`);
    assert.equal(outcome.code, 1);
    assert.equal(
      outcome.states,
      text`
        . Failed('4/16 states failed.')
        Exits-0 Crashed('The task called process.exit(3), which ended its thread. Throw an error instead.')
        Fine-0 NotReady("Upstream task run 'Exits-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Throws outside-0 Failed("An error was thrown outside of the task's promise. TypeError: in a timer")
        Rejects-0 Failed("An error was thrown outside of the task's promise. RangeError: nobody listens")
        Throws text-0 Failed("An error was thrown outside of the task's promise. Error: A value that is no Error was thrown: 'just text'")
        Again-0 Completed()
        ${Array.from({ length: 10 }, (_, i) => `Fine-${i + 1} Completed()`).join("\n        ")}`,
    );
    assert.match(outcome.log, /Task run 'Exits-0' - before/);
    assert.match(outcome.log, /TypeError: in a timer\n {4}at .*FOLDER\/test\.flow\.ts:3:/);
    assert.doesNotMatch(outcome.log, /node:internal|piscina/);
    assert.equal(outcome.stderr, "");
  });

  it("for want of memory is one crashed task run", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const greedy = task("Greedy", () => { const kept = []; for (;;) kept.push(new Array(10_000).fill(kept.length + 0.5)); });
const fine = task("Fine", (n: number) => n);
export default flow({ name: "F" }, () => { greedy(); for (let i = 0; i < 4; i++) fine(i); });
`,
    });
    const outcome = await folder.run([], { env: { NODE_OPTIONS: "--max-old-space-size=80" } });
    assert.equal(
      outcome.states,
      text`
        . Failed('1/5 states failed.')
        Greedy-0 Crashed('The task ran out of memory. Give it less at a time, or more: NODE_OPTIONS=--max-old-space-size=<megabytes>.')
        Fine-0 Completed()
        Fine-1 Completed()
        Fine-2 Completed()
        Fine-3 Completed()`,
    );
    assert.equal(outcome.code, 1);
  });

  it("doesn't die of what a task that has ended left behind: the next task there is not to blame", async () => {
    const outcome = await runFlow(
      `
const careless = task("Careless", () => {
  setTimeout(() => { throw new Error("from a timer"); }, 30);
  setTimeout(() => { Promise.reject(new Error("from a promise")); }, 40);
  setTimeout(() => console.log("still here"), 50);
});
const innocent = task("Innocent", async (_: unknown) => { await sleep(150); console.log("mine"); });
export default flow({ name: "F" }, () => { innocent(careless()); });
`,
      "--threads",
      "1",
    );
    assert.equal(
      outcome.states,
      text`
        . Completed('All states completed.')
        Careless-0 Completed()
        Innocent-0 Completed()`,
    );
    assert.equal(
      outcome.log
        .split("\n")
        .filter((line) => /Task run/.test(line))
        .join("\n"),
      text`
        INFO    | Task run 'Careless-0' - Finished in state Completed()
        WARNING | Task run 'Careless-0' - An error was thrown after the task had ended: Error: from a timer
        WARNING | Task run 'Careless-0' - An error was thrown after the task had ended: Error: from a promise
        INFO    | Task run 'Careless-0' - still here
        INFO    | Task run 'Innocent-0' - mine
        INFO    | Task run 'Innocent-0' - Finished in state Completed()`,
    );
  });

  it("while it has no task is replaced", async () => {
    const outcome = await runFlow(
      `
const careless = task("Careless", () => { setTimeout(() => process.exit(1), 20); });
const next = task("Next", (_: unknown) => "ran");
export default flow({ name: "F" }, async () => { await careless(); await sleep(150); await next(1); });
`,
      "--threads",
      "1",
    );
    assert.equal(outcome.code, 0);
    assert.equal(outcome.view.taskRuns.get("Next-0")?.state.name, "Completed");
  });

  it("while it starts leaves the process alive", () => {
    for (const entry of ["thread.cjs", "jaccard-thread.cjs"]) {
      const path = fileURLToPath(new URL(`../../dist/${entry}`, import.meta.url));
      const { status, stderr } = spawnSync(process.execPath, ["--eval", endStartingThreads, path]);
      assert.deepEqual({ status, stderr: stderr.toString() }, { status: 0, stderr: "" });
    }
  });

  it("because a module fails there when it is imported fails its tasks with that error", async () => {
    const outcome = await runFlow(`
import { isMainThread } from "node:worker_threads";
if (!isMainThread) throw new Error("not on threads");
const one = task("One", () => 1);
export default flow({ name: "F" }, () => { one(); one(); one(); });
`);
    assert.equal(
      outcome.states,
      text`
        . Failed('3/3 states failed.')
        One-0 Failed('not on threads')
        One-1 Failed('not on threads')
        One-2 Failed('not on threads')`,
    );
  });
});
