import { basename, join } from "node:path";
import { log } from "../../authoring/log.ts";
import { fileNameConstant } from "../files/constant-columns.ts";
import type { InputFile, InputPaths } from "../files/input-files.ts";
import { parquetParts } from "../files/parquet-parts.ts";
import { checkParquet, listParquet, someOf } from "../parquet-files.ts";
import type { PlannedTable } from "../planned-table.ts";
import type { FileNameOption } from "../session.ts";
import { shapeOf } from "../shape.ts";
import { type ShownPath, shownPath } from "../shown-path.ts";
import { noteUrlRead, ownFile, Source } from "../source.ts";
import { remoteError, tableError } from "./engine-error.ts";
import type { FileReading } from "./file-reading.ts";
import { parquetShape } from "./parquet-shape.ts";
import type { PlanNode } from "./plan.ts";
import { pathLiteral } from "./quoting.ts";
import { type FileRows, tablesTogether } from "./tables-together.ts";

/** A view over Parquet files and folders. @param folder what relative paths are relative to. */
export async function readParquet(
  reading: FileReading,
  folder: string,
  paths: InputPaths,
  options: FileNameOption,
): Promise<PlannedTable<PlanNode>> {
  const read: FileRows[] = [];
  for (const { file, constants } of await parquetParts(folder, paths, reading.files.finder))
    for (const each of options.fileName && file.kind === "local" ? await filesOf(folder, file) : [file]) {
      const table =
        each.kind === "local" ? await localParquet(reading, each) : await remoteParquet(reading, each);
      read.push({ table, constants: [...constants, ...fileNameConstant(options, each.shown)] });
    }
  return tablesTogether(reading.make, read);
}

async function localParquet(
  { engine, make, run }: FileReading,
  file: ShownPath,
): Promise<PlannedTable<PlanNode>> {
  const source = await Source.of(file, "all", run);
  const { shown } = source;
  const place = await source.place();
  const { files, leftOut } = await listParquet(place, shown);
  if (leftOut.length > 0) log.warn(`${shown}: left out, since they are no Parquet: ${someOf(leftOut)}.`);
  const below = (folder: string, file: string) => (file === place ? folder : join(folder, basename(file)));
  const shownFile = (file: string) => below(shown, file);
  await checkParquet(files, shownFile);
  try {
    const { names, types, sql } = await engine.use((connection, api) =>
      parquetShape(connection, api, files, shownFile),
    );
    const shaped = sql && { shaped: (at: string) => sql((file) => below(at, file)) };
    return make({ kind: "parquet", source, ...shaped }, shapeOf(names, types));
  } catch (error) {
    throw tableError(error, shown);
  }
}

/** The files of a folder of Parquet, each by itself. */
async function filesOf(folder: string, file: InputFile): Promise<readonly InputFile[]> {
  const { files } = await listParquet(file.path, file.shown);
  return files.map((path) => ({ ...shownPath(folder, path), kind: "local" }));
}

/** Parquet that isn't on this machine: of it only what a query needs is fetched. */
async function remoteParquet(
  { engine, files, make }: FileReading,
  { path, shown, kind }: InputFile,
): Promise<PlannedTable<PlanNode>> {
  noteUrlRead(shown);
  await files.reach(kind);
  try {
    const { names, types, sql } = await engine.use((connection, api) =>
      parquetShape(connection, api, [path], () => shown),
    );
    const plain = `SELECT * FROM read_parquet(${pathLiteral(path)}, hive_partitioning = false)`;
    const shaped = () => sql?.((file) => file) ?? plain;
    return make(
      { kind: "parquet", source: ownFile(path, shown), temporary: true, shaped },
      shapeOf(names, types),
    );
  } catch (error) {
    throw remoteError(error, shown);
  }
}
