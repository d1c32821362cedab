import { createHash, type Hash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileDigest } from "../disk/file-digest.ts";
import { csvReadingKey } from "./csv-reading.ts";
import { parquetFiles } from "./parquet-files.ts";
import type { FileHandle } from "./session.ts";
import { TableError } from "./table-error.ts";

/**
 * SHA-256 over a table's columns, how its file is read, and the file's content: the same for equal tables
 * wherever they lie. A folder counts by its files' names and contents. A file is read once a process for as long as its size
 * and its times stay the same.
 * @throws {TableError} if there is no such file.
 */
export async function digestTable(handle: FileHandle): Promise<string> {
  const hash = createHash("sha256");
  const columns = handle.columns.map(({ name, type }) => [name, type]);
  hash.update(
    JSON.stringify([handle.kind, columns, handle.kind === "csv" ? csvReadingKey(handle.options) : null]),
  );
  try {
    await addContent(hash, handle.path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // file operations reject with those
    throw new TableError(
      `${handle.path}: ${code === "ENOENT" ? "there is no such file" : `can't be read (${message})`}.`,
    );
  }
  return hash.digest("hex");
}

async function addContent(hash: Hash, path: string): Promise<void> {
  const about = await stat(path);
  if (!about.isDirectory()) {
    hash.update(await fileDigest(path));
    return;
  }
  for (const file of await parquetFiles(path, path))
    hash.update(`${JSON.stringify(basename(file))}:${await fileDigest(file)};`);
}
