import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { noFile } from "./no-file.ts";
import { TableError } from "./session.ts";

/**
 * The Parquet files that a path stands for: itself, or what a folder holds, in the order of their names.
 * Files whose names begin with `_` or `.` are left out, as Spark leaves them out.
 * @throws {TableError} if there are none.
 */
export async function parquetFiles(path: string, shown: string): Promise<readonly string[]> {
  const about = await stat(path).catch(async (error: NodeJS.ErrnoException) => {
    throw await noFile(path, shown, error);
  });
  if (!about.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => !/^[_.]/.test(name) && name.endsWith(".parquet"));
  if (names.length === 0) throw new TableError(`${shown}: is a folder without Parquet files.`);
  return names.sort().map((name) => join(path, name));
}

/** Whether {@link parquetFiles} are all that Spark reads of a path, which takes other names and folders within too. */
export async function areAllFiles(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []); // no folder, or for others to tell
  return entries.every(
    (entry) => /^[_.]/.test(entry.name) || (entry.isFile() && entry.name.endsWith(".parquet")),
  );
}
