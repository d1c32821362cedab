import { readFile, rm, writeFile } from "node:fs/promises";
import { runPaths } from "./run-folder.ts";

/** Asks a run's process to cancel it: the one message that goes against the stream. */
export async function requestCancel(runFolder: string, reason: string): Promise<void> {
  await writeFile(runPaths(runFolder).cancel, reason);
}

/** The reason of a cancel request, if there is one. */
export async function readCancelRequest(runFolder: string): Promise<string | undefined> {
  return readFile(runPaths(runFolder).cancel, "utf8").catch(() => undefined);
}

export async function clearCancelRequest(runFolder: string): Promise<void> {
  await rm(runPaths(runFolder).cancel, { force: true });
}
