import { types } from "node:util";
import { dayNumber } from "./calendar.ts";
import { type ParsedType, parseColumnType, typeName } from "./column-types.ts";
import { keyValue } from "./map-keys.ts";
import { sameName } from "./same-name.ts";
import type { Column, Value } from "./session.ts";
import { TableError } from "./table-error.ts";

/** How an engine makes its values of what isn't a plain JavaScript value. */
export interface ValueMaker<V> {
  long(value: bigint): V;
  plain(value: boolean | number | string): V;
  /** @param days since 1970-01-01 */
  date(days: number): V;
  /** @param micros microseconds since 1970 */
  timestamp(micros: bigint): V;
  binary(bytes: Uint8Array): V;
  /** @param scaled the digits without the point */
  decimal(scaled: bigint, precision: number, scale: number): V;
  list(items: readonly (V | null)[]): V;
  struct(entries: Record<string, V | null>): V;
  map(entries: readonly { readonly key: V; readonly value: V | null }[]): V;
}

/** Gives the engine's value, or undefined for what is no value of the type. */
export type Write<V> = (value: Value) => V | null | undefined;

/** How values of a type are written; null is a value of every type. */
export function writer<V>(make: ValueMaker<V>, type: ParsedType): Write<V> {
  const present = presentWriter(make, type);
  return (value) => (value === null ? null : present(value));
}

/** The types of the columns that rows are to be made a table of. @throws {TableError} for columns that there can't be. */
export function rowTypes(columns: readonly Column[]): ParsedType[] {
  const names = columns.map((column) => column.name);
  const twice = sameName(names);
  if (columns.length === 0) throw new TableError("fromRows: name at least one column.");
  if (twice !== undefined)
    throw new TableError(
      `fromRows: two columns are named ${JSON.stringify(twice)}: names that differ only in case are one name.`,
    );
  if (names.includes("")) throw new TableError("fromRows: a column has no name.");
  return columns.map((column) => parseColumnType(column.type));
}

/**
 * The error for a value that its column can't hold.
 * @param row 0-based.
 */
export function wrongValue(row: number, column: string, type: ParsedType, value: unknown): TableError {
  return new TableError(
    `fromRows: row ${row}: ${JSON.stringify(column)} should be ${typeName(type)} but is ${shownValue(value)}.`,
  );
}

function shownValue(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" || value === undefined) return String(value);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? "an invalid date" : value.toISOString();
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  const text =
    JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)) ?? "";
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

function presentWriter<V>(make: ValueMaker<V>, type: ParsedType): Write<V> {
  switch (type.kind) {
    case "boolean":
      return (value) => (typeof value === "boolean" ? make.plain(value) : undefined);
    case "byte":
      return wholeNumbers(make, -128, 127);
    case "short":
      return wholeNumbers(make, -32_768, 32_767);
    case "integer":
      return wholeNumbers(make, -(2 ** 31), 2 ** 31 - 1);
    case "long":
      return (value) => {
        if (typeof value === "number")
          return Number.isSafeInteger(value) ? make.long(BigInt(value)) : undefined;
        return typeof value === "bigint" && BigInt.asIntN(64, value) === value ? make.long(value) : undefined;
      };
    case "float":
    case "double":
      return (value) => (typeof value === "number" ? make.plain(value) : undefined);
    case "string":
      return (value) => (typeof value === "string" ? make.plain(value) : undefined);
    case "date":
      return (value) => {
        const days = typeof value === "string" ? dayNumber(value) : undefined;
        return days === undefined ? undefined : make.date(days);
      };
    case "timestamp":
      return (value) => {
        if (typeof value === "bigint")
          return BigInt.asIntN(64, value) === value ? make.timestamp(value) : undefined;
        return types.isDate(value) && !Number.isNaN(value.getTime())
          ? make.timestamp(BigInt(value.getTime()) * 1_000n)
          : undefined;
      };
    case "binary":
      return (value) => (value instanceof Uint8Array ? make.binary(value) : undefined);
    case "decimal":
      return (value) => {
        const scaled =
          typeof value === "string" ? scaledDecimal(value, type.precision, type.scale) : undefined;
        return scaled === undefined ? undefined : make.decimal(scaled, type.precision, type.scale);
      };
    case "array": {
      const write = writer(make, type.item);
      return (value) => {
        if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && Symbol.iterator in value))
          return undefined;
        const items: (V | null)[] = [];
        for (const item of value as Iterable<Value>) {
          const written = write(item);
          if (written === undefined) return undefined;
          items.push(written);
        }
        return make.list(items);
      };
    }
    case "struct": {
      const fields = type.fields.map((field) => ({ name: field.name, write: writer(make, field.type) }));
      return (value) => {
        if (!isPlain(value)) return undefined;
        const entries: Record<string, V | null> = {};
        for (const { name, write } of fields) {
          const written = write(value[name] ?? null);
          if (written === undefined) return undefined;
          entries[name] = written;
        }
        return make.struct(entries);
      };
    }
    case "map": {
      const writeKey = writer(make, type.key);
      const write = writer(make, type.value);
      return (value) => {
        if (!isPlain(value)) return undefined;
        const entries: { key: V; value: V | null }[] = [];
        for (const [name, item] of Object.entries(value)) {
          const named = keyValue(type.key, name);
          const key = named === undefined ? undefined : writeKey(named);
          const written = write(item);
          if (key === undefined || key === null || written === undefined) return undefined;
          entries.push({ key, value: written });
        }
        return make.map(entries);
      };
    }
  }
}

function wholeNumbers<V>(make: ValueMaker<V>, min: number, max: number): Write<V> {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? make.plain(value)
      : undefined;
}

function isPlain(value: Value): value is { readonly [name: string]: Value } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !types.isDate(value)
  );
}

/** A decimal's digits without the point, if it fits. */
function scaledDecimal(text: string, precision: number, scale: number): bigint | undefined {
  const match = /^([-+]?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = ""] = match;
  if (fraction.length > scale) return undefined;
  const digits = BigInt(whole + fraction.padEnd(scale, "0"));
  if (digits >= 10n ** BigInt(precision)) return undefined;
  return sign === "-" ? -digits : digits;
}
