import { inspect } from "node:util";
import { isTable } from "./crossing-marks.ts";

/** A value in a few words, for people. */
export function preview(value: unknown): string {
  if (typeof value === "object" && value !== null && isTable(value)) {
    return `Table(${value.columns.map((column) => `${column.name}: ${column.type}`).join(", ")})`;
  }
  const text =
    typeof value === "object"
      ? inspect(value, {
          depth: 1,
          maxArrayLength: 6,
          maxStringLength: 80,
          breakLength: Number.POSITIVE_INFINITY,
        })
      : typeof value === "string"
        ? JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}...` : value)
        : String(value);
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
