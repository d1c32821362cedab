import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { shownUrl } from "../files/scheme.ts";
import { checkWrite, isPlainParquet, type WriteRequest } from "../files/write-options.ts";
import type { Session, Table } from "../session.ts";
import { isUrl } from "../session-url.ts";
import type { ShownPath } from "../shown-path.ts";
import type { RunFolders } from "../source.ts";
import { bucketUrl } from "./server-path.ts";
import type { RowsToWrite, TablePlace } from "./table-place.ts";

/** What writing needs of a session. */
export interface TableWriting {
  readonly embedded: Session;
  readonly place: TablePlace;
  readonly workFolder: string;
  readonly run: RunFolders | undefined;
  /** A path, and how errors name it. */
  file(path: string): ShownPath;
}

/** Writes rows to a path or a URL. What Spark's own Parquet isn't, the embedded engine writes, of the rows as Spark gave them. */
export async function writeTable(
  { embedded, place, workFolder, run, file }: TableWriting,
  rows: RowsToWrite,
  path: string,
  request: WriteRequest,
): Promise<void> {
  checkWrite(request, rows, isUrl(path) ? shownUrl(path) : path);
  if (isPlainParquet(request)) {
    if (!isUrl(path)) return place.writeFolder(file(path), run?.written, rows);
    if (!/^https?:/i.test(path)) return rows.write(bucketUrl(path), path);
  }
  const copy = join(workFolder, `written-${randomUUID()}`);
  try {
    await place.writeFolder({ path: copy, shown: path }, undefined, rows);
    await writeAs(await embedded.readParquet(copy), path, request);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function writeAs(table: Table, path: string, request: WriteRequest): Promise<void> {
  switch (request.format) {
    case "parquet":
      return table.writeParquet(path, request.options);
    case "csv":
      return table.writeCsv(path, request.options);
    case "json":
      return table.writeJson(path);
    case "excel":
      return table.writeExcel(path, request.options);
  }
}
