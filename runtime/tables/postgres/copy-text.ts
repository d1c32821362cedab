import { dateText } from "../calendar.ts";
import type { ParsedType } from "../column-types.ts";
import type { Value } from "../session.ts";
import { isJson } from "./server-types.ts";

/** A value that PostgreSQL can't hold; `message` says why, after "... has". */
export class UnstorableError extends Error {
  override readonly name = "UnstorableError";
}

/** What stands for a value in a line of COPY's text format. Timestamps are bigints of microseconds since 1970. */
export type CopyField = (value: Value) => string;

/**
 * How values of a type are written in COPY's text format (PostgreSQL's manual, "COPY", "Text Format").
 * @returns a function that throws {@link UnstorableError} for what the server has no value for.
 */
export function copyField(type: ParsedType): CopyField {
  const text = serverText(type);
  return (value) => (value === null ? "\\N" : escaped(text(value)));
}

const special = /[\\\n\r\t]/g;
const escapes: { readonly [character: string]: string } = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escaped(text: string): string {
  return text.replace(special, (character) => escapes[character] ?? character);
}

/** A value as the server reads it from text. */
function serverText(type: ParsedType): (value: NonNullable<Value>) => string {
  if (isJson(type)) return (value) => json(type, value);
  switch (type.kind) {
    case "string":
      return (value) => withoutNul(String(value));
    case "timestamp":
      return (value) => timestamp(value as bigint); // what a timestamp column has
    case "date":
      return (value) => serverDate(String(value));
    case "binary":
      return (value) => `\\x${Buffer.from(value as Uint8Array).toString("hex")}`; // what a binary column has
    case "array": {
      const item = serverText(type.item);
      const quote = (value: Value): string => {
        if (value === null) return "NULL";
        // An array in an array is one of PostgreSQL's dimensions.
        if (type.item.kind === "array") return item(value);
        return `"${item(value).replaceAll(/["\\]/g, "\\$&")}"`;
      };
      return (value) => `{${(value as readonly Value[]).map(quote).join(",")}}`; // what an array column has
    }
    case "boolean":
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "float":
    case "double":
    case "decimal":
      // PostgreSQL's words for numbers that aren't are JavaScript's.
      return (value) => (Object.is(value, -0) ? "-0" : String(value));
    case "struct":
    case "map":
      return (value) => json(type, value);
    default:
      return type satisfies never;
  }
}

function withoutNul(text: string): string {
  if (text.includes("\0")) throw new UnstorableError("the character NUL (U+0000)");
  return text;
}

const dayMicros = 86_400_000_000n;

function timestamp(micros: bigint): string {
  const { days, time } = split(micros);
  const date = serverDate(dateText(days));
  return date.endsWith(" BC") ? `${date.slice(0, -3)} ${time}+00 BC` : `${date} ${time}+00`;
}

/** The day of an instant, and its time of day with microseconds. */
function split(micros: bigint): { readonly days: number; readonly time: string } {
  const rest = micros % dayMicros;
  const ofDay = rest < 0n ? rest + dayMicros : rest;
  const text = new Date(Number(ofDay / 1_000n)).toISOString().slice(11, 23);
  return { days: Number((micros - ofDay) / dayMicros), time: text + String(ofDay % 1_000n).padStart(3, "0") };
}

/** PostgreSQL has no year 0 and no signs: `-000043-03-15` is `0044-03-15 BC` there. */
function serverDate(date: string): string {
  const [, yearText = "", rest = ""] = /^(.+)(-\d\d-\d\d)$/.exec(date) ?? [];
  const year = Number(yearText);
  return year > 0
    ? `${String(year).padStart(4, "0")}${rest}`
    : `${String(1 - year).padStart(4, "0")}${rest} BC`;
}

/** A value as JSON; numbers keep their digits. */
function json(type: ParsedType, value: Value): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "boolean":
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "decimal":
      return String(value);
    case "float":
    case "double":
      if (!Number.isFinite(value)) throw new UnstorableError(`the number ${value} in what becomes JSON`);
      return String(value);
    case "timestamp":
      return JSON.stringify(isoTimestamp(value as bigint)); // what a timestamp in it is
    case "array":
      return `[${(value as readonly Value[]).map((item) => json(type.item, item)).join(",")}]`; // what an array has
    case "struct":
      return jsonObject(
        type.fields.map((field) => [
          field.name,
          json(field.type, (value as { readonly [name: string]: Value })[field.name] ?? null), // what a struct has
        ]),
      );
    case "map":
      return jsonObject(
        Object.entries(value).map(([key, item]) => [withoutNul(key), json(type.value, item as Value)]),
      ); // what a map has
    case "string":
    case "date":
    case "binary":
      return JSON.stringify(serverText(type)(value));
    default:
      return type satisfies never;
  }
}

function isoTimestamp(micros: bigint): string {
  const { days, time } = split(micros);
  return `${dateText(days)}T${time.replace(/000$/, "")}Z`;
}

function jsonObject(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${item}`).join(",")}}`;
}
