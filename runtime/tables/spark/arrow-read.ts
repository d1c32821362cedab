import { type Data, RecordBatchReader } from "apache-arrow";
import { dateText, instant } from "../calendar.ts";
import type { ParsedType } from "../column-types.ts";
import { keyText } from "../map-keys.ts";
import { appendColumns, plainReading, type Reading, setEntry, setOwn } from "../read-rows.ts";
import type { Column, Row, Value } from "../session.ts";

type Read = (row: number) => Value;

/** Appends the rows of an Arrow stream as plain objects. */
export function appendArrowRows(
  rows: Row[],
  stream: Uint8Array,
  columns: readonly Column[],
  types: readonly ParsedType[],
  reading: Reading = plainReading,
): void {
  for (const batch of RecordBatchReader.from(stream)) {
    appendColumns(rows, batch.numRows, columns, (index) => {
      const type = types[index];
      const data = batch.data.children[index];
      return type === undefined || data === undefined ? undefined : reader(type, data, reading);
    });
  }
}

function reader(type: ParsedType, data: Data, reading: Reading): Read {
  const present = presentReader(type, data, reading);
  return data.nullCount === 0 ? present : (row) => (data.getValid(row) ? present(row) : null);
}

/** Reads a value that is not null. The data have the layout that their column's type says. */
function presentReader(type: ParsedType, data: Data, reading: Reading): Read {
  switch (type.kind) {
    case "boolean": {
      const bits = data.values as Uint8Array;
      return (row) => ((bits[(row + data.offset) >> 3] ?? 0) & (1 << ((row + data.offset) & 7))) !== 0;
    }
    case "byte":
    case "short":
    case "integer":
    case "float":
    case "double": {
      const numbers = data.values as Float64Array;
      return (row) => numbers[row] ?? null;
    }
    case "long": {
      const longs = data.values as BigInt64Array;
      return (row) => {
        const long = longs[row] ?? 0n;
        const number = Number(long);
        return Number.isSafeInteger(number) ? number : long;
      };
    }
    case "date": {
      const days = data.values as Int32Array;
      return (row) => dateText(days[row] ?? 0);
    }
    case "timestamp": {
      const micros = data.values as BigInt64Array;
      if (reading.timestamps === "microseconds") return (row) => micros[row] ?? 0n;
      return (row) => instant(micros[row] ?? 0n);
    }
    case "decimal": {
      const words = data.values as Uint32Array;
      const { scale } = type;
      return (row) => decimalText(words.subarray(4 * row, 4 * row + 4), scale);
    }
    case "string": {
      const bytes = data.values as Uint8Array;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const { valueOffsets } = data;
      return (row) => text.toString("utf8", valueOffsets[row], valueOffsets[row + 1]);
    }
    case "binary": {
      const bytes = data.values as Uint8Array;
      const { valueOffsets } = data;
      return (row) => bytes.slice(valueOffsets[row], valueOffsets[row + 1]);
    }
    case "array": {
      const read = childReader(type.item, data.children[0], reading);
      return (row) => {
        const items: Value[] = [];
        const end = data.valueOffsets[row + 1] ?? 0;
        for (let at = data.valueOffsets[row] ?? 0; at < end; at++) items.push(read(at));
        return items;
      };
    }
    case "struct": {
      const fields = type.fields.map((field, i) => ({
        name: field.name,
        read: childReader(field.type, data.children[i], reading),
      }));
      return (row) => {
        const object: Record<string, Value> = {};
        for (const { name, read } of fields) setOwn(object, name, read(row));
        return object;
      };
    }
    case "map": {
      const entries = data.children[0];
      const readKey = childReader(type.key, entries?.children[0], plainReading);
      const read = childReader(type.value, entries?.children[1], reading);
      return (row) => {
        const object: Record<string, Value> = {};
        const end = data.valueOffsets[row + 1] ?? 0;
        for (let at = data.valueOffsets[row] ?? 0; at < end; at++)
          setEntry(object, keyText(readKey(at)), read(at));
        return object;
      };
    }
  }
}

function childReader(type: ParsedType, data: Data | undefined, reading: Reading): Read {
  return data === undefined ? () => null : reader(type, data, reading);
}

/** @param words 128 bits in two's complement, the lowest first. */
function decimalText(words: Uint32Array, scale: number): string {
  let scaled = 0n;
  for (let i = 3; i >= 0; i--) scaled = (scaled << 32n) | BigInt(words[i] ?? 0);
  scaled = BigInt.asIntN(128, scaled);
  if (scale === 0) return String(scaled);
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(scale + 1, "0");
  return `${scaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
