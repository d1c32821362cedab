import { basename } from "node:path";
import { nearestName } from "../authoring/nearest-name.ts";
import { UsageError } from "../errors/user-error.ts";
import { findRun, listRunFolders, RunNotFoundError } from "../store/run-folder.ts";
import { nameOfRunId } from "../store/run-id.ts";

/**
 * The folder of the run that is meant.
 * @param base the folder whose `.millrace/` has the runs.
 * @throws {UsageError} when there is none or more than one, with the name that was probably meant.
 */
export async function findStoredRun(reference: string, base: string): Promise<string> {
  try {
    return await findRun(base, reference);
  } catch (error) {
    if (!(error instanceof RunNotFoundError)) throw error;
    const ids = (await listRunFolders(base)).map((folder) => basename(folder));
    const hint = nearestName(reference, [...ids.map(nameOfRunId), ...ids]);
    throw new UsageError(hint === undefined ? error.message : `${error.message} Did you mean '${hint}'?`);
  }
}
