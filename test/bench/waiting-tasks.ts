// npm run bench -- waiting-tasks
// 1,000 tasks that wait 100 ms each, on two threads, 200 at a time: milliseconds from the run's first event to its last.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coldRun, median, round } from "./cold-run.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
const file = join(folder, "waiting.flow.ts");
writeFileSync(
  file,
  `import { setTimeout as sleep } from "node:timers/promises";
import { flow, task } from "millrace";
const wait = task({ name: "Wait", waits: true, tags: ["api"] }, () => sleep(100));
export default flow({ name: "Waiting", concurrency: { api: 200 } }, () => { for (let i = 0; i < 1_000; i++) wait(); });
`,
);
try {
  const took: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { events } = await coldRun([file, "--threads", "2"]);
    took.push((events.at(-1)?.time ?? Number.NaN) - (events[0]?.time ?? Number.NaN));
  }
  console.log(JSON.stringify({ bench: "waiting-tasks", milliseconds: round(median(took), 0), all: took }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
