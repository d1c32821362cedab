import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunEvent } from "../../runtime/events/run-event.ts";

/** Built, a benchmark is dist/bench/<name>.js. */
const cli = fileURLToPath(new URL("../cli.js", import.meta.url));

export interface ColdRun {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Largest resident memory of the process, megabytes. */
  readonly peakMegabytes: number;
  /** When the process was started, milliseconds since 1970. */
  readonly startedAt: number;
  readonly events: readonly RunEvent[];
}

/** Runs `millrace run` in a process and a folder of its own. @throws if it doesn't exit with 0. */
export async function coldRun(args: readonly string[]): Promise<ColdRun> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  try {
    const startedAt = Date.now();
    const begin = performance.now();
    const child = spawn(process.execPath, [cli, "run", ...args, "--dir", folder], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    let peakMegabytes = 0;
    const timer = setInterval(() => {
      peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid));
    }, 20);
    const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
    const seconds = (performance.now() - begin) / 1000;
    clearInterval(timer);
    if (code !== 0) throw new Error(`millrace run ${args.join(" ")} exited with ${code}.`);
    return { seconds, peakMegabytes, startedAt, events: readEvents(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The middle one of an odd number of values, the lower middle of an even number. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** The median of ratios that were taken pair by pair, with the smallest and the largest. */
export function spread(ratios: readonly number[], digits = 2) {
  return {
    median: round(median(ratios), digits),
    min: round(Math.min(...ratios), digits),
    max: round(Math.max(...ratios), digits),
  };
}

export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

/** Linux keeps a process's largest resident memory. Elsewhere it is not told. */
function peakOf(pid: number | undefined): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0; // it has ended
  }
}

function readEvents(folder: string): RunEvent[] {
  const runs = join(folder, ".millrace", "runs");
  const [run] = readdirSync(runs);
  const text = readFileSync(join(runs, run ?? "", "events.jsonl"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent); // written by the run above
}
