import { nearestName } from "../../authoring/nearest-name.ts";
import { fileNameConstant } from "../files/constant-columns.ts";
import { formats } from "../files/formats.ts";
import type { InputPaths } from "../files/input-files.ts";
import type { PlannedTable } from "../planned-table.ts";
import type { ExcelOptions } from "../session.ts";
import { TableError } from "../table-error.ts";
import type { Engine } from "./engine.ts";
import { excelValue } from "./excel-values.ts";
import type { FileReading } from "./file-reading.ts";
import { loadError, loadedTable } from "./loaded-table.ts";
import type { PlanNode } from "./plan.ts";
import { queryShape } from "./query-shape.ts";
import { literal, quoted } from "./quoting.ts";
import { type FileRows, tablesTogether } from "./tables-together.ts";

/** The rows of a sheet of Excel workbooks, read now. */
export async function readExcel(
  reading: FileReading,
  paths: InputPaths,
  options: ExcelOptions,
): Promise<PlannedTable<PlanNode>> {
  const { files, engine } = reading;
  const found = await files.find(paths, formats.excel);
  await engine.need("excel");
  const loaded: FileRows[] = [];
  for (const file of found) {
    const path = await files.onDisk(file);
    await checkSheet(engine, path, file.shown, options);
    const table = await loadedTable(reading, excelSql(path, file.shown, options), file.shown);
    loaded.push({ table, constants: fileNameConstant(options, file.shown) });
  }
  return tablesTogether(reading.make, loaded);
}

/** The query that reads a sheet of a workbook. @param cells whether all columns are wanted, as texts. */
function excelSql(
  path: string,
  shown: string,
  { sheet, range, header = true, columns }: ExcelOptions,
  cells = columns !== undefined,
): string {
  const options = [
    `header = ${header}`,
    "stop_at_empty = false",
    ...(cells ? ["all_varchar = true"] : []),
    ...(sheet === undefined ? [] : [`sheet = ${literal(sheet)}`]),
    ...(range === undefined ? [] : [`range = ${literal(range)}`]),
  ];
  const wanted = Object.entries(columns ?? {}).map(([name, type]) => excelValue(name, type, shown));
  return `SELECT ${wanted.length === 0 ? "*" : wanted.join(", ")} FROM read_xlsx(${literal(path)}, ${options.join(", ")})`;
}

/**
 * Looks whether a sheet has the columns that are wanted; and, where none are, whether the engine can tell their types,
 * which it does by their first cells.
 * @throws {TableError} if not.
 */
async function checkSheet(engine: Engine, path: string, shown: string, options: ExcelOptions): Promise<void> {
  const { columns, ...rest } = options;
  const cells = excelSql(path, shown, rest, true);
  const { columns: all } = await engine
    .use((connection, api) => queryShape(connection, api, cells))
    .catch((error: unknown) => {
      throw loadError(error, shown);
    });
  const names = all.map(({ name }) => name);
  const missing = Object.keys(columns ?? {}).find((name) => !names.includes(name));
  if (missing !== undefined) throw noColumn(shown, missing, names);
  if (columns !== undefined) return;
  const isUnclear = names.map((name) => `first(${quoted(name)}) IS NULL AND count(${quoted(name)}) > 0`);
  const [unclear] = await engine.use(async (connection) => {
    const found = await connection.runAndReadAll(`SELECT ${isUnclear.join(", ")} FROM (${cells})`);
    return found.getRows();
  });
  const name = names[unclear?.indexOf(true) ?? -1];
  if (name !== undefined)
    throw new TableError(
      `${shown}: the first cell of the column ${JSON.stringify(name)} is empty, which leaves its type open. Name the columns with their types: columns: { ${JSON.stringify(name)}: "string" }.`,
    );
}

function noColumn(shown: string, name: string, names: readonly string[]): TableError {
  const hint = nearestName(name, names);
  return new TableError(
    `${shown}: there is no column ${JSON.stringify(name)}. There are: ${names.join(", ")}.${hint === undefined ? "" : ` Did you mean "${hint}"?`}`,
  );
}
