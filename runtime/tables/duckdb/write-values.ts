import { types } from "node:util";
import type * as DuckDb from "@duckdb/node-api";
import { TableError, type Value } from "../session.ts";
import { type ParsedType, typeName } from "./column-types.ts";
import type { Api } from "./engine.ts";

/** Gives the engine's value, or undefined for what is no value of the type. */
export type Write = (value: Value) => DuckDb.DuckDBValue | undefined;

/** How values of a type are written; null is a value of every type. */
export function writer(api: Api, type: ParsedType): Write {
  const present = presentWriter(api, type);
  return (value) => (value === null ? null : present(value));
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

function presentWriter(api: Api, type: ParsedType): Write {
  switch (type.kind) {
    case "boolean":
      return (value) => (typeof value === "boolean" ? value : undefined);
    case "byte":
      return wholeNumbers(-128, 127);
    case "short":
      return wholeNumbers(-32_768, 32_767);
    case "integer":
      return wholeNumbers(-(2 ** 31), 2 ** 31 - 1);
    case "long":
      return (value) => {
        if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
        return typeof value === "bigint" && BigInt.asIntN(64, value) === value ? value : undefined;
      };
    case "float":
    case "double":
      return (value) => (typeof value === "number" ? value : undefined);
    case "string":
      return (value) => (typeof value === "string" ? value : undefined);
    case "date":
      return (value) => {
        const days = typeof value === "string" ? dayNumber(value) : undefined;
        return days === undefined ? undefined : new api.DuckDBDateValue(days);
      };
    case "timestamp":
      return (value) =>
        types.isDate(value) && !Number.isNaN(value.getTime())
          ? new api.DuckDBTimestampValue(BigInt(value.getTime()) * 1_000n)
          : undefined;
    case "binary":
      return (value) => (value instanceof Uint8Array ? new api.DuckDBBlobValue(value) : undefined);
    case "decimal":
      return (value) => {
        const scaled =
          typeof value === "string" ? scaledDecimal(value, type.precision, type.scale) : undefined;
        return scaled === undefined
          ? undefined
          : new api.DuckDBDecimalValue(scaled, type.precision, type.scale);
      };
    case "array": {
      const write = writer(api, type.item);
      return (value) => {
        if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && Symbol.iterator in value))
          return undefined;
        const items: DuckDb.DuckDBValue[] = [];
        for (const item of value as Iterable<Value>) {
          const written = write(item);
          if (written === undefined) return undefined;
          items.push(written);
        }
        return new api.DuckDBListValue(items);
      };
    }
    case "struct": {
      const fields = type.fields.map((field) => ({ name: field.name, write: writer(api, field.type) }));
      return (value) => {
        if (!isPlain(value)) return undefined;
        const entries: Record<string, DuckDb.DuckDBValue> = {};
        for (const { name, write } of fields) {
          const written = write(value[name] ?? null);
          if (written === undefined) return undefined;
          entries[name] = written;
        }
        return new api.DuckDBStructValue(entries);
      };
    }
    case "map": {
      const writeKey = writer(api, type.key);
      const write = writer(api, type.value);
      const isNumeric = type.key.kind !== "string";
      return (value) => {
        if (!isPlain(value)) return undefined;
        const entries: DuckDb.DuckDBMapEntry[] = [];
        for (const [name, item] of Object.entries(value)) {
          const key = writeKey(isNumeric ? Number(name) : name);
          const written = write(item);
          if (key === undefined || written === undefined) return undefined;
          entries.push({ key, value: written });
        }
        return new api.DuckDBMapValue(entries);
      };
    }
  }
}

function wholeNumbers(min: number, max: number): Write {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
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

/** Days since 1970-01-01 of a date written yyyy-mm-dd. */
function dayNumber(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) return undefined;
  return time / 86_400_000;
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
