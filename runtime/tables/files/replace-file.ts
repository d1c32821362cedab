import { rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { freshPath } from "../../disk/fresh-path.ts";
import { makeFolder } from "../../disk/make-folder.ts";
import { syncFile, syncFolder } from "../../disk/sync.ts";
import { cantWrite } from "../parquet-folder.ts";
import { TableError } from "../table-error.ts";

/**
 * Replaces a file as a whole: what `write` writes goes to a file beside it, which then takes its place. On any error
 * the old file stays, and nothing is left beside it.
 */
export async function replaceFile(
  path: string,
  shown: string,
  write: (file: string) => Promise<void>,
): Promise<void> {
  const about = await stat(path).catch(() => undefined); // there may be none
  if (about?.isDirectory())
    throw new TableError(`${shown}: is a folder, and a file is to be written. Write to another path.`);
  const fresh = freshPath(path);
  try {
    await makeFolder(dirname(path)).catch((error: NodeJS.ErrnoException) => {
      throw cantWrite(shown, error);
    });
    await write(fresh);
    await syncFile(fresh);
    await rename(fresh, path).catch((error: NodeJS.ErrnoException) => {
      throw cantWrite(shown, error);
    });
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
