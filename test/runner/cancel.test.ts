import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { readCancelRequest, requestCancel } from "../../runtime/store/cancel-request.ts";
import { FlowFolder, type Outcome, type StartedProcess, text } from "./flow-fixture.ts";

const endless = `
const endless = task("Endless", (n) => { while (true) {} });
const next = task("Next", (n) => n);
const db = resource({ name: "db", setup: () => ({ url: "x" }), teardown: () => log.info("closed") });
export default flow({ name: "F" }, async () => {
  await using it = await db();
  const first = endless(1);
  for (let i = 0; i < 5; i++) endless(next(first));
  await first;
});
`;

const cancelled = text`
  . Cancelled('Cancelled by Ctrl-C.')
  Endless-0 Cancelled()
  Next-0 Cancelled()
  Endless-1 Cancelled()
  Next-1 Cancelled()
  Endless-2 Cancelled()
  Next-2 Cancelled()
  Endless-3 Cancelled()
  Next-3 Cancelled()
  Endless-4 Cancelled()
  Next-4 Cancelled()
  Endless-5 Cancelled()`;

function started(flow: string, ...args: string[]): { process: StartedProcess; folder: FlowFolder } {
  const folder = new FlowFolder({ "test.flow.ts": flow });
  return { folder, process: folder.start(["run", "test.flow.ts", ...args]) };
}

function startedAfterCancel({ events }: Outcome): string[] {
  const asked = events.findIndex((event) => event.type === "cancel-requested");
  return events
    .slice(asked)
    .flatMap((event) =>
      event.type === "task-run-state" && event.state.type === "RUNNING" ? [event.taskRun] : [],
    );
}

