import { type ChildProcess, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { formatLogLine, LogLines } from "../../runtime/events/log-lines.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { currentTaskRuns, type RunView } from "../../runtime/events/run-view.ts";
import { formatState } from "../../runtime/events/states.ts";
import { EventReader } from "../../runtime/store/event-reader.ts";
import { readRun, type StoredRun } from "../../runtime/store/read-run.ts";
import { runPaths } from "../../runtime/store/run-folder.ts";

/** The built command line; MILLRACE_CLI names another build. */
const cli = process.env.MILLRACE_CLI ?? fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** What every flow of these tests may need, on the text's own first line: its line numbers stay. */
const header = [
  `import { allowFailure, artifact, cancellation, currentTaskRun, flow, isRunFailure, log, progress, resource, secret, task, UserError } from "millrace";`,
  `import { z } from "zod";`,
  `import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";`,
  `import { setTimeout as sleep } from "node:timers/promises";`,
].join(" ");

/** How a process that ran a flow ended, and what its run folder says. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from the process's start to its end. */
  readonly took: number;
  readonly run: StoredRun;
  readonly events: readonly RunEvent[];
  readonly view: RunView;
  /** The log without times, with `NAME` in place of the run's name and `FOLDER` in place of its folder. */
  readonly log: string;
  /** The flow's state, then each task run's, one a line. */
  readonly states: string;
}

export interface RunOptions {
  /** What is on its standard input. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Folder with the flow's `.millrace/`; default: the flow's own. */
  readonly dir?: string;
}

const folders: string[] = [];

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A temporary folder; all are deleted after the tests. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "millrace-test-")));
  folders.push(folder);
  return folder;
}

/** Writes a flow into a folder of its own, and runs it. */
export async function runFlow(text: string, ...args: string[]): Promise<Outcome> {
  return new FlowFolder({ "test.flow.ts": text }).run(args);
}

/** A temporary folder with a flow, `test.flow.ts`, and its modules. */
export class FlowFolder {
  readonly path = temporaryFolder();

  constructor(files: { readonly [name: string]: string }) {
    this.write(files);
  }

  write(files: { readonly [name: string]: string }): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.path, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, name.endsWith(".flow.ts") && text.startsWith("\n") ? header + text : text);
    }
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), "utf8");
  }

  async run(args: readonly string[] = [], options: RunOptions = {}): Promise<Outcome> {
    return this.start(["run", "test.flow.ts", ...args], options).ended;
  }

  async resume(args: readonly string[] = [], options: RunOptions = {}): Promise<Outcome> {
    return this.start(["resume", "latest", ...args], options).ended;
  }

  /** Starts the command line in the folder. */
  start(args: readonly string[], options: RunOptions = {}): StartedProcess {
    const dir = options.dir === undefined ? [] : ["--dir", options.dir];
    return new StartedProcess(this.path, options.dir ?? this.path, [...args, "--json", ...dir], options);
  }

  /** The run that was started last. */
  latest(base = this.path): string {
    const runs = join(base, ".millrace", "runs");
    const last = readdirSync(runs)
      .filter((name) => !name.startsWith("."))
      .sort()
      .at(-1);
    if (last === undefined) throw new Error(`${runs} has no runs.`);
    return join(runs, last);
  }
}

/** A process that runs a flow. */
export class StartedProcess {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome>;
  readonly #folder: string;
  readonly #base: string;
  #stdout = "";
  #stderr = "";

  constructor(folder: string, base: string, args: readonly string[], { env, input = "" }: RunOptions = {}) {
    const started = performance.now();
    this.#folder = folder;
    this.#base = base;
    this.process = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { ...process.env, ...env } });
    this.process.stdin?.on("error", () => {}).end(input); // it need not be read
    this.process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.process.on("error", reject);
      this.process.on("close", (code, signal) => {
        this.#outcome(code, signal, performance.now() - started).then(resolve, reject);
      });
    });
  }

  /** The events that it has printed so far. */
  get printed(): RunEvent[] {
    const lines = this.#stdout.slice(0, this.#stdout.lastIndexOf("\n") + 1).trim();
    return lines === "" ? [] : lines.split("\n").map((line) => JSON.parse(line) as RunEvent);
  }

  /** Waits until it has printed an event that the predicate accepts. */
  async until(predicate: (event: RunEvent) => boolean): Promise<RunEvent> {
    for (;;) {
      const event = this.printed.find(predicate);
      if (event !== undefined) return event;
      if (this.process.exitCode !== null)
        throw new Error(`The process ended before that:\n${this.#stdout}\n${this.#stderr}`);
      await sleep(5);
    }
  }

  /** Waits until a task run has that state. */
  async untilState(taskRun: string, name: string): Promise<RunEvent> {
    return this.until(
      (event) => event.type === "task-run-state" && event.taskRun === taskRun && event.state.name === name,
    );
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  async #outcome(code: number | null, signal: NodeJS.Signals | null, took: number): Promise<Outcome> {
    const said = {
      code,
      signal,
      took,
      stdout: this.#stdout,
      stderr: this.#stderr.replaceAll(this.#folder, "FOLDER"),
    };
    const first = this.printed[0];
    if (first?.type !== "run-started") return withoutRun(said);
    const { runName } = first;
    const runs = join(this.#base, ".millrace", "runs");
    const id = readdirSync(runs).find((each) => each.endsWith(`-${runName}`)) ?? "";
    return readOutcome(join(runs, id), this.#folder, said);
  }
}

/** What a run folder says now. */
async function readOutcome(
  path: string,
  folder: string,
  said: Pick<Outcome, "code" | "signal" | "took" | "stdout" | "stderr">,
): Promise<Outcome> {
  const run = await readRun(path);
  const events = await new EventReader(runPaths(path).events).read();
  const name = run.info.name;
  const log = new LogLines()
    .lines(events)
    .map((line) => formatLogLine(line).replace(/^[\d:.]+ \| /, ""))
    .join("\n")
    .replaceAll(name, "NAME")
    .replaceAll(folder, "FOLDER");
  return { ...said, run, events, view: run.view, log, states: statesText(run) };
}

function statesText(run: StoredRun): string {
  const lines = [`. ${formatState(run.state)}`];
  for (const flowRun of run.view.flowRuns.values()) {
    if (flowRun.id !== ".") lines.push(`${flowRun.id} ${formatState(flowRun.state)}`);
  }
  for (const task of currentTaskRuns(run.view)) lines.push(`${task.id} ${formatState(task.state)}`);
  return lines.join("\n");
}

/** For a process that ended before there was a run: reading its run is the test's mistake. */
function withoutRun(said: Pick<Outcome, "code" | "signal" | "took" | "stdout" | "stderr">): Outcome {
  const missing = (): never => {
    throw new Error(`There was no run. The process said:\n${said.stdout}\n${said.stderr}`);
  };
  const outcome = { ...said };
  for (const key of ["run", "events", "view", "log", "states"])
    Object.defineProperty(outcome, key, { get: missing });
  return outcome as Outcome; // with the getters just given it
}

/** Lines without the indentation that they share, and without the first and last line break. */
export function text(strings: TemplateStringsArray, ...values: unknown[]): string {
  const lines = String.raw(strings, ...values).split("\n");
  if (lines[0]?.trim() === "") lines.shift();
  if (lines.at(-1)?.trim() === "") lines.pop();
  const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join("\n");
}
