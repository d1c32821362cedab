import { rm } from "node:fs/promises";
import { replaceFile } from "../disk/replace-file.ts";
import { limits, readInRun } from "./read-in-run.ts";
import { runPaths } from "./run-folder.ts";

/** Asks a run's process to cancel it: the one message that goes against the stream. */
export async function requestCancel(runFolder: string, reason: string): Promise<void> {
  await replaceFile(runPaths(runFolder).cancel, reason);
}

/** The reason of a cancel request, if there is one. Whatever else has its name is none. */
export async function readCancelRequest(runFolder: string): Promise<string | undefined> {
  return readInRun(runFolder, "cancel", limits.cancel).then(String, () => undefined);
}

export async function clearCancelRequest(runFolder: string): Promise<void> {
  await rm(runPaths(runFolder).cancel, { force: true });
}
