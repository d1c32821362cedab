import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { tellWarning, withNotice } from "../shown/notifications.ts";
import { UserMessage } from "../shown/user-message.ts";
import { buildProblem } from "./build-problem.ts";
import { type DevContainer, findDevContainer } from "./dev-container.ts";
import { docker, runHere, runProgram } from "./docker-command.ts";

/**
 * The running Dev Container of a folder; where it isn't running, offers to start it.
 * @returns undefined when the offer isn't taken.
 * @throws {UserMessage} when it can't be found or started.
 */
export async function runningContainer(
  folder: string,
  log: vscode.LogOutputChannel,
): Promise<DevContainer | undefined> {
  const found = await findDevContainer(folder);
  if (found?.isRunning) return found;
  if (found === undefined && !hasConfiguration(folder))
    throw new UserMessage(
      `${folder} has no Dev Container: there is no .devcontainer in it. The setting millrace.runIn is devContainer.`,
      [runHere],
    );
  const picked = await tellWarning(
    found === undefined
      ? "The Dev Container, in which flows run by the setting millrace.runIn, hasn't been built yet."
      : "The Dev Container, in which flows run by the setting millrace.runIn, isn't running.",
    found === undefined ? "Build and Start" : "Start",
  );
  if (picked === undefined) return undefined;
  await withNotice(
    found === undefined ? "Building the Dev Container" : "Starting the Dev Container",
    async (say, signal) => {
      const onLine = (line: string) => {
        log.info(`Dev Container: ${line}`);
        say(line.replace(/^\[[^\]]*\]\s*/, "").slice(0, 80));
      };
      const options = { signal, onLine };
      if (found === undefined) await build(folder, options);
      else await docker(["start", found.id], options);
    },
  );
  const started = await findDevContainer(folder);
  if (!started?.isRunning)
    throw new UserMessage("The Dev Container ended at once after its start. The log has what it said.", [
      runHere,
    ]);
  return started;
}

function hasConfiguration(folder: string): boolean {
  return [join(".devcontainer", "devcontainer.json"), ".devcontainer.json"].some((name) =>
    existsSync(join(folder, name)),
  );
}

async function build(
  folder: string,
  options: { readonly signal: AbortSignal; readonly onLine: (line: string) => void },
): Promise<void> {
  const args = ["up", "--workspace-folder", folder];
  const { code, stdout, stderr } = await runProgram("devcontainer", args, options).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // spawn rejects with nothing else
    throw new UserMessage(
      "The Dev Container has to be built by the Dev Containers extension ('Reopen in Container'), or by its command line: npm install -g @devcontainers/cli.",
      vscode.extensions.getExtension("ms-vscode-remote.remote-containers") === undefined
        ? [runHere]
        : [
            { kind: "command", title: "Reopen in Container", command: "remote-containers.reopenInContainer" },
            runHere,
          ],
    );
  });
  if (code !== 0) throw new UserMessage(buildProblem(stdout, stderr), [runHere]);
}
