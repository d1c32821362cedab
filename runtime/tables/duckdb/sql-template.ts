import { types } from "node:util";
import type * as DuckDb from "@duckdb/node-api";
import { TableError } from "../session.ts";
import type { Api } from "./engine.ts";
import { cleaned, engineProblem } from "./engine-error.ts";

/** What stands for an input where a template's text is shown. */
export const inputMark = "$" + "{...}";

/** A value in a query: bound, never text. */
export interface BoundValue {
  readonly sqlType: "BOOLEAN" | "INTEGER" | "BIGINT" | "DOUBLE" | "VARCHAR" | "TIMESTAMP";
  readonly value: null | boolean | number | bigint | string;
}

/**
 * The type that a value has in SQL: whole numbers are `integer` or `long` by their size, as literals are.
 * @param index 0-based place among the template's inputs.
 * @throws {TableError} if it can't be bound.
 */
export function boundValue(input: unknown, index: number): BoundValue {
  const wrong = (what: string) => new TableError(`sql: input ${index + 1} ${what}`);
  switch (typeof input) {
    case "boolean":
      return { sqlType: "BOOLEAN", value: input };
    case "string":
      return { sqlType: "VARCHAR", value: input };
    case "bigint":
      if (BigInt.asIntN(64, input) !== input) throw wrong(`is ${input}, which is out of a long's range.`);
      return { sqlType: "BIGINT", value: input };
    case "number":
      if (!Number.isSafeInteger(input) || Object.is(input, -0)) return { sqlType: "DOUBLE", value: input };
      return input === (input | 0)
        ? { sqlType: "INTEGER", value: input }
        : { sqlType: "BIGINT", value: BigInt(input) };
    case "object":
      if (input === null) return { sqlType: "VARCHAR", value: null };
      if (types.isDate(input)) {
        if (Number.isNaN(input.getTime())) throw wrong("is an invalid date.");
        return { sqlType: "TIMESTAMP", value: BigInt(input.getTime()) * 1_000n };
      }
      throw wrong(
        "is an object. Tables of the same session, strings, numbers, booleans, dates and null can be inputs.",
      );
    default:
      throw wrong(
        `is ${input === undefined ? "undefined" : `a ${typeof input}`}. Tables of the same session, strings, numbers, booleans, dates and null can be inputs.`,
      );
  }
}

/** The values as the engine's binding takes them. */
export function bind(
  api: Api,
  prepared: DuckDb.DuckDBPreparedStatement,
  values: readonly BoundValue[],
): void {
  values.forEach(({ sqlType, value }, i) => {
    if (value === null) prepared.bindNull(i + 1);
    else if (sqlType === "TIMESTAMP" && typeof value === "bigint")
      prepared.bindTimestamp(i + 1, new api.DuckDBTimestampValue(value));
    else if (typeof value === "bigint") prepared.bindBigInt(i + 1, value);
    else if (typeof value === "boolean") prepared.bindBoolean(i + 1, value);
    else if (typeof value === "string") prepared.bindVarchar(i + 1, value);
    else if (sqlType === "INTEGER") prepared.bindInteger(i + 1, value);
    else prepared.bindDouble(i + 1, value);
  });
}

/**
 * The error for SQL that the engine doesn't take: what is wrong, and the line of the template with a mark
 * under the place.
 * @param texts the template's texts as the user wrote them.
 * @param rendered each text and input as the engine got it, alternating; empty if it got more around them.
 */
export function sqlError(error: unknown, texts: readonly string[], rendered: readonly string[]): TableError {
  const { message, position } = engineProblem(error);
  // The user knows tables by the places they stand at, not by the names we give them.
  const text = cleaned(message).replaceAll(/"?_millrace_\d+"?/g, "the table");
  const source = texts.join(inputMark);
  const place =
    position === undefined || rendered.length === 0 ? undefined : sourceOffset(position, texts, rendered);
  return new TableError(`SQL: ${text}\n${excerpt(source, place)}`);
}

/** Where an offset (in bytes) of the rendered SQL lies in the template's text. */
function sourceOffset(
  position: number,
  texts: readonly string[],
  rendered: readonly string[],
): number | undefined {
  const before = Buffer.from(rendered.join("")).subarray(0, position).toString("utf8").length;
  let start = 0;
  let source = 0;
  for (const [i, part] of rendered.entries()) {
    const isText = i % 2 === 0;
    if (before < start + part.length) return isText ? source + before - start : source;
    start += part.length;
    source += isText ? (texts[i / 2]?.length ?? 0) : inputMark.length;
  }
  return source;
}

function excerpt(source: string, place: number | undefined): string {
  const lines = source.split("\n");
  if (place === undefined) return lines.map((line) => `  ${line}`.trimEnd()).join("\n");
  let start = 0;
  for (const [i, line] of lines.entries()) {
    if (place <= start + line.length) {
      const label = lines.length === 1 ? "  " : `  ${i + 1} | `;
      return `${label}${line}\n${" ".repeat(label.length + place - start)}^`;
    }
    start += line.length + 1;
  }
  return source;
}
