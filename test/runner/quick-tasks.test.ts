import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { hasEnded } from "../../runtime/events/states.ts";
import { FlowFolder } from "./flow-fixture.ts";

/** What goes wrong on a thread: the two that ran before one of another. */
function overlaps(events: readonly RunEvent[]): string[] {
  const running = new Map<number, string>();
  const threads = new Map<string, number>();
  const found: string[] = [];
  for (const event of events) {
    if (event.type !== "task-run-state") continue;
    const { taskRun, state, thread } = event;
    if (state.name === "Running" && thread !== undefined) {
      const other = running.get(thread);
      if (other !== undefined) found.push(`${taskRun} runs on the thread of ${other}`);
      if (threads.has(taskRun)) found.push(`${taskRun} runs again`);
      running.set(thread, taskRun);
      threads.set(taskRun, thread);
    } else if (hasEnded(state)) {
      const was = threads.get(taskRun);
      if (was === undefined && state.name !== "Cancelled") found.push(`${taskRun} ended and never ran`);
      else if (was !== undefined) running.delete(was);
    }
  }
  return found;
}

/** How often each number stands in a file that tasks append to. */
function counts(folder: FlowFolder): Map<string, number> {
  const ran = new Map<string, number>();
  for (const number of readFileSync(join(folder.path, "ran.txt"), "utf8").trim().split("\n"))
    ran.set(number, (ran.get(number) ?? 0) + 1);
  return ran;
}

describe("quick tasks, of which a thread is given several at once", () => {
  it("each run once, one after the other, whatever the others on their thread do", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const any = task("Any", async (n: number) => {
  appendFileSync("ran.txt", n + "\\n");
  if (n < 40) return n;
  if (n % 67 === 0) process.exit(1);
  if (n % 53 === 0) throw new Error("thrown");
  if (n % 47 === 0) await sleep(60);
  if (n % 43 === 0) log.info("x".repeat(100_000) + n);
  return n;
});
export default flow({ name: "F" }, () => { for (let n = 0; n < 400; n++) any(n); });
`,
    });
    const { view, events } = await folder.run(["--threads", "2"]);
    const numbers = Array.from({ length: 400 }, (_, n) => n);
    assert.deepEqual(
      [...counts(folder)].sort(([a], [b]) => Number(a) - Number(b)),
      numbers.map((n) => [String(n), 1]),
    );
    assert.deepEqual(
      numbers.map((n) => view.taskRuns.get(`Any-${n}`)?.state.name),
      numbers.map((n) =>
        n < 40 ? "Completed" : n % 67 === 0 ? "Crashed" : n % 53 === 0 ? "Failed" : "Completed",
      ),
    );
    assert.deepEqual(overlaps(events), []);
    const log = events.findIndex((event) => event.type === "log" && event.message.endsWith("x258"));
    const end = events.findIndex(
      (event) => event.type === "task-run-state" && event.taskRun === "Any-258" && hasEnded(event.state),
    );
    assert.ok(log > 0 && log < end, "what a task says comes before its end");
  });

  it("don't wait for one that turns out to be slow", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const any = task("Any", (n: number) => {
  if (n === 60) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
  return n;
});
export default flow({ name: "F" }, () => { for (let n = 0; n < 200; n++) any(n); });
`,
    });
    const { states, events } = await folder.run(["--threads", "2"]);
    assert.equal(states.split("\n")[0], ". Completed('All states completed.')");
    const ends = events.flatMap((event) =>
      event.type === "task-run-state" && hasEnded(event.state) ? [event.taskRun] : [],
    );
    assert.equal(ends.at(-1), "Any-60");
    assert.deepEqual(overlaps(events), []);
  });

  it("run once but for those that ran, when the process of the threads is killed", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const any = task("Any", (n: number) => {
  appendFileSync("ran.txt", n + "\\n");
  if (n === 100 && currentTaskRun().attempt === 1) process.kill(process.pid, "SIGKILL");
  return n;
});
export default flow({ name: "F" }, () => { for (let n = 0; n < 200; n++) any(n); });
`,
    });
    const { states } = await folder.run(["--threads", "2"]);
    const ran = counts(folder);
    const twice = [...ran].filter(([, count]) => count > 1).map(([number]) => number);
    assert.ok(twice.includes("100") || states.includes("Any-100 Crashed"), states);
    assert.ok(twice.length <= 2, `${twice} ran again`);
    assert.equal(ran.size, 200);
  });

  it("start no more once they are cancelled", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const any = task("Any", (n: number) => {
  appendFileSync("ran.txt", n + "\\n");
  if (n === 100) process.kill(process.ppid, "SIGTERM");
  if (n >= 100) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
});
export default flow({ name: "F" }, () => { for (let n = 0; n < 300; n++) any(n); });
`,
    });
    const { view, events, code } = await folder.run(["--threads", "2"]);
    assert.equal(code, 130);
    assert.deepEqual(overlaps(events), []);
    const ran = counts(folder);
    for (const [id, { state }] of view.taskRuns) {
      const isDone = ran.has(id.slice("Any-".length));
      if (state.name !== "Cancelled") assert.ok(isDone, `${id} is ${state.name} and never ran`);
    }
    assert.ok(ran.size < 120, `${ran.size} ran`);
  });
});
