import type * as DuckDb from "@duckdb/node-api";
import type { ParsedType } from "../column-types.ts";
import { TableError } from "../session.ts";
import { type BoundValue, inputMark } from "../sql-input.ts";
import type { Api } from "./engine.ts";
import { fromEngineType } from "./engine-types.ts";
import { nodeName, type Plan } from "./plan.ts";
import { bind, sqlError } from "./sql-template.ts";

export type QueryPlan = Plan & { readonly kind: "query" };

/**
 * Has the engine check a query without running it: against its tables' columns, no file is opened.
 * @returns the result's columns.
 * @throws {TableError} with the query's line and a mark under the place.
 */
export async function checkQuery(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  plan: QueryPlan,
): Promise<{ readonly names: readonly string[]; readonly types: readonly ParsedType[] }> {
  const rendered: string[] = [];
  const values: BoundValue[] = [];
  plan.texts.forEach((text, i) => {
    rendered.push(text);
    const input = plan.inputs[i];
    if (input === undefined) return;
    if ("node" in input) rendered.push(nodeName(input.node));
    else rendered.push(`CAST($${values.push(input.value)} AS ${input.value.sqlType})`);
  });
  const source = plan.texts.join(inputMark).trim();
  let prepared: DuckDb.DuckDBPreparedStatement;
  try {
    if (source === "") throw new TableError("SQL: the query is empty.");
    const statements = await connection.extractStatements(rendered.join(""));
    if (statements.count !== 1)
      throw new TableError(`SQL: there are ${statements.count} statements. Give one query.\n  ${source}`);
    prepared = await statements.prepare(0);
  } catch (error) {
    throw error instanceof TableError ? error : sqlError(error, plan.texts, rendered);
  }
  if (prepared.statementType !== api.StatementType.SELECT)
    throw new TableError(`SQL: only queries that give rows can be run.\n  ${source}`);
  if (prepared.parameterCount !== values.length)
    throw new TableError(`SQL: write values as \${value}, not as ? or $1.\n  ${source}`);
  const { names, types } = await resultColumns();
  const lower = names.map((name) => name.toLowerCase());
  const twice = names.find((_, i) => lower.indexOf(lower[i] ?? "") !== i);
  if (twice !== undefined)
    throw new TableError(
      `SQL: two columns are named ${JSON.stringify(twice)}. Name them apart with AS.\n  ${source}`,
    );
  return { names, types: types.map((type) => fromEngineType(api, type)) };

  async function resultColumns(): Promise<{ names: readonly string[]; types: readonly DuckDb.DuckDBType[] }> {
    const indices = Array.from({ length: prepared.columnCount }, (_, i) => i);
    if (indices.every((i) => prepared.columnTypeId(i) !== api.DuckDBTypeId.INVALID))
      return {
        names: indices.map((i) => prepared.columnName(i)),
        types: indices.map((i) => prepared.columnType(i)),
      };
    // With a value as an argument of a table function, nothing is known of the columns before it is bound.
    try {
      const empty = await connection.prepare(`SELECT * FROM (\n${rendered.join("")}\n) LIMIT 0`);
      bind(api, empty, values);
      const result = await empty.run();
      return { names: result.columnNames(), types: result.columnTypes() };
    } catch (error) {
      throw sqlError(error, plan.texts, []);
    }
  }
}
