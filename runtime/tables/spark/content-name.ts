import type { StoredRows } from "./row-digest.ts";

/**
 * Names what Parquet holds without its being read: by what was written, by the version of the files, or by a place in the
 * storage that only one execution of a task ever writes to.
 * @returns undefined where only reading tells.
 */
export function contentName(
  handle: StoredRows,
  written: string | undefined,
  isKept: boolean,
): string | undefined {
  const { path, columns, ordered = false, source } = handle;
  const name = (...by: readonly unknown[]) => JSON.stringify(["rows on Spark", columns, ordered, ...by]);
  if (written !== undefined) return name("written", written);
  if (source === undefined) return isKept ? name("at", path) : undefined;
  const isTold = source.files.every(
    ({ unsettled, sha256 }) => unsettled === undefined || sha256 !== undefined,
  );
  return source.kind !== "nothing" && isTold ? name("version", path, source.files) : undefined;
}
