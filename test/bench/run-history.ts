// npm run bench -- run-history [RUNS]
// What a long history costs: a folder of RUNS (default 20,000) finished runs, in the processor's time, user and system,
// which doesn't depend on what else is at work. The extension's first look, a second of looking while nothing happens,
// and `millrace runs`, whole processes, of which the wall clock's time is told, too.
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
  const started = process.cpuUsage();
  await folder.look("recent");
  const firstLook = cpuSince(started);
  await folder.look("all");
  const idle: number[] = [];
  for (let second = 0; second < 10; second++) {
    const before = process.cpuUsage();
    await folder.look(second === 0 ? "recent" : "new");
    idle.push(cpuSince(before));
    await delay(100);
  }
  const cli = fileURLToPath(new URL("../cli.js", import.meta.url));
  const told = join(base, "tells-its-time.cjs");
  writeFileSync(
    told,
    "process.on('exit', () => require('fs').writeSync(3, JSON.stringify(process.cpuUsage())));",
  );
  const runs = Array.from({ length: 7 }, () => {
    const began = performance.now();
    const { status, output } = spawnSync(process.execPath, ["--require", told, cli, "runs"], {
      cwd: base,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    if (status !== 0) throw new Error(`millrace runs ended with ${status}.`);
    const { user, system } = JSON.parse(String(output[3])) as NodeJS.CpuUsage; // as the module above writes it
    return { wall: performance.now() - began, cpu: (user + system) / 1_000 };
  });
  console.log(
    JSON.stringify({
      bench: "run-history",
      runs: count,
      firstLookCpuMilliseconds: round(firstLook, 0),
      idleCpuMillisecondsPerSecond: round(idle.reduce((sum, ms) => sum + ms, 0) / idle.length, 2),
      runsCpuMilliseconds: round(median(runs.map(({ cpu }) => cpu)), 0),
      runsMilliseconds: round(median(runs.map(({ wall }) => wall)), 0),
    }),
  );
} finally {
  rmSync(base, { recursive: true, force: true });
}

/** The processor's time of this process since then, milliseconds. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
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
