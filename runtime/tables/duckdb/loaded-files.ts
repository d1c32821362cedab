import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { nearestName } from "../../authoring/nearest-name.ts";
import type { ParsedType } from "../column-types.ts";
import { parseColumnType, typeName } from "../column-types.ts";
import type { ColumnType, ExcelOptions, JsonOptions } from "../session.ts";
import { TableError } from "../table-error.ts";
import type { Engine } from "./engine.ts";
import { engineProblem } from "./engine-error.ts";
import { fromEngineType, sqlType } from "./engine-types.ts";
import { excelValue } from "./excel-values.ts";
import { literal, pathLiteral, quoted } from "./quoting.ts";

/** A file's rows, read and written as Parquet. */
interface LoadedFile {
  readonly path: string;
  readonly names: readonly string[];
  readonly types: readonly ParsedType[];
}

/** The query that reads a JSON file: an array of objects, or one object a line. */
export function jsonSql(path: string, { columns, format }: JsonOptions): string {
  const given =
    columns === undefined
      ? [
          "auto_detect = true",
          "sample_size = -1",
          "map_inference_threshold = -1",
          "field_appearance_threshold = 0",
        ]
      : [
          `columns = {${Object.entries(columns)
            .map(([name, type]) => `${quoted(name)}: ${literal(zonedType(type))}`)
            .join(", ")}}`,
        ];
  const options = [
    ...given,
    `format = '${format === "lines" ? "newline_delimited" : (format ?? "auto")}'`,
    "compression = 'uncompressed'",
    "maximum_object_size = 134217728",
  ];
  return `SELECT * FROM read_json(${pathLiteral(path)}, ${options.join(", ")})`;
}

/** A type whose timestamps are the instants that their texts name: without a zone, DuckDB forgets offsets. */
function zonedType(type: ColumnType): string {
  return sqlType(parseColumnType(type)).replace(/"(?:[^"]|"")*"|TIMESTAMP/g, (part) =>
    part === "TIMESTAMP" ? "TIMESTAMPTZ" : part,
  );
}

/** The query that reads a sheet of a workbook. @param cells whether all columns are wanted, as texts. */
export function excelSql(
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
export async function checkSheet(
  engine: Engine,
  path: string,
  shown: string,
  options: ExcelOptions,
): Promise<void> {
  const { columns, ...rest } = options;
  const cells = excelSql(path, shown, rest, true);
  const names = await columnNames(engine, cells, shown);
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

/**
 * Reads a file now, as a whole: what is wrong in it is found here.
 * @throws {TableError} with the file, and the line or column where the engine tells it.
 */
export async function loadFile(engine: Engine, sql: string, shown: string): Promise<LoadedFile> {
  const path = join(engine.tempFolder, `millrace-${randomUUID()}.parquet`);
  try {
    return await engine.use(async (connection, api) => {
      const prepared = await connection.prepare(sql);
      const names = Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i));
      const types = names.map((_, i) =>
        fromEngineType(api, prepared.columnType(i), { kind: "decimal", precision: 20, scale: 0 }),
      );
      const casts = names.map(
        (name, i) => `CAST(${quoted(name)} AS ${sqlType(types[i] ?? { kind: "string" })}) AS ${quoted(name)}`,
      );
      await connection.run(
        `COPY (SELECT ${casts.join(", ")} FROM (${sql})) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy)`,
      );
      return { path, names, types };
    });
  } catch (error) {
    engine.signal?.throwIfAborted();
    throw loadError(error, shown);
  }
}

export function loadError(error: unknown, shown: string): TableError {
  return error instanceof TableError
    ? error
    : new TableError(fileProblem(engineProblem(error).message, shown));
}

async function columnNames(engine: Engine, sql: string, shown: string): Promise<readonly string[]> {
  try {
    return await engine.use(async (connection) => {
      const prepared = await connection.prepare(sql);
      return Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i));
    });
  } catch (error) {
    throw loadError(error, shown);
  }
}

function noColumn(shown: string, name: string, names: readonly string[]): TableError {
  const hint = nearestName(name, names);
  return new TableError(
    `${shown}: there is no column ${JSON.stringify(name)}. There are: ${names.join(", ")}.${hint === undefined ? "" : ` Did you mean "${hint}"?`}`,
  );
}

function fileProblem(message: string, shown: string): string {
  if (message.startsWith(`${shown}: the column `)) return message; // said by our own SQL
  const [text = ""] = message.replace(/\n\s*\n[\s\S]*$/, "").split("\n");
  if (/Failed to open zip|not a valid xlsx|Failed to (?:find|locate)/i.test(text))
    return `${shown}: is no Excel workbook (.xlsx).`;
  const line = /in line (\d+)/.exec(text)?.[1];
  const said = text
    .replace(/^(?:Malformed JSON|JSON transform error) in file "[^"]*",?\s*/, (match) =>
      match.startsWith("Malformed") ? "is not JSON: " : "",
    )
    .replace(/(?:at byte \d+ )?in (?:line|record\/value) \d+:\s*/, "")
    .replace(/\s*Try (?:setting|increasing)[\s\S]*$/, "")
    .replace(/[.!\s]*$/, "");
  return `${shown}${line === undefined ? "" : `:${line}`}: ${said}.`;
}

/** The columns of JSON files, of types that hold the values of all of them. */
export async function inferJson(
  engine: Engine,
  paths: readonly string[],
  options: JsonOptions,
): Promise<DeclaredColumns> {
  const list = `[${paths.map(pathLiteral).join(", ")}]`;
  const sql = jsonSql("", options).replace("read_json('',", `read_json(${list}, union_by_name = true,`);
  return engine.use(async (connection, api) => {
    const prepared = await connection.prepare(sql);
    return Object.fromEntries(
      Array.from({ length: prepared.columnCount }, (_, i) => {
        const type = fromEngineType(api, prepared.columnType(i), {
          kind: "decimal",
          precision: 20,
          scale: 0,
        });
        return [prepared.columnName(i), typeName(type)];
      }),
    );
  });
}

export type DeclaredColumns = { readonly [name: string]: ColumnType };
