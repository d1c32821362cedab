import type * as DuckDb from "@duckdb/node-api";
import type { ValueMaker } from "../write-values.ts";
import type { Api } from "./load-duckdb.ts";

/** DuckDB's values. */
export function duckDbValues(api: Api): ValueMaker<DuckDb.DuckDBValue> {
  return {
    long: (value) => value,
    plain: (value) => value,
    date: (days) => new api.DuckDBDateValue(days),
    timestamp: (micros) => new api.DuckDBTimestampValue(micros),
    binary: (bytes) => new api.DuckDBBlobValue(bytes),
    decimal: (scaled, precision, scale) => new api.DuckDBDecimalValue(scaled, precision, scale),
    list: (items) => new api.DuckDBListValue(items),
    struct: (entries) => new api.DuckDBStructValue(entries),
    map: (entries) => new api.DuckDBMapValue([...entries]),
  };
}
