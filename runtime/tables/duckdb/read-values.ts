import type * as DuckDb from "@duckdb/node-api";
import { dateText, instant, UnreadableError } from "../calendar.ts";
import type { ParsedType } from "../column-types.ts";
import { keyText } from "../map-keys.ts";
import { appendColumns, plainReading, type Reading, setEntry, setOwn } from "../read-rows.ts";
import type { Column, Row, Value } from "../session.ts";

type Read = (value: DuckDb.DuckDBValue) => Value;

const mostDays = 2 ** 31 - 1;
const mostMicros = 2n ** 63n - 1n;

/** Appends a chunk's rows as plain objects. */
export function appendRows(
  rows: Row[],
  chunk: DuckDb.DuckDBDataChunk,
  columns: readonly Column[],
  types: readonly ParsedType[],
  reading: Reading = plainReading,
): void {
  appendColumns(rows, chunk.rowCount, columns, (index) => {
    const type = types[index];
    if (type === undefined) return undefined;
    const read = reader(type, reading);
    const vector = chunk.getColumnVector(index);
    return (i) => read(vector.getItem(i));
  });
}

function reader(type: ParsedType, reading: Reading): Read {
  const present = presentReader(type, reading);
  return (value) => (value === null ? null : present(value));
}

/** Reads a value that is not null. The engine's values have the classes that their column's type says. */
function presentReader(type: ParsedType, reading: Reading): Read {
  switch (type.kind) {
    case "long":
      return (value) => {
        const long = value as bigint;
        const number = Number(long);
        return Number.isSafeInteger(number) ? number : long;
      };
    case "decimal":
      return (value) => String(value);
    case "date":
      return (value) => {
        const { days } = value as DuckDb.DuckDBDateValue;
        if (Math.abs(days) === mostDays) throw infinite("date");
        return dateText(days);
      };
    case "timestamp":
      return (value) => {
        const { micros } = value as DuckDb.DuckDBTimestampValue;
        if (micros === mostMicros || micros === -mostMicros) throw infinite("timestamp");
        return reading.timestamps === "microseconds" ? micros : instant(micros);
      };
    case "binary":
      return (value) => Uint8Array.from((value as DuckDb.DuckDBBlobValue).bytes);
    case "array": {
      const read = reader(type.item, reading);
      return (value) => (value as DuckDb.DuckDBListValue).items.map(read);
    }
    case "struct": {
      const fields = type.fields.map((field) => ({ name: field.name, read: reader(field.type, reading) }));
      return (value) => {
        const { entries } = value as DuckDb.DuckDBStructValue;
        const object: Record<string, Value> = {};
        for (const { name, read } of fields) setOwn(object, name, read(entries[name] ?? null));
        return object;
      };
    }
    case "map": {
      const readKey = reader(type.key, plainReading);
      const read = reader(type.value, reading);
      return (value) => {
        const object: Record<string, Value> = {};
        for (const entry of (value as DuckDb.DuckDBMapValue).entries)
          setEntry(object, keyText(readKey(entry.key)), read(entry.value));
        return object;
      };
    }
    case "boolean":
    case "byte":
    case "short":
    case "integer":
    case "float":
    case "double":
    case "string":
      return (value) => value as boolean | number | string;
    default:
      return type satisfies never;
  }
}

function infinite(what: string): UnreadableError {
  return new UnreadableError(`an infinite ${what}`);
}
