import type * as DuckDb from "@duckdb/node-api";
import type { ParsedType } from "../column-types.ts";
import type { Column, Row, Value } from "../session.ts";

type Read = (value: DuckDb.DuckDBValue) => Value;

/** Appends a chunk's rows as plain objects. */
export function appendRows(
  rows: Row[],
  chunk: DuckDb.DuckDBDataChunk,
  columns: readonly Column[],
  types: readonly ParsedType[],
): void {
  const first = rows.length;
  for (let i = 0; i < chunk.rowCount; i++) rows.push({});
  columns.forEach(({ name }, index) => {
    const type = types[index];
    if (type === undefined) return;
    const read = reader(type);
    const vector = chunk.getColumnVector(index);
    for (let i = 0; i < chunk.rowCount; i++) {
      const row = rows[first + i] as Record<string, Value>; // made above, for this to fill
      setOwn(row, name, read(vector.getItem(i)));
    }
  });
}

function setOwn(object: Record<string, Value>, name: string, value: Value): void {
  if (name === "__proto__") Object.defineProperty(object, name, { value, enumerable: true });
  else object[name] = value;
}

function reader(type: ParsedType): Read {
  const present = presentReader(type);
  return (value) => (value === null ? null : present(value));
}

/** Reads a value that is not null. The engine's values have the classes that their column's type says. */
function presentReader(type: ParsedType): Read {
  switch (type.kind) {
    case "long":
      return (value) => {
        const long = value as bigint;
        const number = Number(long);
        return Number.isSafeInteger(number) ? number : long;
      };
    case "date":
    case "decimal":
      return (value) => String(value);
    case "timestamp":
      return (value) => {
        const { micros } = value as DuckDb.DuckDBTimestampValue;
        return new Date(Number((micros - (((micros % 1_000n) + 1_000n) % 1_000n)) / 1_000n));
      };
    case "binary":
      return (value) => Uint8Array.from((value as DuckDb.DuckDBBlobValue).bytes);
    case "array": {
      const read = reader(type.item);
      return (value) => (value as DuckDb.DuckDBListValue).items.map(read);
    }
    case "struct": {
      const fields = type.fields.map((field) => ({ name: field.name, read: reader(field.type) }));
      return (value) => {
        const { entries } = value as DuckDb.DuckDBStructValue;
        const object: Record<string, Value> = {};
        for (const { name, read } of fields) setOwn(object, name, read(entries[name] ?? null));
        return object;
      };
    }
    case "map": {
      const readKey = reader(type.key);
      const read = reader(type.value);
      return (value) => {
        const object: Record<string, Value> = {};
        for (const entry of (value as DuckDb.DuckDBMapValue).entries) {
          const key = readKey(entry.key);
          setOwn(object, key instanceof Date ? key.toISOString() : String(key), read(entry.value));
        }
        return object;
      };
    }
    default:
      return (value) => value as boolean | number | string;
  }
}
