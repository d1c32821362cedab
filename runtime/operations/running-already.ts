import type { RunSummary } from "../events/run-summary.ts";
import { hasEnded } from "../events/states.ts";
import { listRuns } from "../store/read-run.ts";

/** A run of a flow's file that is going on, if there is one. */
export async function runningAlready(base: string, file: string): Promise<RunSummary | undefined> {
  const { runs } = await listRuns(base, {
    wanted: (run) => run.file === file && !hasEnded(run.state),
    most: 1,
  });
  return runs[0];
}
