// npm run bench -- memory [arguments] [result] [log]
// What a run takes at its peak, all its processes together: 4,000 tasks with arguments of 1 MB each, a result of 1 GB
// that another task takes; and what `logs` of a million lines takes. Linux only, by /proc.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

const flows = {
  arguments: `import { flow, task } from "millrace";
const size = task("Size", (bytes: Uint8Array) => bytes.byteLength);
export default flow({ name: "Arguments" }, () => { for (let i = 0; i < 4_000; i++) size(new Uint8Array(1_000_000).fill(i)); });
`,
  result: `import { flow, task } from "millrace";
const make = task("Make", () => new Uint8Array(1_000_000_000).fill(7));
const size = task("Size", (bytes: Uint8Array) => bytes.byteLength);
export default flow({ name: "Result" }, () => { size(make()); });
`,
  log: `import { flow, log, task } from "millrace";
const say = task("Say", () => { for (let i = 0; i < 1_000_000; i++) log.info("line " + i); });
export default flow({ name: "Log" }, () => { say(); });
`,
} as const;

type Name = keyof typeof flows;
const wanted = process.argv.slice(2);

for (const name of Object.keys(flows) as Name[]) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  try {
    writeFileSync(join(folder, "bench.flow.ts"), flows[name]);
    const run = await peak(folder, ["run", "bench"]);
    const logs = name === "log" ? { logs: await peak(folder, ["logs", "latest"]) } : {};
    console.log(JSON.stringify({ bench: "memory", name, peakMegabytes: { run, ...logs } }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The most that a command's processes took together, megabytes. */
async function peak(folder: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  let most = 0;
  while (child.exitCode === null && child.signalCode === null) {
    most = Math.max(most, residentOfTree(child));
    await sleep(20);
  }
  if (child.exitCode !== 0)
    throw new Error(`millrace ${args.join(" ")} ended with ${child.exitCode ?? child.signalCode}`);
  return Math.round(most);
}

/** Megabytes of a process and those below it. What they share counts for each. */
function residentOfTree({ pid }: ChildProcess): number {
  const children = new Map<number, number[]>();
  const resident = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const parent = Number(fields[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
      resident.set(Number(name), (Number(fields[21]) * 4_096) / 1e6);
    } catch {
      // it has ended meanwhile
    }
  }
  let sum = 0;
  const open = pid === undefined ? [] : [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    sum += resident.get(next) ?? 0;
    open.push(...(children.get(next) ?? []));
  }
  return sum;
}
