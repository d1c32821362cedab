import type * as DuckDb from "@duckdb/node-api";
import { excerpt, sourceOffset } from "../sql-excerpt.ts";
import { type BoundValue, inputMark } from "../sql-input.ts";
import { TableError } from "../table-error.ts";
import { cleaned, engineProblem } from "./engine-error.ts";
import type { Api } from "./load-duckdb.ts";

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
    position === undefined || rendered.length === 0
      ? undefined
      : sourceOffset(characters(rendered.join(""), position), texts, rendered);
  return new TableError(`SQL: ${text}\n${excerpt(source, place)}`);
}

/** How many characters a text's first bytes are. */
export function characters(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString("utf8").length;
}
