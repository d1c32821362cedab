import { spawn } from "node:child_process";
import { onPath } from "../programs/on-path.ts";
import { type UserAction, UserMessage } from "../shown/user-message.ts";

export interface CommandOptions {
  readonly signal?: AbortSignal;
  /** Gets each line that it says, as it says it. */
  readonly onLine?: (line: string) => void;
}

export const runHere: UserAction = { kind: "setting", title: "Run Flows Here", setting: "millrace.runIn" };

/**
 * The output of the docker command.
 * @throws {UserMessage} when it fails, with what to do.
 */
export async function docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runProgram("docker", args, options).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw dockerProblem("ENOENT"); // spawn rejects with nothing else
    throw error;
  });
  if (code !== 0) throw dockerProblem(stderr);
  return stdout;
}

/** What a failed docker command means, for the user. */
export function dockerProblem(said: string): UserMessage {
  if (said === "ENOENT")
    return new UserMessage(
      "The setting millrace.runIn is devContainer, and the command 'docker' was not found. Install Docker, or put it on the PATH that VS Code starts with.",
      [runHere],
    );
  if (/permission denied/i.test(said) && /docker\.sock|daemon/i.test(said))
    return new UserMessage(
      "You may not use Docker's engine: permission denied. On Linux, add yourself to the group docker, then log in again.",
      [runHere],
    );
  if (
    /cannot connect to the docker daemon|is the docker daemon running|error during connect|failed to connect to the docker API/i.test(
      said,
    )
  )
    return new UserMessage(
      "Docker's engine doesn't answer. Start Docker Desktop or the service docker, then run the flow again.",
      [runHere],
    );
  if (/is not running|No such container/i.test(said))
    return new UserMessage("The Dev Container was stopped. Run the flow again to start it.", [runHere]);
  return new UserMessage(`Docker failed: ${said.trim().split("\n").slice(-3).join(" ")}`, [runHere]);
}

/** The file of a program on the PATH. @throws what `spawn` rejects with where there is none. */
function programFile(command: string): string {
  const [file] = onPath(command);
  if (file !== undefined) return file;
  throw Object.assign(new Error(`spawn ${command} ENOENT`), { code: "ENOENT" });
}

/** Runs a program to its end, whatever that is. Rejects when it can't be started. */
export function runProgram(
  command: string,
  args: readonly string[],
  { signal, onLine }: CommandOptions = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(programFile(command), args, {
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      ...(signal === undefined ? {} : { signal }),
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => {
        said[name] += text;
        for (const line of text.split(/[\r\n]+/)) if (line.trim() !== "") onLine?.(line);
      });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...said }));
  });
}
