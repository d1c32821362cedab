import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { isPlainDay } from "../calendar.ts";
import { type ParsedType, typeName } from "../column-types.ts";

/** A line that is no row. */
interface BadLine {
  readonly line: number;
  /** A sentence's part. */
  readonly reason: string;
  readonly text: string;
}

/** Columns that lines are held against, by name. */
export type JsonColumns = ReadonlyMap<string, ParsedType>;

/**
 * Looks at each line of a file with one JSON object a line; empty lines are none.
 * @param visit is given each bad line; false ends it.
 * @param good where the others are written.
 */
export async function scanJsonLines(
  path: string,
  columns: JsonColumns | undefined,
  visit: (bad: BadLine) => boolean,
  good?: string,
): Promise<void> {
  const out = good === undefined ? undefined : createWriteStream(good);
  const input = createReadStream(path);
  try {
    let line = 0;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === "") continue;
      const reason = problemOf(text, columns);
      if (reason !== undefined) {
        if (!visit({ line, reason, text: text.length > 1_000 ? `${text.slice(0, 1_000)}...` : text })) return;
      } else if (out !== undefined && !out.write(`${text}\n`)) await once(out, "drain");
    }
  } finally {
    input.destroy();
    if (out !== undefined) {
      out.end();
      await finished(out);
    }
  }
}

function problemOf(text: string, columns: JsonColumns | undefined): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `is not JSON: ${(error as SyntaxError).message.replace(/, ".*?" is not valid JSON| in JSON/s, "")}`; // JSON.parse throws those
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is no object";
  for (const [name, type] of columns ?? []) {
    const given = (value as Readonly<Record<string, unknown>>)[name]; // an object of JSON
    const wrong = misfit(given, type, JSON.stringify(name));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** What is wrong with a value as one of a type; null fits all. */
function misfit(value: unknown, type: ParsedType, where: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  const wrong = `${where} should be ${typeName(type)} but is ${JSON.stringify(value).slice(0, 100)}`;
  switch (type.kind) {
    case "array":
      if (!Array.isArray(value)) return wrong;
      return first(value.map((item, i) => misfit(item, type.item, `${where}[${i}]`)));
    case "struct":
      if (!isObject(value)) return wrong;
      return first(
        type.fields.map((field) => misfit(value[field.name], field.type, `${where}.${field.name}`)),
      );
    case "map":
      if (!isObject(value)) return wrong;
      return first(Object.entries(value).map(([key, item]) => misfit(item, type.value, `${where}.${key}`)));
    case "string":
      return undefined;
    case "boolean":
      return typeof value === "boolean" || /^(?:true|false)$/i.test(String(value)) ? undefined : wrong;
    case "byte":
    case "short":
    case "integer":
    case "long":
      return isWhole(value, type.kind) ? undefined : wrong;
    case "double":
    case "float":
      return typeof value === "number" || isNumber(value) ? undefined : wrong;
    case "decimal":
      return fitsDecimal(value, type.precision - type.scale) ? undefined : wrong;
    case "date":
      return typeof value === "string" && isPlainDay(value) ? undefined : wrong;
    case "timestamp":
      return typeof value === "string" && isPlainDay(value.slice(0, 10)) && !Number.isNaN(Date.parse(value))
        ? undefined
        : wrong;
    case "binary":
      return typeof value === "string" ? undefined : wrong;
  }
}

const bits = { byte: 8n, short: 16n, integer: 32n, long: 64n } as const;

function isWhole(value: unknown, kind: keyof typeof bits): boolean {
  const isPlain = typeof value === "number" ? Number.isInteger(value) : /^[-+]?\d{1,30}$/.test(String(value));
  if (!isPlain || typeof value === "object" || typeof value === "boolean") return false;
  const big = BigInt(typeof value === "number" ? value : String(value).replace("+", ""));
  return (
    BigInt.asIntN(Number(bits[kind]), big) === big ||
    (kind === "long" && typeof value === "number" && Math.abs(value) <= 2 ** 63)
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === "string" && /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(value);
}

function fitsDecimal(value: unknown, digits: number): boolean {
  return (typeof value === "number" || isNumber(value)) && Math.abs(Number(value)) < 10 ** digits;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}
