import { UsageError } from "../errors/user-error.ts";
import { hasEnded } from "../events/states.ts";
import { listRuns } from "../store/read-run.ts";

/**
 * The folder of the only run that is going on.
 * @throws {UsageError} when there is none, or more than one, with their names.
 */
export async function findLiveRun(base: string): Promise<string> {
  const { runs } = await listRuns(base, { wanted: ({ state }) => !hasEnded(state) });
  const [run] = runs;
  if (run === undefined) throw new UsageError(`No run of ${base} is going on: there is nothing to cancel.`);
  if (runs.length === 1) return run.path;
  const names = runs.map(({ id, flow }) => `  ${id}  ${flow}`).join("\n");
  throw new UsageError(`${runs.length} runs are going on: name the one that you mean.\n${names}`);
}
