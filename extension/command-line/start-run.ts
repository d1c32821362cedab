import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { listRunFolders, readRunInfo } from "../../runtime/store/run-folder.ts";
import type { RunInfo } from "../../runtime/store/run-info.ts";
import { callFailure } from "./call-failure.ts";
import { type Cli, commandLine, inputText, processIn, type RunInput } from "./command-line.ts";

const pollInterval = 40;

/**
 * Starts a run in a process of its own, which goes on when this one ends.
 * @param base the folder whose `.millrace/` gets the run.
 * @returns the run's folder, as soon as it is there.
 * @throws {UserMessage} with what the process says if it ends before that.
 */
export async function startRun(
  cli: Cli,
  args: readonly string[],
  { cwd, base, input }: { readonly cwd: string; readonly base: string; readonly input: RunInput },
): Promise<string> {
  const newRun = await newRunOf(base);
  const inContainer = cli.container !== undefined;
  return launch(cli, args, { cwd, input }, (pid) =>
    newRun(({ host }) => host.pid === pid && (!inContainer || host.container)),
  );
}

/**
 * Goes on with a run in a process of its own; resolves when it has begun.
 * @throws {UserMessage} with what the process says if it ends before that.
 */
export async function resumeRun(
  cli: Cli,
  path: string,
  args: readonly string[],
  started: { readonly cwd: string; readonly input: RunInput },
): Promise<void> {
  await launch(cli, args, started, await newAttemptOf(path));
}

/** Looks for a run that wasn't there at the call. @returns the look, which finds its folder or not yet. */
export async function newRunOf(
  base: string,
): Promise<(isIt: (info: RunInfo) => boolean) => Promise<string | undefined>> {
  const before = new Set(await listRunFolders(base));
  return async (isIt) => {
    for (const path of await listRunFolders(base)) {
      if (before.has(path)) continue;
      const info = await readRunInfo(path).catch(() => undefined); // being written
      if (info !== undefined && isIt(info)) return path;
    }
    return undefined;
  };
}

/** Looks whether a run has got another attempt since the call. @returns the look, which gives the run's folder then. */
export async function newAttemptOf(path: string): Promise<() => Promise<string | undefined>> {
  const { attempt } = await readRunInfo(path);
  return async () => {
    const info = await readRunInfo(path).catch(() => undefined); // being written
    return info !== undefined && info.attempt > attempt ? path : undefined;
  };
}

/**
 * Starts a process, which is to print little (`--quiet`), and waits until `begun` finds what it has begun or it ends.
 */
async function launch(
  cli: Cli,
  args: readonly string[],
  { cwd, input }: { readonly cwd: string; readonly input: RunInput },
  begun: (pid: number | undefined) => Promise<string | undefined>,
): Promise<string> {
  // A pipe would break, and the run with it, when the window is closed.
  const folder = await mkdtemp(join(tmpdir(), "millrace-start-"));
  const [answerFile, errorsFile] = [join(folder, "stdout"), join(folder, "stderr")];
  const [stdout, stderr] = [openSync(answerFile, "w"), openSync(errorsFile, "w")];
  try {
    const [command = "", ...rest] = args; // before a flow, none of its parameters can be meant
    const line = commandLine(cli, [command, "--stdin", ...rest], cwd, { takesInput: true });
    const child = spawn(line.command, line.args, {
      cwd: line.cwd,
      env: line.env,
      detached: true,
      stdio: ["pipe", stdout, stderr],
      windowsHide: true,
    });
    child.stdin?.on("error", () => {}).end(inputText(cli, input)); // its end tells that it was not read
    child.unref();
    const ended = endOf(child);
    const pid = async () => processIn(cli, child.pid, await readFile(errorsFile, "utf8"));
    for (;;) {
      const path = await begun(await pid());
      if (path !== undefined) return path;
      const end = await Promise.race([ended, delay(pollInterval)]);
      if (end === undefined) continue;
      if (end instanceof Error) throw end;
      // A quick one may have run to its end between the two looks.
      const late = await begun(await pid());
      if (late !== undefined) return late;
      const [answer, errors] = [await readFile(answerFile, "utf8"), await readFile(errorsFile, "utf8")];
      throw callFailure(cli, { stdout: answer, stderr: errors }, end.code);
    }
  } finally {
    closeSync(stdout);
    closeSync(stderr);
    await rm(folder, { recursive: true, force: true });
  }
}

function endOf(child: ChildProcess): Promise<{ readonly code: number | null } | Error> {
  return new Promise((resolve) => {
    child.on("error", resolve);
    child.on("exit", (code) => resolve({ code }));
  });
}
