import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { cli } from "../cli/cli.ts";
import { canary, hostileRuns, makeHostileRuns } from "./hostile-runs.ts";
import { controlsIn } from "./hostile-text.ts";

/** What a command may take: milliseconds of the processor's time, and bytes of memory. */
const timeLimit = 10_000;
/** Milliseconds after which it waits for something that doesn't come, whatever else the machine does. */
const waitLimit = 60_000;
const memoryLimit = 500 << 20;

interface Outcome {
  readonly run: string;
  readonly command: string;
  readonly code: number | null;
  readonly seconds: number;
  readonly megabytes: number;
  /** What it did wrong. */
  readonly faults: readonly string[];
  readonly said: string;
}

const commands: { readonly [name: string]: (id: string) => readonly string[] } = {
  show: (id) => ["show", id],
  "show --json": (id) => ["show", id, "--json"],
  "show --task": (id) => ["show", id, "--task", "T-0"],
  logs: (id) => ["logs", id],
  follow: (id) => ["follow", id],
  cancel: (id) => ["cancel", id],
};

describe("the command line in a folder with hostile runs", function () {
  this.timeout(1_200_000);
  let room = "";
  let base = "";
  let ids = new Map<string, string>();
  before(function () {
    if (process.platform === "win32") this.skip();
    room = realpathSync(mkdtempSync(join(tmpdir(), "millrace-hostile-")));
    base = join(room, "base");
    mkdirSync(base);
    ids = makeHostileRuns(base);
  });
  after(() => rmSync(room, { recursive: true, force: true }));

  /** Runs a command, and tells what it did wrong, whatever it had to do with. */
  async function attempt(run: string, command: string, args: readonly string[]): Promise<Outcome> {
    let memory = 0;
    let ended = false;
    const watch = async (child: ChildProcess) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), waitLimit);
      const poll = setInterval(() => {
        memory = Math.max(memory, peakMemory(child.pid));
        if (timeOf(child.pid) > timeLimit) child.kill("SIGKILL");
      }, 50);
      child.once("close", () => {
        ended = true;
        clearTimeout(timer);
        clearInterval(poll);
      });
    };
    const started = performance.now();
    const { code, stdout, stderr } = await cli(args, { cwd: base, during: watch });
    assert.ok(ended);
    const seconds = (performance.now() - started) / 1000;
    const said = stdout + stderr;
    const faults = [
      code === null ? "was killed" : undefined,
      /Millrace failed|which it shouldn't have|^\s+at .*\.js:\d+/m.test(said) ? "failed" : undefined,
      said.length > 10 << 20 ? "said more than 10 MB" : undefined,
      said.includes(canary) ? "told what lies outside" : undefined,
      controlsIn(said, "\n\t").length > 0 ? "printed what a terminal obeys" : undefined,
      memory > memoryLimit ? "took too much memory" : undefined,
    ].filter((fault) => fault !== undefined);
    return { run, command, code, seconds, megabytes: memory / (1 << 20), faults, said };
  }

  it("fails in no command, waits for nothing, and tells nothing of what lies outside", async () => {
    // Each run by one command, and by another that is the next one's; all by all where it is asked for.
    const names = Object.keys(commands);
    const all = process.env.MILLRACE_HOSTILE_ALL !== undefined;
    const wanted = [...ids].flatMap(([run, id], i) =>
      Object.entries(commands)
        .filter(([command]) => all || command === "show --task" || command === names[i % names.length])
        .map(([command, args]) => ({ run, command, args: args(id) })),
    );
    const outcomes: Outcome[] = [];
    const work = async () => {
      for (let next = wanted.shift(); next !== undefined; next = wanted.shift())
        outcomes.push(await attempt(next.run, next.command, next.args));
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    if (process.env.MILLRACE_HOSTILE_TABLE) console.log(tableOf(outcomes));
    // Or this would try nothing.
    const codes = (name: string) =>
      outcomes.filter(({ run, command }) => run === name && command !== "cancel").map(({ code }) => code);
    for (const name of ["nothing hostile", "event: hostile texts", "result: hostile texts"])
      assert.deepEqual([...new Set(codes(name))], [0], name);
    const wrong = outcomes.filter(({ faults }) => faults.length > 0);
    assert.equal(
      wrong
        .map(({ run, command, faults, said }) => `${run} | ${command}: ${faults} | ${said.slice(0, 600)}`)
        .join("\n"),
      "",
    );
  });

  it("lists all of them, each as a run or as one that can't be read", async () => {
    const { code, said, faults } = await attempt("all", "runs", ["runs"]);
    assert.deepEqual({ code, faults }, { code: 0, faults: [] }, said);
    // What no run.json says can't be a run; the others are.
    const readable = ["another id", "hostile texts", "a flow's name of a megabyte"].map(
      (name) => `run.json: ${name}`,
    );
    const unreadable = [...ids].filter(([name]) => name.startsWith("run.json") && !readable.includes(name));
    const told = [...ids].filter(([, id]) => said.includes(`The run '${id}' can't be read: `));
    assert.deepEqual(told.map(([name]) => name).sort(), unreadable.map(([name]) => name).sort(), said);
    const whole = await attempt("all", "runs --json", ["runs", "--json"]);
    assert.deepEqual({ code: whole.code, faults: whole.faults }, { code: 0, faults: [] });
    assert.equal(
      (whole.said.match(/odd-owl' can't be read: /g) ?? []).length +
        JSON.parse(/^\[[\s\S]*^\]$/m.exec(whole.said)?.[0] ?? "[]").length,
      hostileRuns.length,
    );
  });

  it("prunes what it can read, and says what it leaves", async () => {
    const { code, faults, said } = await attempt("all", "prune", ["prune", "--keep", "0", "--dry-run"]);
    assert.deepEqual({ code, faults }, { code: 0, faults: [] }, said);
  });
});

function peakMemory(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended, or the system doesn't tell
  }
}

/** Milliseconds that the processor has worked for a process. */
function timeOf(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0; // it has ended, or the system doesn't tell
  }
}

/** What each command gave for each run: its exit code, and what it did wrong. */
function tableOf(outcomes: readonly Outcome[]): string {
  const names = Object.keys(commands);
  const rows = hostileRuns.map(({ name }) => {
    const cells = names.map((command) => {
      const found = outcomes.find((outcome) => outcome.run === name && outcome.command === command);
      if (found === undefined) return "";
      return `${found.code ?? "killed"} ${found.seconds.toFixed(1)} s ${found.megabytes.toFixed(0)} MB ${found.faults}`.trim();
    });
    return [name.padEnd(52), ...cells.map((cell) => cell.padEnd(18))].join(" | ");
  });
  return [["".padEnd(52), ...names.map((name) => name.padEnd(18))].join(" | "), ...rows].join("\n");
}
