import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built command line, which `npm test` builds; MILLRACE_CLI names another build. */
export const entry = process.env.MILLRACE_CLI ?? fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process while it runs. */
  readonly during?: (child: ChildProcess) => void | Promise<void>;
}

/** Runs `millrace` as a user's shell does, with its output in pipes. */
export async function cli(args: readonly string[], { cwd, env, during }: CliOptions): Promise<CliResult> {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd,
    env: { ...process.env, MILLRACE_SESSION: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  await during?.(child);
  const code = await ended;
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** A folder of its own for a test, with the given files. */
export function makeRoom(files: Readonly<Record<string, string>> = {}): string {
  const room = realpathSync(mkdtempSync(join(tmpdir(), "millrace-cli-")));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(room, name)), { recursive: true });
    writeFileSync(join(room, name), text);
  }
  return room;
}

export function removeRoom(room: string): void {
  rmSync(room, { recursive: true, force: true });
}

/** Output with marks in place of what differs from run to run. */
export function plain(text: string, room: string): string {
  return text
    .replaceAll(room, "<room>")
    .replaceAll(/\d{8}-\d{9}-[a-z]+-[a-z]+(-\d+)?/g, "<id>")
    .replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, "<clock>")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "<time>")
    .replaceAll(/process \d+ (on|in the container) \S+( \(container\))?/g, "process <pid> on <host>")
    .replaceAll(hostname(), "<host>")
    .replaceAll(/ *\b\d+(\.\d+)? (ms|s)\b/g, " <took>")
    .replaceAll(/(Flow run|flow run) '[a-z]+-[a-z]+'/g, "$1 '<run>'");
}

/** The result's three parts as one text, to be compared as a whole. */
export function transcript({ code, stdout, stderr }: CliResult, room: string): string {
  const parts = [
    plain(stdout, room).trimEnd(),
    plain(stderr, room)
      .trimEnd()
      .replaceAll(/^(?=.)/gm, "! "),
  ];
  return [...parts.filter((part) => part !== ""), `exit ${code}`].join("\n");
}

/** Removes what all lines of a text have of indentation, and the line ends around it. */
export function text(strings: TemplateStringsArray, ...values: readonly unknown[]): string {
  const whole = String.raw({ raw: strings.map((part) => part) }, ...values)
    .replace(/^\n/, "")
    .replace(/\n *$/, "");
  const indents = whole
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => line.search(/\S/));
  return whole.replaceAll(new RegExp(`^ {${Math.min(...indents)}}`, "gm"), "");
}

/** Settles when a run that was started with `--json` has a task run, or itself, Running. */
export function whenRunning(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.includes("Running")) resolve();
    });
  });
}
