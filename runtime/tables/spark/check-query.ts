import { sameName } from "../same-name.ts";
import { excerpt, sourceOffset } from "../sql-excerpt.ts";
import { inputMark } from "../sql-input.ts";
import { sparkWriting, sqlTokens } from "../sql-tokens.ts";
import { TableError } from "../table-error.ts";
import { emptyRelation, type QueryInput, query } from "./plan.ts";
import type { DataType } from "./protocol/spark-connect_pb.ts";
import type { CallContext, SparkClient } from "./spark-client.ts";
import { saidBySpark } from "./spark-error.ts";
import { readSparkMessage } from "./spark-message.ts";

/**
 * Has Spark check a query without running it: against its tables' columns, no file is opened.
 * @returns the type of its rows.
 * @throws {TableError} with the query's line and a mark under the place.
 */
export async function checkQuery(
  client: SparkClient,
  context: CallContext,
  texts: readonly string[],
  inputs: readonly QueryInput[],
): Promise<DataType | undefined> {
  const source = texts.join(inputMark).trim();
  if (source === "") throw new TableError("SQL: the query is empty.");
  // What Spark would take for a table with an alias, or for a mistake in a query.
  if (
    /^(?:SHOW|DESCRIBE|DESC|EXPLAIN|SUMMARIZE|PRAGMA|SET|CALL)$/.test(
      sqlTokens(texts, sparkWriting)[0]?.text ?? "",
    )
  )
    throw new TableError(`SQL: only queries that give rows can be run.\n  ${source}`);
  // Spark runs a command as soon as it sees one. In parentheses only a query can stand.
  const { relation, parts } = query(texts, inputs, emptyRelation, (sql) => `SELECT * FROM (\n${sql}\n)`);
  let schema: DataType | undefined;
  try {
    schema = await client.schema(relation, context);
  } catch (error) {
    throw sqlError(error, texts, parts);
  }
  const fields = schema?.kind.case === "struct" ? schema.kind.value.fields : [];
  const twice = sameName(fields.map(({ name }) => name));
  if (twice !== undefined)
    throw new TableError(
      `SQL: two columns are named ${JSON.stringify(twice)}. Name them apart with AS.\n  ${source}`,
    );
  return schema;
}

function sqlError(error: unknown, texts: readonly string[], parts: readonly string[]): unknown {
  const said = saidBySpark(error);
  if (said === undefined) return error;
  const { message, place } = readSparkMessage(said);
  if (message.startsWith("[UNBOUND_SQL_PARAMETER]"))
    return new TableError(
      `SQL: write values as \${value}, not as ? or $1.\n  ${texts.join(inputMark).trim()}`,
    );
  // The first line is the one that the check put before.
  const offset = place === undefined ? undefined : offsetOf(parts.join(""), place.line - 1, place.column);
  const at = offset === undefined ? undefined : sourceOffset(offset, texts, parts);
  return new TableError(`SQL: ${message}\n${excerpt(texts.join(inputMark), at)}`);
}

/** @returns undefined for a place that the text doesn't have. */
function offsetOf(text: string, line: number, column: number): number | undefined {
  const lines = text.split("\n");
  const found = lines[line - 1];
  if (found === undefined || column > found.length) return undefined;
  return lines.slice(0, line - 1).reduce((sum, before) => sum + before.length + 1, column);
}
