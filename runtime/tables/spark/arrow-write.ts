import {
  type Data,
  Field,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from "apache-arrow";
import type { ParsedType } from "../column-types.ts";
import type { Column, Row } from "../session.ts";
import { type ValueMaker, writer, wrongValue } from "../write-values.ts";
import { arrowType } from "./arrow-types.ts";

/** A value on its way into an Arrow column. */
type Physical =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly (Physical | null)[]
  | { readonly [field: string]: Physical | null }
  | readonly { readonly key: Physical; readonly value: Physical | null }[];

const physicalValues: ValueMaker<Physical> = {
  long: (value) => value,
  plain: (value) => value,
  date: (days) => days,
  timestamp: (micros) => micros,
  binary: (bytes) => bytes,
  decimal: (scaled) => scaled,
  list: (items) => items,
  struct: (entries) => entries,
  map: (entries) => entries,
};

/**
 * Rows as an Arrow stream of one batch. Strings aren't dictionary-encoded: Spark takes such a relation for one
 * without rows.
 * @param first number of the first of the rows, for errors.
 * @throws {TableError} that names the row with a value that its column can't hold.
 */
export function arrowStream(
  columns: readonly Column[],
  types: readonly ParsedType[],
  rows: readonly Row[],
  first = 0,
): Uint8Array {
  const fields: Field[] = [];
  const children: Data[] = [];
  columns.forEach(({ name }, i) => {
    const type = types[i] ?? { kind: "string" };
    const write = writer(physicalValues, type);
    const values = rows.map((row, at) => {
      const value = row[name] ?? null;
      const written = write(value);
      if (written === undefined) throw wrongValue(first + at, name, type, value);
      return written;
    });
    fields.push(new Field(name, arrowType(type), true));
    children.push(columnData(type, values));
  });
  const schema = new Schema(fields);
  const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
  const stream = new RecordBatchStreamWriter();
  stream.write(new RecordBatch(schema, data));
  return stream.finish().toUint8Array(true);
}

function columnData(type: ParsedType, values: readonly (Physical | null)[]): Data {
  const { length } = values;
  const nullBitmap = new Uint8Array(Math.ceil(length / 64) * 8);
  let nullCount = 0;
  values.forEach((value, i) => {
    if (value === null) nullCount++;
    else nullBitmap[i >> 3] = (nullBitmap[i >> 3] ?? 0) | (1 << (i & 7));
  });
  const common = { length, nullCount, nullBitmap };
  const as = <T>(value: Physical): T => value as T; // the writer of the column's type made it
  const numbers = <A extends { [index: number]: number }>(array: A): A => {
    values.forEach((value, i) => {
      if (value !== null) array[i] = as<number>(value);
    });
    return array;
  };
  const longs = () => {
    const array = new BigInt64Array(length);
    values.forEach((value, i) => {
      if (value !== null) array[i] = as<bigint>(value);
    });
    return array;
  };
  // Each case gives the data that its type's class holds, which makeData's overloads can't be told of at once.
  const made = (data: object): Data => makeData({ ...common, type: arrowType(type), ...data } as never);
  switch (type.kind) {
    case "boolean": {
      const bits = new Uint8Array(nullBitmap.length);
      values.forEach((value, i) => {
        if (value === true) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
      });
      return made({ data: bits });
    }
    case "byte":
      return made({ data: numbers(new Int8Array(length)) });
    case "short":
      return made({ data: numbers(new Int16Array(length)) });
    case "integer":
    case "date":
      return made({ data: numbers(new Int32Array(length)) });
    case "long":
    case "timestamp":
      return made({ data: longs() });
    case "float":
      return made({ data: numbers(new Float32Array(length)) });
    case "double":
      return made({ data: numbers(new Float64Array(length)) });
    case "decimal": {
      const words = new BigUint64Array(length * 2);
      values.forEach((value, i) => {
        if (value === null) return;
        words[2 * i] = BigInt.asUintN(64, as<bigint>(value));
        words[2 * i + 1] = BigInt.asUintN(64, as<bigint>(value) >> 64n);
      });
      return made({ data: new Uint32Array(words.buffer) });
    }
    case "string":
      return made(
        packed(values.map((value) => (value === null ? empty : Buffer.from(as<string>(value), "utf8")))),
      );
    case "binary":
      return made(packed(values.map((value) => (value === null ? empty : as<Uint8Array>(value)))));
    case "array": {
      const lists = values.map((value) => (value === null ? [] : as<readonly (Physical | null)[]>(value)));
      return made({ valueOffsets: offsetsOf(lists), child: columnData(type.item, lists.flat(1)) });
    }
    case "struct": {
      const children = type.fields.map((field) =>
        columnData(
          field.type,
          values.map((value) =>
            value === null ? null : (as<Record<string, Physical | null>>(value)[field.name] ?? null),
          ),
        ),
      );
      return made({ children });
    }
    case "map": {
      const maps = values.map((value) =>
        value === null ? [] : as<readonly { key: Physical; value: Physical | null }[]>(value),
      );
      const entries = maps.flat(1);
      const [entriesField] = arrowType(type).children ?? [];
      const child = makeData({
        type: entriesField?.type as Struct, // as arrowType makes a map's
        length: entries.length,
        nullCount: 0,
        children: [
          columnData(
            type.key,
            entries.map((entry) => entry.key),
          ),
          columnData(
            type.value,
            entries.map((entry) => entry.value),
          ),
        ],
      });
      return made({ valueOffsets: offsetsOf(maps), child });
    }
  }
}

const empty = new Uint8Array(0);

function offsetsOf(items: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(items.length + 1);
  items.forEach((item, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + item.length;
  });
  return offsets;
}

function packed(parts: readonly Uint8Array[]): { valueOffsets: Int32Array; data: Uint8Array } {
  return { valueOffsets: offsetsOf(parts), data: Buffer.concat(parts) };
}