describe("cancelling a run", () => {
  it("by Ctrl-C ends a task in an endless loop, starts nothing more, and tears resources down", async () => {
    const { process } = started(endless);
    await process.untilState("Endless-0", "Running");
    process.kill("SIGINT");
    const outcome = await process.ended;
    assert.equal(outcome.code, 130);
    assert.equal(outcome.states, cancelled);
    assert.deepEqual(startedAfterCancel(outcome), []);
    assert.match(outcome.log, /WARNING \| Flow run 'NAME' - Cancelling: Cancelled by Ctrl-C\.\n/);
    assert.match(outcome.log, /INFO {4}\| Flow run 'NAME' - closed\n/);
    assert.equal(outcome.view.resources.get("db-0")?.state, "Closed");
    const names = outcome.events.flatMap((event) =>
      event.type === "flow-run-state" || (event.type === "task-run-state" && event.taskRun === "Endless-0")
        ? [event.state.name]
        : [],
    );
    assert.deepEqual(names, ["Running", "Running", "Cancelling", "Cancelling", "Cancelled", "Cancelled"]);
  });

  it("by Ctrl-C twice ends the process at once; the run shows as Crashed and can be resumed", async () => {
    const { process, folder } = started(endless);
    await process.untilState("Endless-0", "Running");
    process.kill("SIGINT");
    await process.until((event) => event.type === "cancel-requested");
    process.kill("SIGINT");
    const outcome = await process.ended;
    assert.equal(outcome.signal, "SIGINT");
    assert.equal(outcome.run.state.name, "Crashed");
    assert.equal(outcome.view.taskRuns.get("Endless-0")?.state.name, "Crashed");
    folder.write({ "test.flow.ts": endless.replace("while (true) {}", "return n;") });
    const resumed = await folder.resume();
    assert.equal(resumed.run.state.name, "Completed");
  });

  it("works by SIGTERM, and by a request in the run's folder", async () => {
    const byRequest = started(endless);
    const [byTerm, byFile] = await Promise.all([
      (async () => {
        const { process } = started(endless);
        await process.untilState("Endless-0", "Running");
        process.kill("SIGTERM");
        return process.ended;
      })(),
      (async () => {
        const { process, folder } = byRequest;
        await process.untilState("Endless-0", "Running");
        await requestCancel(folder.latest(), "Cancelled from the panel.");
        return process.ended;
      })(),
    ]);
    assert.equal(byTerm.states, cancelled.replace("Ctrl-C", "SIGTERM"));
    assert.equal(byFile.states, cancelled.replace("by Ctrl-C", "from the panel"));
    assert.equal(byTerm.code, 130);
    assert.equal(byFile.code, 130);

    byRequest.folder.write({ "test.flow.ts": endless.replace("while (true) {}", "return n;") });
    const resumed = await byRequest.folder.resume();
    assert.equal(resumed.run.state.name, "Completed");
    assert.equal(await readCancelRequest(resumed.run.path), undefined); // a request is of one attempt
  });

  it("gives a task that listens the time to stop by itself, what it still says is logged", async () => {
    const { process } = started(`
const listens = task("Listens", async () => {
  log.info("ready");
  await new Promise((resolve) => cancellation().addEventListener("abort", resolve));
  log.info("stopping:", cancellation().reason.message);
  return 1;
});
export default flow({ name: "F" }, () => { listens(); });
`);
    await process.until((event) => event.type === "log" && event.message === "ready");
    process.kill("SIGINT");
    const outcome = await process.ended;
    assert.equal(outcome.states, ". Cancelled('Cancelled by Ctrl-C.')\nListens-0 Cancelled()");
    assert.match(outcome.log, /Task run 'Listens-0' - stopping: The run was cancelled\./);
  });

  it("ends a body that awaits what never settles, or that catches everything and goes on", async () => {
    const outcomes = await Promise.all(
      [
        `await new Promise(() => {});`,
        `for (;;) { try { await next(1); } catch {} await sleep(1); }`,
        `await inner({}); `,
        `cancellation().addEventListener("abort", () => { inner({}); }); await new Promise(() => {});`,
      ].map(async (body) => {
        const { process } = started(`
const next = task("Next", (n) => n);
const inner = flow({ name: "Inner" }, () => new Promise(() => {}));
export default flow({ name: "F" }, async () => { next(1); ${body} });
`);
        await process.untilState("Next-0", "Completed");
        process.kill("SIGINT");
        return process.ended;
      }),
    );
    for (const outcome of outcomes) {
      assert.equal(outcome.code, 130);
      assert.equal(outcome.run.state.name, "Cancelled");
    }
  });

  it("ends a wait for a retry", async () => {
    const { process } = started(`
const fails = task({ name: "Fails", retries: 1, retryDelay: 60_000 }, () => { throw new Error("no"); });
export default flow({ name: "F" }, () => { fails(); });
`);
    await process.untilState("Fails-0", "AwaitingRetry");
    process.kill("SIGINT");
    const outcome = await process.ended;
    assert.equal(outcome.states, ". Cancelled('Cancelled by Ctrl-C.')\nFails-0 Cancelled()");
  });

  it("before anything has started runs nothing", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
process.emit("SIGINT");
process.on("newListener", (name, listener) => { if (name === "SIGINT") queueMicrotask(() => listener("SIGINT")); });
const next = task("Next", (n) => n);
export default flow({ name: "F" }, async () => { writeFileSync("body-ran", ""); next(1); await new Promise(() => {}); });
`,
    });
    const outcome = await folder.run();
    assert.equal(outcome.code, 130);
    assert.equal(outcome.states, ". Cancelled('Cancelled by Ctrl-C.')");
    assert.equal(
      outcome.events.map((event) => event.type).join(" "),
      "run-started cancel-requested flow-run-state",
    );
    assert.throws(() => folder.read("body-ran"));
  });

  it("cancels tasks that a subflow starts, and waits in no cache", async () => {
    const { process } = started(`
const endless = task({ name: "Endless", cache: true }, (n) => { while (true) {} });
const inner = flow({ name: "Inner" }, async () => { await Promise.all([endless(1), endless(1), endless(2)]); });
export default flow({ name: "F" }, async () => { await inner({}); });
`);
    await process.untilState("Inner-0/Endless-0", "Running");
    await sleep(50);
    process.kill("SIGINT");
    const outcome = await process.ended;
    assert.equal(
      outcome.states,
      text`
        . Cancelled('Cancelled by Ctrl-C.')
        Inner-0 Cancelled('Cancelled by Ctrl-C.')
        Inner-0/Endless-0 Cancelled()
        Inner-0/Endless-1 Cancelled()
        Inner-0/Endless-2 Cancelled()`,
    );
    assert.deepEqual(startedAfterCancel(outcome), []);
  });
});
