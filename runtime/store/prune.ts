import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RunSummary } from "./read-run.ts";
import { readRunInfo, runPaths } from "./run-folder.ts";
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
 * @returns false, and does nothing, while the run is running, and where another process has deleted it.
 */
export async function deleteRun(path: string): Promise<boolean> {
  try {
    if (await isRunnerAlive(path, await readRunInfo(path))) return false;
    const lock = await lockRun(path);
    await removeRun(path).catch(async (error: unknown) => {
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

async function removeRun(path: string): Promise<void> {
  const doomed = `${path}.${randomBytes(4).toString("hex")}.deleted`;
  try {
    await rename(path, doomed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error; // rename rejects with nothing else
    await deleteInPlace(path);
    return;
  }
  await rm(doomed, { recursive: true, force: true, maxRetries: 3 }); // another prune may delete it as well
}

/** A folder of an image's lower layer can't be renamed. What makes it a run goes last: until then it can be pruned again. */
async function deleteInPlace(path: string): Promise<void> {
  const { info } = runPaths(path);
  for (const name of await readdir(path))
    if (name !== basename(info)) await rm(join(path, name), { recursive: true, force: true });
  await rm(path, { recursive: true, force: true });
}
