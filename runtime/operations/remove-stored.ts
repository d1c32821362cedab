import { UserError } from "../errors/user-error.ts";
import { pruneCacheOf } from "../store/prune-leftovers.ts";
import { readRun } from "../store/read-run.ts";
import type { RunInfo } from "../store/run-info.ts";
import { parseSessionUrl } from "../tables/session-url.ts";
import { sessionOf } from "./session-of-run.ts";

/**
 * Removes what a run has in its session's storage, and the cached results that lie there.
 * @param kept the folders of the runs that stay.
 * @throws {UserError} where it can't be removed, and while a run that stays has taken such a result from the cache.
 */
export async function removeStored(
  { id, session }: RunInfo,
  base: string,
  kept: readonly string[],
): Promise<void> {
  const told = parseSessionUrl(session);
  if (told.engine !== "spark" || told.storage === undefined) return;
  const folder = `${told.storage}/${id}`;
  for (const path of kept) {
    const user = await userOf(folder, path);
    if (user !== undefined)
      throw new UserError(`the run '${user}' has results of it, which it took from the cache.`);
  }
  const url = parseSessionUrl(sessionOf(session));
  if (url.engine !== "spark") return;
  await pruneCacheOf(base, folder);
  const { removeKeptTables } = await import("../tables/spark/remove-kept.ts");
  await removeKeptTables({ ...url, storage: told.storage }, id);
}

/** The run of a folder, if it has a result below a URL. */
async function userOf(url: string, path: string): Promise<string | undefined> {
  const { info, view } = await readRun(path);
  const results = [...view.taskRuns.values()].map(({ completion }) => completion?.result);
  const tables = results.flatMap((result) => result?.tables ?? []);
  return tables.some(({ handle }) => handle.path.startsWith(`${url}/`)) ? info.id : undefined;
}
