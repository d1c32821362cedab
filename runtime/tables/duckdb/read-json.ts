import { checkOnBadRow } from "../bad-rows.ts";
import { parseColumnType } from "../column-types.ts";
import { fileNameConstant } from "../files/constant-columns.ts";
import { formats } from "../files/formats.ts";
import { goodJson, type JsonFile, jsonProblem } from "../files/good-json.ts";
import type { InputPaths } from "../files/input-files.ts";
import type { ColumnType, JsonOptions } from "../session.ts";
import { TableError } from "../table-error.ts";
import type { Engine } from "./engine.ts";
import { sqlType } from "./engine-types.ts";
import type { FileReading, ReadFiles } from "./file-reading.ts";
import { loadError, loadedTable } from "./loaded-table.ts";
import { queryShape } from "./query-shape.ts";
import { literal, pathLiteral, quoted } from "./quoting.ts";
import { type FileRows, tablesTogether } from "./tables-together.ts";

type DeclaredColumns = { readonly [name: string]: ColumnType };

/** The rows of JSON files, read now. */
export async function readJson(
  reading: FileReading,
  paths: InputPaths,
  options: JsonOptions,
): Promise<ReadFiles> {
  const { onBadRow } = options;
  checkOnBadRow(onBadRow, "readJson");
  const { files, engine } = reading;
  const good: JsonFile[] = [];
  for (const file of await files.find(paths, formats.json)) {
    const plain = (await files.plainCopy(file)) ?? (await files.onDisk(file));
    good.push(await goodJson(plain, file.shown, options, () => files.temporary()));
  }
  const given = { ...options, columns: options.columns ?? (await inferredColumns(engine, good, options)) };
  const loaded: FileRows[] = [];
  for (const { path, shown } of good) {
    const table = await loadedTable(reading, jsonSql([path], given), shown).catch(async (error: unknown) => {
      throw (await jsonProblem(path, shown, given)) ?? error;
    });
    loaded.push({ table, constants: fileNameConstant(options, shown) });
  }
  const rejects = async () => {
    if (onBadRow === "reject") return good.flatMap((file) => file.rejects);
    throw new TableError(
      'rejects: a bad line is an error of this table. Read the files with onBadRow: "reject".',
    );
  };
  return { table: tablesTogether(reading.make, loaded), rejects };
}

/** The columns of JSON files, of types that hold the values of all of them. */
async function inferredColumns(
  engine: Engine,
  files: readonly JsonFile[],
  options: JsonOptions,
): Promise<DeclaredColumns> {
  const columnsOf = async (paths: readonly string[]) => {
    const sql = jsonSql(paths, options);
    const { columns } = await engine.use((connection, api) => queryShape(connection, api, sql));
    return Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  };
  try {
    return await columnsOf(files.map(({ path }) => path));
  } catch (error) {
    for (const { path, shown } of files) {
      const problem = await jsonProblem(path, shown, options);
      if (problem !== undefined) throw problem;
      if (files.length > 1) await columnsOf([path]).catch((e) => Promise.reject(loadError(e, shown)));
    }
    throw loadError(error, files[0]?.shown ?? "");
  }
}

/** The query that reads JSON files: arrays of objects, or one object a line. */
function jsonSql(paths: readonly string[], { columns, format }: JsonOptions): string {
  const given =
    columns === undefined
      ? [
          "union_by_name = true",
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
  return `SELECT * FROM read_json([${paths.map(pathLiteral).join(", ")}], ${options.join(", ")})`;
}

/** A type whose timestamps are the instants that their texts name: without a zone, DuckDB forgets offsets. */
function zonedType(type: ColumnType): string {
  return sqlType(parseColumnType(type)).replace(/"(?:[^"]|"")*"|TIMESTAMP/g, (part) =>
    part === "TIMESTAMP" ? "TIMESTAMPTZ" : part,
  );
}
