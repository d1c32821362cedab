import type { JsonValue } from "../events/artifacts.ts";

/**
 * A value as JSON can say it: bigints and what is not finite as text, dates as ISO 8601, bytes as base64, Maps as lists
 * of pairs, Sets as lists, what is in itself or has no values as a word for it.
 */
export function toJson(value: unknown, within: readonly object[] = []): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object")
    return typeof value === "function" ? `[function ${value.name}]` : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof URL || value instanceof RegExp || value instanceof Error) return String(value);
  if (within.includes(value)) return "[circular]";
  if (within.length >= deepest) return "...";
  const inside = [...within, value];
  if (Array.isArray(value)) return Array.from(value, (item) => toJson(item, inside));
  if (value instanceof Map) return Array.from(value, (pair) => pair.map((each) => toJson(each, inside)));
  if (value instanceof Set) return Array.from(value, (item) => toJson(item, inside));
  const there = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(there.map(([name, item]) => [name, toJson(item, inside)]));
}

/** How deeply what is shown is nested at most. */
const deepest = 200;
