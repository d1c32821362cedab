import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isHidden } from "./files/hidden-names.ts";
import { noFile } from "./no-file.ts";
import { TableError } from "./table-error.ts";

/** What a path of Parquet stands for. */
export interface ParquetListing {
  /** Itself, or what a folder holds, in the order of their names. */
  readonly files: readonly string[];
  /** Names in the folder that are no Parquet. */
  readonly leftOut: readonly string[];
}

/**
 * The Parquet files that a path stands for. In a folder those are the ones that are Parquet, whatever their names end
 * in; files whose names begin with `_` or `.` aren't looked at, as Spark doesn't look at them.
 * @param shown the path as errors name it.
 * @throws {TableError} if there are none, or folders within.
 */
export async function listParquet(path: string, shown: string): Promise<ParquetListing> {
  const about = await stat(path).catch(async (error: NodeJS.ErrnoException) => {
    throw await noFile(path, shown, error);
  });
  if (!about.isDirectory()) return { files: [path], leftOut: [] };
  const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !isHidden(name));
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (folders.length > 0)
    throw new TableError(
      `${shown}: has folders in it (${someOf(folders)}), and only a folder's own files are read. Read each folder by itself, and bring them together with sql.`,
    );
  const names = entries.map(({ name }) => name).sort();
  const leftOut: string[] = [];
  for (const name of names)
    if (!name.endsWith(".parquet") && !(await isParquet(join(path, name)))) leftOut.push(name);
  const files = names.filter((name) => !leftOut.includes(name));
  if (files.length === 0) throw new TableError(`${shown}: is a folder without Parquet files.`);
  return { files: files.map((name) => join(path, name)), leftOut };
}

export async function parquetFiles(path: string, shown: string): Promise<readonly string[]> {
  return (await listParquet(path, shown)).files;
}

/** Whether {@link parquetFiles} are all that Spark reads of a path, which takes other names and folders within too. */
export async function areAllFiles(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []); // no folder, or for others to tell
  return entries.every(
    (entry) => isHidden(entry.name) || (entry.isFile() && entry.name.endsWith(".parquet")),
  );
}

/** @throws {TableError} for the first of the files that is no Parquet. */
export async function checkParquet(files: readonly string[], shown: (file: string) => string): Promise<void> {
  for (const file of files)
    if (!(await isParquet(file))) throw new TableError(`${shown(file)}: is not a Parquet file.`);
}

/** Some names, for an error. */
export function someOf(names: readonly string[]): string {
  return names.length > 3
    ? `${names.slice(0, 3).join(", ")}, and ${names.length - 3} more`
    : names.join(", ");
}

const magic = /^PAR[1E]$/;

/** Whether a file begins and ends as Parquet does. */
async function isParquet(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size < 12) return false;
    const buffer = Buffer.alloc(4);
    for (const position of [0, size - 4]) {
      await file.read(buffer, 0, 4, position);
      if (!magic.test(buffer.toString("latin1"))) return false;
    }
    return true;
  } finally {
    await file.close();
  }
}
