import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { baseOf } from "../disk/base-folder.ts";
import { RefusedFileError } from "../disk/read-file.ts";
import { ownFolder, ownNames, removeOwn } from "../disk/remove-own.ts";
import type { RunSummary } from "../events/run-summary.ts";
import { deletedEnding } from "./own-names.ts";
import { readRunInfo, runPaths } from "./run-folder.ts";
import { isRunId } from "./run-id.ts";
import type { RunInfo } from "./run-info.ts";
import { isRunnerAlive } from "./run-liveness.ts";
import { lockRun, RunLockedError } from "./run-lock.ts";

export interface PruneRule {
  /** How many of the newest runs stay. */
  readonly keep?: number;
  /** Runs that started at least this many milliseconds ago go. */
  readonly olderThan?: number;
}

/** Those of the runs, given newest first, that the rule lets go; oldest first. With both rules only if both say so. */
export function runsToPrune(runs: readonly RunSummary[], rule: PruneRule, now: number): RunSummary[] {
  const { keep = 0, olderThan = Number.NEGATIVE_INFINITY } = rule;
  return runs.filter((run, index) => index >= keep && now - run.started >= olderThan).reverse();
}

/**
 * Deletes a run's folder at one stroke, as its only writer: nobody resumes it meanwhile.
 * @param first removes what it has elsewhere; if that fails, the run stays.
 * @returns false, and does nothing, while the run is running, and where another process has deleted it.
 * @throws {RefusedFileError} where the folder isn't one that Millrace has made, in a store that is no link.
 */
export async function deleteRun(
  path: string,
  first: (info: RunInfo) => Promise<void> = async () => {},
): Promise<boolean> {
  try {
    const info = await readRunInfo(path);
    if (await isRunnerAlive(path, info)) return false;
    const lock = await lockRun(path);
    const remove = async () => {
      await first(info);
      await deleteRunFolder(path);
    };
    await remove().catch(async (error: unknown) => {
      await lock.release().catch(() => {}); // gone, if the folder is
      throw error;
    });
    return true;
  } catch (error) {
    if (error instanceof RunLockedError || isGone(path, error)) return false;
    throw error;
  }
}

function isGone(path: string, error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT" && !existsSync(path); // any error may be asked
}

/** Deletes the folder of a run that can't be read; whether it is running isn't known then. */
export async function deleteRunFolder(path: string): Promise<void> {
  const runs = await ownFolder(baseOf(path), ".millrace", "runs");
  const id = basename(path);
  if (runs === undefined || !isRunId(id)) throw new RefusedFileError(`${path} is no run's folder: it stays.`);
  if ((await ownFolder(runs, id)) === undefined) return;
  // Another process, or one before this, may have left the folder that it was deleting.
  const doomed = `${id}.${randomBytes(4).toString("hex")}${deletedEnding}`;
  try {
    await rename(join(runs, id), join(runs, doomed));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error; // rename rejects with nothing else
    await deleteInPlace(runs, id);
    return;
  }
  await removeOwn(runs, doomed);
}

/** A folder of an image's lower layer can't be renamed. What makes it a run goes last: until then it can be pruned again. */
async function deleteInPlace(runs: string, id: string): Promise<void> {
  const folder = join(runs, id);
  const { info } = runPaths(folder);
  for (const name of await ownNames(folder, (name) => name !== basename(info))) await removeOwn(folder, name);
  await removeOwn(runs, id);
}
