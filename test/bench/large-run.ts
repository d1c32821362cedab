// npm run bench -- large-run [TASK RUNS...]
// What it costs to show one run of many task runs (default 10,000, 100,000 and 1,000,000, of one `.map` call), or to
// refuse it: `millrace show` of one that doesn't say itself how many it has, so that its events have to be read. Whole processes.
import { spawn } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { round } from "./cold-run.ts";

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10_000, 100_000, 1_000_000];
const cli = fileURLToPath(new URL("../cli.js", import.meta.url));
for (const count of counts) {
  const base = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  try {
    makeRun(base, count);
    console.log(JSON.stringify({ bench: "large-run", taskRuns: count, ...(await show(base)) }));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

async function show(base: string) {
  const started = performance.now();
  const child = spawn(process.execPath, [cli, "show", "latest"], { cwd: base, stdio: "ignore" });
  let peak = 0;
  const poll = setInterval(() => {
    peak = Math.max(peak, peakKilobytes(child.pid));
  }, 20);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(poll);
  const seconds = (performance.now() - started) / 1_000;
  return { shown: code === 0, seconds: round(seconds, 2), megabytes: round(peak / 1_000, 0) };
}

function peakKilobytes(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0; // it has ended, or there is no /proc
  }
}

function makeRun(base: string, count: number): void {
  const folder = join(base, ".millrace", "runs", "20260101-000000000-odd-owl");
  mkdirSync(folder, { recursive: true });
  const info = {
    ...{
      id: "20260101-000000000-odd-owl",
      name: "odd-owl",
      flow: "Large",
      file: "/large.flow.ts",
      folder: "/",
    },
    ...{
      parameters: {},
      session: "duckdb",
      attempt: 1,
      started: 1_700_000_000_000,
      ended: 1_700_000_900_000,
    },
    state: { type: "COMPLETED", name: "Completed", message: "All states completed." },
    host: { id: "elsewhere", name: "elsewhere", container: false, pid: 4_000_000 },
    versions: { millrace: "0.1.0", node: "v24.0.0" },
  };
  writeFileSync(join(folder, "run.json"), JSON.stringify(info));
  const file = openSync(join(folder, "events.jsonl"), "w");
  let seq = 0;
  let lines = "";
  const put = (event: object) => {
    lines += `${JSON.stringify({ seq: ++seq, time: 1_700_000_000_000 + seq, ...event })}\n`;
    if (lines.length > 1 << 20) flush();
  };
  const flush = () => {
    writeSync(file, lines);
    lines = "";
  };
  put({ type: "run-started", attempt: 1, flow: "Large", runName: "odd-owl", threads: 2, parameters: {} });
  for (let i = 0; i < count; i++) {
    const taskRun = `Work-${i}`;
    const about = { taskRun, name: taskRun, task: "Work", flowRun: ".", mapped: { group: "Work", index: i } };
    put({ type: "task-run-created", ...about, inputs: "0".repeat(64), arguments: [String(i)] });
    put({
      type: "task-run-state",
      taskRun,
      state: { type: "RUNNING", name: "Running" },
      attempt: 1,
      thread: 1,
    });
    const result = { stored: { inline: "/w9JAg==" }, sha256: "0".repeat(64), bytes: 4, preview: "1" };
    put({ type: "task-run-state", taskRun, state: { type: "COMPLETED", name: "Completed" }, result });
  }
  flush();
  closeSync(file);
}
