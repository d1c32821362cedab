import assert from "node:assert/strict";
import { runFlow, text } from "./flow-fixture.ts";

describe("tasks that mostly wait", () => {
  it("share threads up to their limit, beside one that computes", async () => {
    const { log, view } = await runFlow(
      `
let now = 0;
let most = 0;
const wait = task({ name: "Wait", waits: true, tags: ["api"] }, async (n: number) => { most = Math.max(most, ++now); await sleep(300); now--; return [most, n]; });
const compute = task("Compute", () => { const end = Date.now() + 1_000; while (Date.now() < end); return "computed"; });
export default flow({ name: "F", concurrency: { api: 40 } }, async () => {
  const computed = compute();
  const all = await Promise.all(wait.map(Array.from({ length: 80 }, (_, i) => i)));
  log.info("result", Math.max(...all.map(([most]) => most)), all.every(([, n], i) => n === i), (await computed.state()).name);
});
`,
      "--threads",
      "1",
    );
    assert.match(log, /result 40 true Completed/);
    const threads = new Set(
      [...view.taskRuns.values()].map((run) => `${run.task} ${run.attempts[0]?.thread}`),
    );
    assert.deepEqual([...threads].sort(), ["Compute 1", "Wait 2"]);
  });

  it("hurt no other by a timeout, heard or not, by an error thrown outside, or by cancelling", async () => {
    const { states, log } = await runFlow(
      `
const wait = task({ name: "Wait", waits: true }, async (n: number) => { await sleep(2_500); return n; });
const hears = task({ name: "Hears", waits: true, timeout: 300 }, () => sleep(60_000, 0, { signal: cancellation() }));
const ignores = task({ name: "Ignores", waits: true, timeout: 300 }, () => new Promise((resolve) => { setInterval(() => {}, 1_000); }));
const strays = task({ name: "Strays", waits: true }, async () => { setTimeout(() => { throw new Error("later"); }, 100); await sleep(60_000); });
const after = task({ name: "After", waits: true }, async () => "after");
export default flow({ name: "F" }, async () => {
  const waits = wait.map([1, 2, 3]);
  const others = [hears(), ignores(), strays()];
  await Promise.all(others.map((other) => other.state()));
  log.info("result", await after(), await Promise.all(waits));
});
`,
      "--threads",
      "1",
    );
    assert.equal(
      states,
      text`
        . Completed('5/8 states completed, 3 failures handled.')
        Wait-0 Completed()
        Wait-1 Completed()
        Wait-2 Completed()
        Hears-0 TimedOut('Task run exceeded timeout of 0.3 second(s)', type=FAILED)
        Ignores-0 TimedOut('Task run exceeded timeout of 0.3 second(s)', type=FAILED)
        Strays-0 Failed("An error was thrown outside of the task's promise. Error: later")
        After-0 Completed()`.replace("5/8", "4/7"),
    );
    assert.match(log, /result after \[ 1, 2, 3 \]/);
    assert.doesNotMatch(log, /runs again/);
  });

  it("run again, one at a time, where one of them blocks or ends their thread, which the log says", async () => {
    const { states, log } = await runFlow(
      `
const wait = task({ name: "Wait", waits: true }, async (n: number) => { appendFileSync("ran.txt", "wait "); await sleep(1_500); return n; });
const blocks = task({ name: "Blocks", waits: true, timeout: 300 }, async () => { await sleep(50); for (;;); });
const exits = task({ name: "Exits", waits: true }, async () => { await sleep(50); process.exit(3); });
export default flow({ name: "F" }, async () => {
  await Promise.all([wait(1), blocks().state()]);
  await Promise.all([wait(2), exits().state()]);
  log.info("result", readFileSync("ran.txt", "utf8"));
});
`,
      "--threads",
      "1",
    );
    assert.equal(
      states,
      text`
        . Completed('2/4 states completed, 2 failures handled.')
        Wait-0 Completed()
        Blocks-0 TimedOut('Task run exceeded timeout of 0.3 second(s)', type=FAILED)
        Wait-1 Completed()
        Exits-0 Crashed('The task called process.exit(3), which ended its thread. Throw an error instead.')`,
    );
    assert.match(log, /result wait wait wait wait/);
    assert.match(
      log,
      /Task run 'Wait-0' - Another task, whose time was up, blocked the thread that they shared\. It runs again, with nothing beside it\./,
    );
  });

  it("are told of where a limit lets more run than there are threads for", async () => {
    const { log } = await runFlow(
      `
const slow = task({ name: "Slow", tags: ["api"] }, async () => 1);
export default flow({ name: "F", concurrency: { api: 6 } }, async () => { await Promise.all([slow(), slow()]); });
`,
      "--threads",
      "2",
    );
    assert.equal(
      log.match(/lets 6 task runs with the tag 'api' run at a time, and there are 2 threads/g)?.length,
      1,
    );
  });
});
