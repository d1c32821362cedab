// npm run bench -- greedy-tasks [TIMES] [NODE ...]
// Whether a task that takes all memory is one crashed task and all else goes on: TIMES (default 10) runs of each
// kind on each Node (default: this one). Memory outside of the heap is taken in a memory cgroup of 700 MB, where
// one can be made (root on Linux).
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { greedyBuffers, greedyFlow, greedyLoops } from "../runner/greedy-loops.ts";

const cli = fileURLToPath(new URL("../cli.js", import.meta.url));
const [times = "10", ...given] = process.argv.slice(2);
const nodes = given.length === 0 ? [process.execPath] : given;
const group = makeGroup(700 * 1024 * 1024);
const crashed =
  /^Greedy-0 Crashed The task (ran out of memory\.|ended its process \(SIGKILL\), as the system does when memory)/;
const found: { node: string; kind: string; runs: number; right: number; wrong: string[] }[] = [];

try {
  for (const node of nodes) {
    const version = spawnSync(node, ["--version"]).stdout.toString().trim();
    const kinds = group === undefined ? greedyLoops : { ...greedyLoops, buffers: greedyBuffers };
    for (const [kind, loop] of Object.entries(kinds)) {
      const wrong: string[] = [];
      for (let i = 0; i < Number(times); i++) {
        const states = statesOf(node, loop, kind === "buffers");
        if (!isRight(states)) wrong.push(states);
      }
      found.push({ node: version, kind, runs: Number(times), right: Number(times) - wrong.length, wrong });
      console.error(`${version} ${kind}: ${Number(times) - wrong.length} of ${times}`);
    }
  }
  console.log(JSON.stringify({ bench: "greedy-tasks", found }));
} finally {
  if (group !== undefined) rmdirSync(group);
}

/** The exit code of a run, and the states of its tasks. */
function statesOf(node: string, loop: string, inGroup: boolean): string {
  const folder = mkdtempSync(join(tmpdir(), "millrace-greedy-"));
  try {
    writeFileSync(join(folder, "greedy.flow.ts"), greedyFlow(loop));
    const enter = inGroup && group !== undefined ? `echo $$ > ${join(group, "cgroup.procs")}; ` : "";
    const run = spawnSync(
      "/bin/sh",
      ["-c", `${enter}exec "$0" "$@"`, node, cli, "run", "greedy.flow.ts", "--threads", "2"],
      { cwd: folder, env: { ...process.env, NODE_OPTIONS: "--max-old-space-size=80" }, timeout: 120_000 },
    );
    const [id] = readdirSync(join(folder, ".millrace", "runs"));
    const text = readFileSync(join(folder, ".millrace", "runs", id ?? "", "events.jsonl"), "utf8");
    const states = new Map<string, string>();
    for (const line of text.trim().split("\n")) {
      const event = JSON.parse(line) as {
        taskRun?: string;
        type: string;
        state?: { name: string; message?: string };
      };
      if (event.type === "task-run-state")
        states.set(event.taskRun ?? "", `${event.state?.name} ${event.state?.message ?? ""}`);
    }
    return `exit ${run.status} ${[...states]
      .map(([task, state]) => `${task} ${state}`)
      .sort()
      .join("; ")}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isRight(states: string): boolean {
  const tasks = states.replace(/^exit 1 /, "").split("; ");
  return (
    states.startsWith("exit 1 ") &&
    tasks.length === 6 &&
    tasks.every((task) => /^(Slow|Fine)-\d Completed $/.test(task) || crashed.test(task))
  );
}

/** A group of processes that the system gives no more memory than that. */
function makeGroup(bytes: number): string | undefined {
  try {
    const first = existsSync("/sys/fs/cgroup/memory/cgroup.procs");
    const folder = join(first ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup", `millrace-greedy-${process.pid}`);
    mkdirSync(folder);
    writeFileSync(join(folder, first ? "memory.limit_in_bytes" : "memory.max"), String(bytes));
    return folder;
  } catch {
    console.error("No memory cgroup can be made here: buffers are left out.");
    return undefined;
  }
}
