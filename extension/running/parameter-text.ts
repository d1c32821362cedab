import type { ParameterField } from "../../runtime/events/parameter-field.ts";

/** What a text means for a parameter, or why it can't. */
export type ReadText = { readonly value: unknown } | { readonly problem: string };

/** A parameter's value as it is shown and edited. */
export function valueText(field: ParameterField, value: unknown): string {
  if (value === undefined) return "";
  return isText(field.type) && typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether values of a type are edited as the text that they are. */
function isText(type: ParameterField["type"]): boolean {
  return type === "string" || type === "bigint" || type === "date";
}

/**
 * Reads what was typed for a parameter. An empty text takes the default, but a text parameter may be empty.
 * The flow's own schema checks it again when it runs: it may know more rules than fit a form.
 */
export function readValue(field: ParameterField, text: string): ReadText {
  const { type, choices, required } = field;
  if (text.trim() === "" && type !== "string") {
    return required ? { problem: "A value is needed." } : { value: undefined };
  }
  const read = readType(field, text);
  if ("problem" in read) return read;
  if (choices !== undefined && !choices.some((choice) => choice === read.value))
    return { problem: `Give one of ${choices.join(", ")}.` };
  return type === "number" || type === "integer" ? inRange(field, read.value) : read;
}

function readType({ type }: ParameterField, text: string): ReadText {
  switch (type) {
    case "string":
      return { value: text };
    case "bigint":
      return /^\s*[+-]?\d+\s*$/.test(text) ? { value: text.trim() } : { problem: "Give a whole number." };
    case "date":
      return Number.isNaN(Date.parse(text))
        ? { problem: "Give a date, such as 2024-01-31 or 2024-01-31T12:00:00Z." }
        : { value: text.trim() };
    case "number":
    case "integer": {
      const value = Number(text);
      if (!Number.isFinite(value)) return { problem: `'${text}' is no number.` };
      if (type === "integer" && !Number.isInteger(value)) return { problem: "Give a whole number." };
      return { value };
    }
    case "boolean":
      if (text === "true" || text === "false") return { value: text === "true" };
      return { problem: "Give true or false." };
    case "array":
    case "json":
      return readJson(type, text);
  }
}

function readJson(type: "array" | "json", text: string): ReadText {
  try {
    const value: unknown = JSON.parse(text);
    if (type === "array" && !Array.isArray(value))
      return { problem: 'Give a JSON array, such as ["a", "b"].' };
    return { value };
  } catch (error) {
    return { problem: `Give JSON: ${(error as Error).message}.` }; // JSON.parse throws nothing else
  }
}

function inRange({ minimum, maximum }: ParameterField, value: unknown): ReadText {
  if (typeof value !== "number") return { value };
  if (minimum !== undefined && value < minimum) return { problem: `Give ${minimum} or more.` };
  if (maximum !== undefined && value > maximum) return { problem: `Give ${maximum} or less.` };
  return { value };
}

/** What a parameter takes, in a few words: `number, 0 to 1, default 1`. */
export function fieldHint(field: ParameterField): string {
  const { type, choices, minimum, maximum, required } = field;
  const range =
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum}`
      : minimum !== undefined
        ? `from ${minimum}`
        : maximum !== undefined
          ? `up to ${maximum}`
          : undefined;
  const parts = [
    choices === undefined ? type : choices.join(" | "),
    range,
    required ? "required" : undefined,
    field.default === undefined ? undefined : `default ${valueText(field, field.default)}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

/** The values that are still ones of the flow's parameters: what is remembered may be of an older version. */
export function stillFitting(
  fields: readonly ParameterField[],
  remembered: { readonly [name: string]: unknown },
): Record<string, unknown> {
  const fitting: Record<string, unknown> = {};
  for (const field of fields) {
    const value = remembered[field.name];
    if (value === undefined) continue;
    const read = readValue(field, valueText(field, value));
    if ("value" in read && read.value !== undefined) fitting[field.name] = value;
  }
  return fitting;
}

/** Parameters that have to be given and aren't. */
export function missing(
  fields: readonly ParameterField[],
  values: { readonly [name: string]: unknown },
): string[] {
  return fields
    .filter(({ name, required }) => required && values[name] === undefined)
    .map(({ name }) => name);
}
