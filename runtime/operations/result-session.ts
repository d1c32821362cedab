import { baseOf } from "../disk/base-folder.ts";
import { WrittenFolders } from "../disk/written-folders.ts";
import type { StoredRun } from "../store/read-run.ts";
import { openDuckDb } from "../tables/duckdb/open-duckdb.ts";
import type { Session } from "../tables/session.ts";

/** Reads the tables of a run's results, in this process. */
export function openResultSession({ path, info }: Pick<StoredRun, "path" | "info">): Session {
  const written = new WrittenFolders(baseOf(path), path, () => undefined);
  return openDuckDb({ folder: info.folder, run: { runFolder: path, written } });
}
