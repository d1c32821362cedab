import { readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RunSummary } from "./read-run.ts";
import { isRunnerAlive, readRunInfo, runPaths } from "./run-folder.ts";

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

/** Deletes a run's folder at one stroke. @returns false, and does nothing, while the run is running. */
export async function deleteRun(path: string): Promise<boolean> {
  if (await isRunnerAlive(path, await readRunInfo(path))) return false;
  const doomed = `${path}.deleted`;
  try {
    await rename(path, doomed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error; // rename rejects with nothing else
    await deleteInPlace(path);
    return true;
  }
  await rm(doomed, { recursive: true, force: true });
  return true;
}

/** A folder of an image's lower layer can't be renamed. What makes it a run goes last: until then it can be pruned again. */
async function deleteInPlace(path: string): Promise<void> {
  const { info } = runPaths(path);
  for (const name of await readdir(path))
    if (name !== basename(info)) await rm(join(path, name), { recursive: true, force: true });
  await rm(path, { recursive: true, force: true });
}
