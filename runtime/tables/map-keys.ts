import type { ParsedType } from "./column-types.ts";
import type { Value } from "./session.ts";

/**
 * A map's key as the property name that it has in a row: a string as it is, a number, boolean, decimal or date as its
 * text, a timestamp as ISO 8601, binary as hexadecimal digits, and what is made of parts as JSON.
 */
export function keyText(key: Value): string {
  if (key instanceof Date) return key.toISOString();
  if (key instanceof Uint8Array) return Buffer.from(key).toString("hex");
  if (typeof key === "object" && key !== null)
    return JSON.stringify(key, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
  return Object.is(key, -0) ? "-0" : String(key);
}

/** The way back. @returns undefined for what is no key of the type. */
export function keyValue(type: ParsedType, text: string): Value | undefined {
  switch (type.kind) {
    case "string":
    case "date":
    case "decimal":
      return text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "byte":
    case "short":
    case "integer":
      return /^-?\d+$/.test(text) ? Number(text) : undefined;
    case "long":
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
    case "float":
    case "double":
      return numberOf(text);
    case "timestamp":
      return new Date(text); // an invalid one is refused where the value is written
    case "binary":
      return /^(?:[0-9a-f]{2})*$/.test(text) ? new Uint8Array(Buffer.from(text, "hex")) : undefined;
    default:
      return undefined;
  }
}

function numberOf(text: string): number | undefined {
  const number = Number(text);
  if (text.trim() === "" || (Number.isNaN(number) && text !== "NaN")) return undefined;
  return number;
}
