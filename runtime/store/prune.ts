import { rename, rm } from "node:fs/promises";
import { listRuns, type RunSummary } from "./read-run.ts";
import { isRunnerAlive, readRunInfo } from "./run-folder.ts";

export interface PruneRule {
  /** How many of the newest runs stay. */
  readonly keep?: number;
  /** Runs that started at least this many milliseconds ago go. */
  readonly olderThan?: number;
}

/**
 * Deletes runs, oldest first, never one that is running. With both rules a run goes only if both say so.
 * @returns the ids of those deleted.
 */
export async function pruneRuns(base: string, rule: PruneRule, now: number): Promise<string[]> {
  const { runs } = await listRuns(base);
  const deleted: string[] = [];
  for (const run of runsToPrune(runs, rule, now)) {
    if (await deleteRun(run.path)) deleted.push(run.id);
  }
  return deleted;
}

/** Those of the runs, given newest first, that the rule lets go; oldest first. */
export function runsToPrune(runs: readonly RunSummary[], rule: PruneRule, now: number): RunSummary[] {
  const { keep = 0, olderThan = Number.NEGATIVE_INFINITY } = rule;
  return runs.filter((run, index) => index >= keep && now - run.started >= olderThan).reverse();
}

/** Deletes a run's folder at one stroke. @returns false, and does nothing, while the run is running. */
export async function deleteRun(path: string): Promise<boolean> {
  if (await isRunnerAlive(path, await readRunInfo(path))) return false;
  const doomed = `${path}.deleted`;
  await rename(path, doomed);
  await rm(doomed, { recursive: true, force: true });
  return true;
}
