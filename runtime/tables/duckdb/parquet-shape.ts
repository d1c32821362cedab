import type * as DuckDb from "@duckdb/node-api";
import type { ParsedType } from "../column-types.ts";
import { typeName } from "../column-types.ts";
import { commonType } from "../common-type.ts";
import { sameName } from "../same-name.ts";
import { TableError } from "../table-error.ts";
import { fromEngineType, sqlType } from "./engine-types.ts";
import type { Api } from "./load-duckdb.ts";
import { literal, pathLiteral, quoted } from "./quoting.ts";

/** Columns of Parquet files, and how they are read. */
export interface ParquetShape {
  readonly names: readonly string[];
  readonly types: readonly ParsedType[];
  /** The query that gives them of the files where they are now, where it takes more than reading them as they are. */
  readonly sql: ((placeOf: (file: string) => string) => string) | undefined;
}

/** Files one after the other that have the same columns. */
interface Part {
  readonly files: string[];
  readonly columns: readonly PartColumn[];
}

interface PartColumn {
  readonly name: string;
  /** Undefined for a column of nothing but nulls. */
  readonly type: ParsedType | undefined;
  readonly engineType: string;
}

/**
 * Holds the columns of Parquet files against each other. Types that differ are widened without loss, a column that a
 * file lacks is null there.
 * @param shown a file as errors name it.
 * @throws {TableError} with file and column for types that don't go together, and for what columns can't hold.
 */
export async function parquetShape(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  files: readonly string[],
  shown: (file: string) => string,
): Promise<ParquetShape> {
  const parts = await readParts(connection, api, files, shown);
  const columns: { name: string; type: ParsedType | undefined; file: string }[] = [];
  for (const part of parts) {
    const file = shown(part.files[0] ?? "");
    for (const { name, type } of part.columns) {
      const known = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
      if (known === undefined) columns.push({ name, type, file });
      else if (known.type === undefined || type === undefined) known.type ??= type;
      else {
        const common = commonType(known.type, type);
        if (common === undefined)
          throw new TableError(
            `${file}: the column ${JSON.stringify(name)} is ${typeName(type)}, and ${typeName(known.type)} in ${known.file}. Types that differ have to widen without loss. Read the files one by one, and bring them together with sql.`,
          );
        known.type = common;
      }
    }
  }
  const names = columns.map(({ name }) => name);
  const types = columns.map(({ type }): ParsedType => type ?? { kind: "integer" });
  const isPlain = parts.length === 1 && parts[0]?.columns.every(isReadAsIs);
  if (isPlain) return { names, types, sql: undefined };
  const sql = (placeOf: (file: string) => string) =>
    parts.map((part) => partSql(part, names, types, { shown, placeOf })).join("\nUNION ALL\n");
  return { names, types, sql };
}

function isReadAsIs({ engineType, type }: PartColumn): boolean {
  return type !== undefined && !/TIMESTAMP_NS|UBIGINT/.test(engineType);
}

async function readParts(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  files: readonly string[],
  shown: (file: string) => string,
): Promise<Part[]> {
  const parts: Part[] = [];
  let last: string | undefined;
  for (const [file, fields] of await fieldsOf(connection, files)) {
    checkFields(fields, shown(file));
    const key = JSON.stringify(fields.map(({ file_name: _, ...rest }) => rest));
    if (key !== last) parts.push({ files: [], columns: await columnsOf(connection, api, file, fields) });
    last = key;
    parts.at(-1)?.files.push(file);
  }
  return parts;
}

/** A field of a file's schema, as the engine lists it. */
interface Field {
  readonly file_name: string;
  readonly name: string;
  readonly precision: string | null;
  readonly logical_type: string | null;
  readonly children: number;
  readonly depth: number;
  readonly [more: string]: unknown;
}

