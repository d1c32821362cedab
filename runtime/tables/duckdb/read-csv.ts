import { csvReading } from "../csv-reading.ts";
import { fileNameConstant } from "../files/constant-columns.ts";
import { formats } from "../files/formats.ts";
import type { InputFile, InputPaths } from "../files/input-files.ts";
import type { PlannedTable } from "../planned-table.ts";
import type { CsvColumns, CsvOptions, CsvType, RejectedRow } from "../session.ts";
import type { ShownPath } from "../shown-path.ts";
import { ownFile, type Source } from "../source.ts";
import { csvColumnNames } from "./csv-header.ts";
import type { FileReading, ReadFiles } from "./file-reading.ts";
import { fitsSql, fittingTypes, widerType } from "./infer-csv.ts";
import type { PlanNode } from "./plan.ts";
import type { QueryRunner } from "./query-runner.ts";
import { type FileRows, tablesTogether } from "./tables-together.ts";

/** What reading CSV needs of a session besides. */
export interface CsvFileReading extends FileReading {
  readonly runner: QueryRunner;
  /** A view over one file. @param own a copy of it, which is read in its place. */
  view(file: ShownPath, options: CsvOptions, own: Source | undefined): Promise<PlannedTable<PlanNode>>;
  rejects(view: PlannedTable<PlanNode>): Promise<RejectedRow[]>;
}

/** Views over CSV files, and together their rows. */
export async function readCsv(
  reading: CsvFileReading,
  paths: InputPaths,
  options: CsvOptions,
): Promise<ReadFiles> {
  const copies = new Map<InputFile, Source | undefined>();
  for (const file of await reading.files.find(paths, formats.csv)) {
    const copy = await reading.files.plainCopy(file, options.encoding);
    copies.set(file, copy === undefined ? undefined : ownFile(copy, file.shown));
  }
  const inferred = options.columns === "infer" ? await inferredColumns(reading, copies, options) : undefined;
  const views: FileRows[] = [];
  for (const [file, copy] of copies) {
    const columns = inferred?.get(file) ?? options.columns;
    const table = await reading.view(file, { ...options, columns }, copy);
    views.push({ table, constants: fileNameConstant(options, file.shown) });
  }
  const rejects = async () => {
    const rejected: RejectedRow[] = [];
    for (const { table } of views) rejected.push(...(await reading.rejects(table)));
    return rejected;
  };
  return { table: tablesTogether(reading.make, views), rejects };
}

/** The columns of CSV files, of types that hold the values of all of them. */
async function inferredColumns(
  { files, runner, view }: CsvFileReading,
  copies: ReadonlyMap<InputFile, Source | undefined>,
  options: CsvOptions,
): Promise<ReadonlyMap<InputFile, CsvColumns>> {
  const types = new Map<string, CsvType | undefined>();
  const names = new Map<InputFile, readonly string[]>();
  for (const [file, copy] of copies) {
    const path = copy?.path ?? (await files.onDisk(file));
    const all = await csvColumnNames(path, file.shown, options);
    names.set(file, all);
    const texts = Object.fromEntries(all.map((name) => [name, "string" as const]));
    const { node } = await view(file, { ...options, columns: texts }, copy);
    let row: readonly unknown[] = [];
    await runner.chunks(
      node,
      `Reading ${file.shown}`,
      (query) => fitsSql(all, csvReading(options, file.shown), query),
      (chunk) => {
        row = chunk.getRows()[0] ?? [];
      },
    );
    fittingTypes(row, all.length).forEach((type, i) => {
      const name = all[i] ?? "";
      types.set(name, widerType(types.get(name), type));
    });
  }
  const typed = (all: readonly string[]) =>
    Object.fromEntries(all.map((name) => [name, types.get(name) ?? "string"]));
  return new Map([...names].map(([file, all]) => [file, typed(all)]));
}
