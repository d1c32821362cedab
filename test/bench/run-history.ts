// npm run bench -- run-history [RUNS]
// What a long history costs: a folder of RUNS (default 20,000) finished runs. The extension's first look and, after
// it, the processor's time in a second of looking while nothing happens; `millrace runs`, whole processes.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FolderRuns } from "../../extension/runs/folder-runs.ts";
import { median, round } from "./cold-run.ts";

const count = Number(process.argv[2] ?? 20_000);
const base = mkdtempSync(join(tmpdir(), "millrace-bench-"));
const store = join(base, ".millrace", "runs");
try {
  makeRuns();
  const folder = new FolderRuns(base);
  const started = performance.now();
  await folder.look("all");
  const firstLook = performance.now() - started;
  const idle: number[] = [];
  for (let second = 0; second < 10; second++) {
    const before = process.cpuUsage();
    await folder.look(second === 0 ? "recent" : "new");
    const { user, system } = process.cpuUsage(before);
    idle.push((user + system) / 1_000);
    await delay(100);
  }
  const cli = fileURLToPath(new URL("../cli.js", import.meta.url));
  const runs = Array.from({ length: 7 }, () => {
    const began = performance.now();
    const { status } = spawnSync(process.execPath, [cli, "runs"], { cwd: base });
    if (status !== 0) throw new Error(`millrace runs ended with ${status}.`);
    return performance.now() - began;
  });
  console.log(
    JSON.stringify({
      bench: "run-history",
      runs: count,
      firstLookMilliseconds: round(firstLook, 0),
      idleMillisecondsPerSecond: round(idle.reduce((sum, ms) => sum + ms, 0) / idle.length, 2),
      runsMilliseconds: round(median(runs), 0),
    }),
  );
} finally {
  rmSync(base, { recursive: true, force: true });
}

function makeRuns(): void {
  for (let i = 0; i < count; i++) {
    const id = `20260101-${String(i).padStart(9, "0")}-odd-owl`;
    const folder = join(store, id);
    mkdirSync(folder, { recursive: true });
    const info = {
      id,
      name: "odd-owl",
      flow: `Flow ${i % 20}`,
      file: `/flows/${i % 20}.flow.ts`,
      folder: "/flows",
      parameters: { n: i },
      session: "duckdb",
      attempt: 1,
      host: { id: "here", name: "here", container: false, pid: 1 },
      versions: { millrace: "0.1.0", node: "v22.0.0" },
      started: 1_700_000_000_000 + i * 1_000,
      ended: 1_700_000_000_500 + i * 1_000,
      state: { type: "COMPLETED", name: "Completed", message: "All states completed." },
      tasks: { total: 9, completed: 9 },
    };
    writeFileSync(join(folder, "run.json"), JSON.stringify(info, undefined, 2));
  }
  utimesSync(store, 1_000, 1_000); // as one that nothing has happened in for long
}