async function fieldsOf(
  connection: DuckDb.DuckDBConnection,
  files: readonly string[],
): Promise<Map<string, Field[]>> {
  const result = await connection.runAndReadAll(
    `SELECT * EXCLUDE (column_id, field_id) FROM parquet_schema([${files.map(pathLiteral).join(", ")}])`,
  );
  const all = new Map<string, Field[]>(files.map((file) => [file, []]));
  const left: number[] = []; // children that are still to come, of each field that this one is in
  for (const row of result.getRowObjectsJson() as unknown as Field[]) {
    // as parquet_schema has its columns
    while (left.at(-1) === 0) left.pop();
    const depth = left.length;
    if (depth > 0) left[depth - 1] = (left[depth - 1] ?? 0) - 1;
    const children = Number(row.num_children ?? 0);
    all.get(row.file_name)?.push({ ...row, children, depth });
    if (children > 0) left.push(children);
    else if (depth === 0) left.length = 0;
  }
  return all;
}

function checkFields(fields: readonly Field[], file: string): void {
  const names = columnFields(fields).map(({ name }) => name);
  const twice = sameName(names);
  if (twice !== undefined)
    throw new TableError(
      `${file}: two columns are named ${JSON.stringify(twice)}: names that differ only in case are one name. Write the file with other names.`,
    );
  if (names.includes("")) throw new TableError(`${file}: a column has no name. Write the file with names.`);
  let column = "";
  for (const { depth, name, precision, logical_type: logical } of fields) {
    if (depth === 1) column = name;
    const refuse = (what: string) =>
      new TableError(`${file}: the column ${JSON.stringify(column)} has ${what}. Write it as another type.`);
    if (Number(precision ?? 0) > 38)
      throw refuse(`decimals of ${precision} digits, and there are 38 at most`);
    if (/^TimeType\(.*NANOS=NanoSeconds/.test(logical ?? ""))
      throw refuse("times in nanoseconds, of which microseconds are read");
  }
}

function columnFields(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ depth }) => depth === 1);
}

async function columnsOf(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  file: string,
  fields: readonly Field[],
): Promise<readonly PartColumn[]> {
  const prepared = await connection.prepare(
    `SELECT * FROM read_parquet(${pathLiteral(file)}, hive_partitioning = false)`,
  );
  return columnFields(fields).map(({ name, logical_type: logical }, i) => {
    const type = prepared.columnType(i);
    const isNull = logical === "NullType()" || logical === "UnknownType()";
    return {
      name,
      type: isNull ? undefined : fromEngineType(api, type, { kind: "decimal", precision: 20, scale: 0 }),
      engineType: type.toString(),
    };
  });
}

function partSql(
  { files, columns }: Part,
  names: readonly string[],
  types: readonly ParsedType[],
  { shown, placeOf }: Record<"shown" | "placeOf", (file: string) => string>,
): string {
  const expressions = names.map((name, i) => {
    const sql = sqlType(types[i] ?? { kind: "string" });
    const column = columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (column === undefined) return `CAST(NULL AS ${sql}) AS ${quoted(name)}`;
    const given = quoted(column.name);
    const cast = `CAST(${given} AS ${sql})`;
    if (!column.engineType.includes("TIMESTAMP_NS")) return `${cast} AS ${quoted(name)}`;
    // What a timestamp here has no room for is not dropped without a word.
    const lost = literal(
      `${shown(files[0] ?? "")}${files.length > 1 ? " or a file after it" : ""}: the column ${JSON.stringify(name)} has a time with nanoseconds, and a timestamp has microseconds. Write it in microseconds.`,
    );
    return `CASE WHEN CAST(${cast} AS ${column.engineType}) IS DISTINCT FROM ${given} THEN CAST(error(${lost}) AS ${sql}) ELSE ${cast} END AS ${quoted(name)}`;
  });
  return `SELECT ${expressions.join(", ")} FROM read_parquet([${files.map((file) => pathLiteral(placeOf(file))).join(", ")}], hive_partitioning = false)`;
}
