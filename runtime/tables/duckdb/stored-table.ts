import type * as DuckDb from "@duckdb/node-api";
import type { ParsedType } from "../column-types.ts";
import type { Column } from "../session.ts";
import { sqlType, toEngineType } from "./engine-types.ts";
import type { Api } from "./load-duckdb.ts";
import { quoted } from "./quoting.ts";

/** Columns that were computed. */
export interface StoredColumns {
  readonly columns: readonly Column[];
  readonly types: readonly ParsedType[];
  readonly rowCount: number;
  /** A column's values of the rows from `start` to, not including, `end`. */
  readonly values: (column: number, start: number, end: number) => readonly DuckDb.DuckDBValue[];
}

/** Rows that a chunk holds at most: DuckDB's vector size. */
const chunkRows = 2_048;

/**
 * Makes a table in the engine's memory.
 * @param values gives a column's values of the rows from `start` to, not including, `end`.
 */
export async function storeTable(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  table: Omit<StoredColumns, "values"> & { readonly name: string },
  values: (column: number, start: number, end: number) => readonly DuckDb.DuckDBValue[],
): Promise<void> {
  const { name, columns, types, rowCount } = table;
  const definitions = columns.map((column, i) => {
    const type = types[i];
    return `${quoted(column.name)} ${type === undefined ? "VARCHAR" : sqlType(type)}`;
  });
  await connection.run(`CREATE TABLE ${quoted(name)} (${definitions.join(", ")})`);
  if (rowCount === 0) return;
  const engineTypes = types.map((type) => toEngineType(api, type));
  const appender = await connection.createAppender(name);
  for (let start = 0; start < rowCount; start += chunkRows) {
    const end = Math.min(rowCount, start + chunkRows);
    const chunk = api.DuckDBDataChunk.create(engineTypes, end - start);
    for (let column = 0; column < columns.length; column++)
      chunk.setColumnValues(column, values(column, start, end));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
