/** A cell's value as text: null shows as `null`, long fractions are shortened, the rest is JSON. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "boolean") return String(value);
  return JSON.stringify(value);
}

/** Whole numbers in full, others with six significant digits at most. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

/** `9,742`. */
export function formatCount(value: number): string {
  return counts.format(value);
}

const counts = new Intl.NumberFormat("en");

/** `1 row`, `9,742 rows`. */
export function formatQuantity(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Cuts text to a number of characters, with an ellipsis where something is left out. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
