import { types } from "node:util";
import { TableError } from "./table-error.ts";

/** What stands for an input where a template's text is shown. */
export const inputMark = "$" + "{...}";

/** A value in a query: bound, never text. */
export interface BoundValue {
  readonly sqlType:
    | "BOOLEAN"
    | "INTEGER"
    | "BIGINT"
    | "DOUBLE"
    | "VARCHAR"
    | "DATE"
    | "TIMESTAMP"
    | "TIMESTAMPTZ";
  readonly value: null | boolean | number | bigint | string;
}

/**
 * The type that a value has in SQL: whole numbers are `integer` or `long` by their size, as literals are.
 * @param place among the template's inputs, as an error names it.
 * @throws {TableError} if it can't be bound.
 */
export function boundValue(input: unknown, place: string): BoundValue {
  const wrong = (what: string) => new TableError(`sql: input ${place} ${what}`);
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
      if (Array.isArray(input) || types.isSet(input))
        throw wrong(`is a list. Write IN \${sql.list(values)}, or sql.join(pieces) for other lists.`);
      throw wrong(
        "is an object. Tables of the same session, strings, numbers, booleans, dates, null and pieces made by sql can be inputs.",
      );
    default:
      throw wrong(
        `is ${input === undefined ? "undefined" : `a ${typeof input}`}. Tables of the same session, strings, numbers, booleans, dates, null and pieces made by sql can be inputs.`,
      );
  }
}
