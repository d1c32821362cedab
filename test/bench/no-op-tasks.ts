// npm run bench -- no-op-tasks [TASKS] [RUNS]
// What a task costs: a flow of TASKS (default 10,000) tasks that do nothing, events on disk before a task
// counts as ended; when the first of 100 tasks starts; how long the big run takes to read back. Medians of RUNS
// (default 5), and of two more of 100 tasks.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyRunView, foldEvents } from "../../runtime/events/run-view.ts";
import { EventReader } from "../../runtime/store/event-reader.ts";
import { type ColdRun, coldRun, median, round } from "./cold-run.ts";

const tasks = Number(process.argv[2] ?? 10_000);
const count = Number(process.argv[3] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
const file = join(folder, "no-op.flow.ts");
writeFileSync(
  file,
  `import { flow, task } from "millrace";
import { z } from "zod";
const noop = task("No-op", (i: number) => i);
export default flow({ name: "No-ops", parameters: z.object({ tasks: z.int() }) }, ({ tasks }) => {
  for (let i = 0; i < tasks; i++) noop(i);
});
`,
);
try {
  const many = await runs(count, tasks);
  const few = await runs(count + 2, 100);
  const events = many[0]?.events ?? [];
  console.log(
    JSON.stringify({
      bench: "no-op-tasks",
      tasks,
      millisecondsPerTask: round(median(many.map((run) => duration(run) / tasks)), 4),
      peakMegabytes: round(Math.max(...many.map((run) => run.peakMegabytes)), 0),
      peakMegabytesOf100: round(Math.max(...few.map((run) => run.peakMegabytes)), 0),
      firstTaskOf100Milliseconds: round(median(few.map(firstTask)), 0),
      events: events.length,
      readBackMilliseconds: round(await readBack(events), 1),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function runs(times: number, size: number): Promise<ColdRun[]> {
  const done: ColdRun[] = [];
  for (let i = 0; i < times; i++) done.push(await coldRun([file, "--tasks", String(size)]));
  return done;
}

/** Milliseconds from the run's first event to its last. */
function duration(run: ColdRun): number {
  return (run.events.at(-1)?.time ?? 0) - (run.events[0]?.time ?? 0);
}

/** Milliseconds from the process's start to the first task's. */
function firstTask(run: ColdRun): number {
  const first = run.events.find((event) => event.type === "task-run-state" && event.state.type === "RUNNING");
  return (first?.time ?? Number.NaN) - run.startedAt;
}

async function readBack(events: ColdRun["events"]): Promise<number> {
  const path = join(folder, "events.jsonl");
  writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    foldEvents(emptyRunView(), await new EventReader(path).read());
    times.push(performance.now() - begin);
  }
  // The first reading: a viewer that opens a run has not read it before.
  return times[0] ?? Number.NaN;
}
