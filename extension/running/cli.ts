import { spawn } from "node:child_process";
import { callFailure } from "./call-failure.ts";
import { type Cli, commandLine, said } from "./command-line.ts";
import { UserMessage } from "./user-message.ts";

export interface CallOptions {
  readonly cwd: string;
  readonly signal?: AbortSignal;
  /** Gets each line of its stderr, as progress is told. */
  readonly onNote?: (line: string) => void;
  /** An exit code besides 0 with which there is an answer all the same. */
  readonly alsoGood?: number;
}

/**
 * Calls the command line and reads its answer.
 * @throws {UserMessage} with what it says when it fails.
 */
export async function callCli<Answer>(
  cli: Cli,
  args: readonly string[],
  options: CallOptions,
): Promise<Answer> {
  const { stdout, stderr, code } = await collect(cli, args, options);
  if (code !== 0 && (code !== options.alsoGood || stdout.trim() === "")) throw callFailure(cli, stderr, code);
  try {
    return said(cli, JSON.parse(stdout) as Answer); // its --json is typed as the caller says, in the same repository
  } catch (error) {
    throw new UserMessage(
      `'millrace ${args[0]}' gave an answer that can't be read: ${(error as Error).message}`, // JSON.parse throws nothing else
    );
  }
}

/**
 * Calls the command line for what it does rather than for an answer.
 * @returns what it says to people.
 * @throws {UserMessage} with what it says when it fails.
 */
export async function runCli(cli: Cli, args: readonly string[], options: CallOptions): Promise<string> {
  const { stdout, stderr, code } = await collect(cli, args, options);
  if (code !== 0) throw callFailure(cli, stderr, code);
  return stdout;
}

function collect(
  cli: Cli,
  args: readonly string[],
  { cwd, signal, onNote }: CallOptions,
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  return new Promise((resolve, reject) => {
    const line = commandLine(cli, args, cwd);
    const child = spawn(line.command, line.args, {
      cwd: line.cwd,
      env: line.env,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      ...(signal === undefined ? {} : { signal }),
    });
    const out: Buffer[] = [];
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
      const line = chunk.split(/[\r\n]+/).findLast((part) => part.trim() !== "");
      if (line !== undefined) onNote?.(line.trim());
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ stdout: Buffer.concat(out).toString("utf8"), stderr, code }));
  });
}
