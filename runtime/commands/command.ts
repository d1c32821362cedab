import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { currentContext } from "../authoring/context.ts";
import { cancellation, log } from "../authoring/log.ts";
import { UserError } from "../errors/user-error.ts";
import { maskedStart } from "../secrets/known-secrets.ts";
import { OutputLines } from "./output-lines.ts";
import { endLeftOvers, endTree, ownTree } from "./process-tree.ts";
import { programLine } from "./program-line.ts";

export interface CommandOptions {
  /** Relative to the folder that the run was started in, which is the default. */
  readonly cwd?: string;
  /** Variables beside, or in place of, those that there are, which are the default; undefined takes one away. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** What it reads from its standard input; default: nothing. */
  readonly input?: string | Uint8Array;
}

/** What a program wrote: the last MiB of each, the log has all of it. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program ended otherwise than by exit code 0, or could not be started. */
export class CommandError extends UserError {
  override readonly name = "CommandError";
  /** Undefined where a signal ended it, or it was never started. */
  readonly exitCode: number | undefined;

  constructor(message: string, exitCode?: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a program in a task, such as `command(["dbt", "build"], { cwd: "models" })`; no shell takes its arguments apart.
 * What it writes is in the run's log line by line while it comes, of stderr as warnings. It ends with its task: when the
 * run is cancelled or the time is up, it and all that it has started are told to end, and killed half a second later.
 * @throws {CommandError} for an exit code other than 0, with the last lines of stderr.
 */
export async function command(
  argv: readonly [string, ...string[]],
  { cwd, env = {}, input }: CommandOptions = {},
): Promise<CommandOutput> {
  const folder = resolve(flowFolder(), cwd ?? ".");
  const signal = cancellation();
  signal.throwIfAborted();
  const stdout = new OutputLines((line) => log.info("%s", line));
  const stderr = new OutputLines((line) => log.warn("%s", line));
  const variables = Object.fromEntries(
    Object.entries({ ...process.env, ...env }).filter(([, value]) => value !== undefined),
  );
  const places = { platform: process.platform, env: variables, cwd: folder, exists: existsSync };
  const { file, args, ...how } = programLine(argv, places);
  const child = spawn(file, args, { ...ownTree, ...how, cwd: folder, env: variables, stdio: "pipe" });
  child.stdout.on("data", (bytes: Buffer) => stdout.add(bytes));
  child.stderr.on("data", (bytes: Buffer) => stderr.add(bytes));
  child.stdin.on("error", () => {}); // it may end without having read all of it
  child.stdin.end(input);
  const onAbort = () => endTree(child);
  signal.addEventListener("abort", onAbort);
  try {
    const { code, by } = await new Promise<{ code: number | null; by: NodeJS.Signals | null }>(
      (done, fail) => {
        child.on("error", (error: NodeJS.ErrnoException) => fail(notStarted(argv, folder, error)));
        child.on("exit", () => endLeftOvers(child)); // else they might hold its output open for ever
        child.on("close", (code, by) => done({ code, by }));
      },
    );
    stdout.finish();
    stderr.finish();
    signal.throwIfAborted();
    if (code !== 0) throw ended(argv, code, by, stderr.last);
    return { stdout: stdout.text, stderr: stderr.text };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Where relative paths of the flow start. */
export function flowFolder(): string {
  const context = currentContext();
  return (context?.kind === "task" ? context.folder : undefined) ?? process.cwd();
}

function ended(
  argv: readonly string[],
  code: number | null,
  by: NodeJS.Signals | null,
  last: readonly string[],
) {
  const how = code === null ? `was ended by ${by}` : `ended with exit code ${code}`;
  const said =
    last.length === 0 ? " It wrote nothing to stderr." : ` It last wrote to stderr:\n${last.join("\n")}`;
  return new CommandError(`The command ${shownArgv(argv)} ${how}.${said}`, code ?? undefined);
}

function notStarted(argv: readonly string[], folder: string, error: NodeJS.ErrnoException): CommandError {
  const why = !existsSync(folder)
    ? `there is no folder ${folder}`
    : error.code === "ENOENT"
      ? `there is no program '${argv[0]}' on the PATH`
      : error.message;
  return new CommandError(`The command ${shownArgv(argv)} could not be started: ${why}.`);
}

function shownArgv(argv: readonly string[]): string {
  const text = argv.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(" ");
  return `'${text.length > 200 ? `${maskedStart(text, 200)}...` : text}'`;
}
