import type * as DuckDb from "@duckdb/node-api";
import { type Shape, shapeOf } from "../shape.ts";
import { fromEngineType } from "./engine-types.ts";
import type { Api } from "./load-duckdb.ts";

/** The columns of a query of our own. */
export async function queryShape(connection: DuckDb.DuckDBConnection, api: Api, sql: string): Promise<Shape> {
  const prepared = await connection.prepare(sql);
  const names = Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i));
  const types = names.map((_, i) =>
    fromEngineType(api, prepared.columnType(i), { kind: "decimal", precision: 20, scale: 0 }),
  );
  return shapeOf(names, types);
}
