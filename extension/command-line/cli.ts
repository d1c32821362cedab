import { spawn } from "node:child_process";
import { UserMessage } from "../shown/user-message.ts";
import { callFailure, failureIn } from "./call-failure.ts";
import { type Cli, commandLine, said } from "./command-line.ts";

export interface CallOptions {
  readonly cwd: string;
  readonly signal?: AbortSignal;
  /** Gets each line of its stderr, as progress is told. */
  readonly onNote?: (line: string) => void;
  /** It takes as long as it takes, and the user can stop it. */
  readonly unlimited?: true;
}

/** Longest that a call may take, milliseconds, and most that it may answer, bytes. */
const timeLimit = 120_000;
const answerLimit = 256 << 20;

/**
 * Calls the command line and reads its answer.
 * @param args with `--json` among them.
 * @throws {UserMessage} with what it says when it fails.
 */
export async function callCli<Answer>(
  cli: Cli,
  args: readonly string[],
  options: CallOptions,
): Promise<Answer> {
  const { stdout, stderr, code } = await collect(cli, args, options);
  // An answer may be of something that failed: its code isn't 0 then.
  const isAnswer = stdout.trim() !== "" && failureIn(stdout) === undefined;
  if (!isAnswer) throw callFailure(cli, { stdout, stderr }, code);
  try {
    return said(cli, JSON.parse(stdout) as Answer); // its --json is typed as the caller says, in the same repository
  } catch (error) {
    throw new UserMessage(
      `'millrace ${args[0]}' gave an answer that can't be read: ${(error as Error).message}`, // JSON.parse throws nothing else
    );
  }
}

function collect(
  cli: Cli,
  args: readonly string[],
  { cwd, signal, onNote, unlimited }: CallOptions,
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
    let answered = 0;
    let stderr = "";
    const giveUp = (why: string) => {
      child.kill("SIGKILL");
      reject(new UserMessage(`'millrace ${args[0]}' ${why}, and was ended.`));
    };
    const timer = setTimeout(
      () => giveUp(`gave no answer within ${timeLimit / 60_000} minutes`),
      unlimited ? 2 ** 31 - 1 : timeLimit,
    );
    child.stdout.on("data", (chunk: Buffer) => {
      answered += chunk.length;
      if (answered > answerLimit) giveUp(`answered with more than ${answerLimit >> 20} MB`);
      else out.push(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
      const line = chunk.split(/[\r\n]+/).findLast((part) => part.trim() !== "");
      if (line !== undefined) onNote?.(line.trim());
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ stdout: Buffer.concat(out).toString("utf8"), stderr, code });
    });
  });
}
