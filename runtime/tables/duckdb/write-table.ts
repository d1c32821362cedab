import { basename, dirname, join } from "node:path";
import { addOlder, dataFilesBelow, nameInOrder } from "../files/merge-folder.ts";
import { replaceFile } from "../files/replace-file.ts";
import { placeOf } from "../files/scheme.ts";
import { checkWrite, isWrittenAsFolder, type WriteRequest } from "../files/write-options.ts";
import { someOf } from "../parquet-files.ts";
import { replaceFolder } from "../parquet-folder.ts";
import type { Table } from "../session.ts";
import type { ShownPath } from "../shown-path.ts";
import type { RunFolders } from "../source.ts";
import { TableError } from "../table-error.ts";
import type { Engine } from "./engine.ts";
import type { FileAccess } from "./file-access.ts";
import type { PlanNode } from "./plan.ts";
import type { QueryRunner } from "./query-runner.ts";
import { literal } from "./quoting.ts";

/** What writing needs of a session. */
export interface TableWriting {
  readonly engine: Engine;
  readonly runner: QueryRunner;
  readonly files: FileAccess;
  readonly run: RunFolders | undefined;
  /** A path of this machine, and how errors name it. */
  file(path: string): ShownPath;
  readParquet(folder: string): Promise<Table>;
}

/** Writes a table's rows to a path or a URL. */
export async function writeTable(
  writing: TableWriting,
  node: PlanNode,
  path: string,
  request: WriteRequest,
): Promise<void> {
  const { engine, runner } = writing;
  engine.signal?.throwIfAborted();
  const place = placeOf(path);
  if (place.kind === "web")
    throw new TableError(`${place.shown}: nothing is written to a web server. Write to a path, or to s3://.`);
  checkWrite(request, node, place.shown);
  if (request.format === "excel") await engine.need("excel");
  if (place.kind === "bucket") return writeBucket(writing, node, place, request);
  const file = writing.file(place.path);
  if (request.format === "parquet") return writeFolder(writing, node, file, request);
  await replaceFile(file.path, file.shown, (fresh) => runner.copyTo(node, fresh, file.shown, request));
}

async function writeFolder(
  writing: TableWriting,
  node: PlanNode,
  { path, shown }: ShownPath,
  request: WriteRequest & { readonly format: "parquet" },
): Promise<void> {
  const { runner, run } = writing;
  const { mode = "overwrite" } = request.options;
  await replaceFolder(path, shown, run?.written, async (folder) => {
    const isFolder = isWrittenAsFolder(request.options);
    await runner.copyTo(node, isFolder ? folder : join(folder, "part-0.parquet"), shown, request);
    if (isFolder) await nameInOrder(folder);
    if (mode === "overwrite") return;
    const fresh = new Set((await dataFilesBelow(folder)).map((file) => dirname(file)));
    await addOlder(path, folder, (inside) => mode === "partitions" && fresh.has(inside));
    await checkTogether(writing, folder, shown);
  });
}

/** @throws {TableError} where what was added doesn't go with what was there. */
async function checkTogether({ readParquet }: TableWriting, folder: string, shown: string): Promise<void> {
  try {
    const table = await readParquet(folder);
    await table.rows(0);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new TableError(
      `${shown}: the rows don't go with those that are there: ${error.message.replaceAll(basename(folder), basename(shown))}`,
    );
  }
}

async function writeBucket(
  { engine, runner, files }: TableWriting,
  node: PlanNode,
  { path, shown }: ShownPath,
  request: WriteRequest,
): Promise<void> {
  await files.reach("bucket");
  if (request.format !== "parquet") return runner.copyTo(node, path, shown, request);
  const { mode = "overwrite" } = request.options;
  if (mode !== "overwrite" || isWrittenAsFolder(request.options))
    throw new TableError(
      `${shown}: a folder in a bucket is written as one file, in mode "overwrite". Write partitions to a path of this machine, or on Spark.`,
    );
  const base = path.replace(/\/+$/, "");
  const [file, mark] = [`${base}/part-0.parquet`, `${base}/_SUCCESS`];
  const there = await files.finder.glob(`${base}/**`);
  const others = there.filter((each) => each !== file && each !== mark);
  if (others.length > 0)
    throw new TableError(
      `${shown}: has other objects in it (${someOf(others)}), which would be read with the rows. Remove them, or write to another folder.`,
    );
  await runner.copyTo(node, file, shown, request);
  await engine.use((connection) =>
    connection.run(`COPY (SELECT ''::BLOB AS content) TO ${literal(mark)} (FORMAT blob)`),
  );
}
