import assert from "node:assert/strict";
import { FlowFolder, runFlow, text } from "./flow-fixture.ts";

describe("what flows and tasks write", () => {
  it("becomes log lines, of the run that wrote it; stdout has events only", async () => {
    const outcome = await runFlow(
      `
console.log("while the module is imported");
const says = task("Says", async () => {
  console.log("one %s", "two", { three: 3 });
  console.error("to stderr");
  process.stdout.write("in ");
  await sleep(1);
  process.stdout.write("parts\\nand a rest");
  process.stdout.write(Buffer.from([0xc3]));
  process.stdout.write(Buffer.from([0xa9, 13, 10]));
  process.stdout.write("6f6e652062797465", "hex");
  log.debug("fine"); log.info("so so", 1); log.warn("hm"); log.error("bad");
});
export default flow({ name: "F" }, async () => {
  console.log("from the body");
  process.stdout.write("no line end");
  await says();
  setTimeout(() => console.log("from the body's timer"), 0);
  await sleep(10);
});
`,
    );
    assert.equal(
      outcome.log,
      text`
        INFO    | millrace.engine - Created flow run 'NAME' for flow 'F'
        INFO    | Flow run 'NAME' - from the body
        INFO    | Flow run 'NAME' - Created task run 'Says-0' for task 'Says'
        INFO    | Task run 'Says-0' - one two { three: 3 }
        WARNING | Task run 'Says-0' - to stderr
        INFO    | Task run 'Says-0' - in parts
        INFO    | Task run 'Says-0' - and a resté
        DEBUG   | Task run 'Says-0' - fine
        INFO    | Task run 'Says-0' - so so 1
        WARNING | Task run 'Says-0' - hm
        ERROR   | Task run 'Says-0' - bad
        INFO    | Task run 'Says-0' - one byte
        INFO    | Task run 'Says-0' - Finished in state Completed()
        INFO    | Flow run 'NAME' - no line endfrom the body's timer
        INFO    | Flow run 'NAME' - Finished in state Completed('All states completed.')`,
    );
    const printed = outcome.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    assert.deepEqual(printed, outcome.events);
  });

  for (const [where, env] of [
    ["", {}],
    [", where threads are of the run's own process", { NODE_OPTIONS: "--inspect=127.0.0.1:0" }],
  ] as const) {
    it(`arrives whole, in order, and before the task's end, from a tight loop too${where}`, async () => {
      const folder = new FlowFolder({
        "test.flow.ts": `
const loud = task("Loud", (from: number) => { for (let i = 0; i < 20_000; i++) console.log("line " + (from + i)); });
export default flow({ name: "F" }, () => { loud(0); loud(20_000); });
`,
      });
      const outcome = await folder.run([], { env });
      for (const [taskRun, from] of [
        ["Loud-0", 0],
        ["Loud-1", 20_000],
      ] as const) {
        const own = outcome.events.filter((event) => "taskRun" in event && event.taskRun === taskRun);
        const lines = own.flatMap((event) => (event.type === "log" ? [event.message] : []));
        assert.deepEqual(
          lines,
          Array.from({ length: 20_000 }, (_, i) => `line ${from + i}`),
        );
        const last = own.at(-1);
        assert.equal(last?.type === "task-run-state" && last.state.name, "Completed");
      }
      assert.equal(outcome.view.logLines, 40_000);
    });
  }

  it("is there while the task runs, even in a loop that lets nothing else run", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const busy = task("Busy", () => { const end = Date.now() + 1500; let n = 0; while (Date.now() < end) if (n++ % 100_000 === 0) { log.info("tick"); progress(n); } });
export default flow({ name: "F" }, () => { busy(); });
`,
    });
    const process = folder.start(["run", "test.flow.ts"]);
    const first = await process.until((event) => event.type === "log" && event.message === "tick");
    const { events } = await process.ended;
    const end = events.find((event) => event.type === "task-run-state" && event.state.name === "Completed");
    assert.ok((end?.time ?? 0) - first.time > 1000);
    assert.ok(events.some((event) => event.type === "progress"));
  });

  it("takes a line that never ends in parts", async () => {
    const outcome = await runFlow(`
const dots = task("Dots", () => { for (let i = 0; i < 200_000; i++) process.stdout.write("."); });
export default flow({ name: "F" }, () => { dots(); });
`);
    const lines = outcome.events.flatMap((event) => (event.type === "log" ? [event.message.length] : []));
    assert.deepEqual(lines, [65_537, 65_537, 65_537, 3_389]);
  });

  it("keeps no more in memory for 300,000 lines than for 50,000", async function () {
    this.timeout(60_000);
    const peak = async (lines: number) => {
      const outcome = await runFlow(
        `
const loud = task("Loud", () => { for (let i = 0; i < ${lines}; i++) console.log("a line of some length, as logs have them: " + i); });
export default flow({ name: "F" }, async () => { await loud(); log.info("peak", process.resourceUsage().maxRSS); });
`,
      );
      return Number(/peak (\d+)/.exec(outcome.log)?.[1]) / 1024;
    };
    const [few, many] = [await peak(50_000), await peak(300_000)];
    assert.ok(many - few < 150, `${few} MB for few, ${many} MB for many`);
  });
});

describe("a task's progress", () => {
  it("is thinned to the last of what it says at a time, however often it says it", async () => {
    const { code, events, log } = await runFlow(`
const count = task("Count", () => {
  for (let i = 1; i <= 300_000; i++) progress(i, 300_000, "row " + i);
  log.info("counted");
});
export default flow({ name: "F" }, () => { count(); });
`);
    assert.equal(code, 0, log);
    const told = events.flatMap((event) => (event.type === "progress" ? [event] : []));
    assert.ok(told.length < 3_000, `${told.length} events`);
    const [first, last] = [told[0], told.at(-1)];
    assert.ok(first !== undefined && first.done <= 300_000);
    assert.equal(`${last?.done} of ${last?.total}: ${last?.message}`, "300000 of 300000: row 300000");
    assert.deepEqual(
      told.map(({ done }) => done),
      told.map(({ done }) => done).toSorted((a, b) => a - b),
    );
  });
});
