import type * as DuckDb from "@duckdb/node-api";
import { isWholeInRows, type ParsedType } from "../column-types.ts";
import { sameName } from "../same-name.ts";
import { excerpt, sourceOffset } from "../sql-excerpt.ts";
import { type BoundValue, inputMark } from "../sql-input.ts";
import { duckDbWriting, sqlTokens } from "../sql-tokens.ts";
import { TableError } from "../table-error.ts";
import { fromEngineType } from "./engine-types.ts";
import { type Edit, edited, withInstants } from "./instants.ts";
import type { Api } from "./load-duckdb.ts";
import { nodeName, type Plan, type QueryInput } from "./plan.ts";
import { impliedTimestamps, type QueryTree, queryTree } from "./query-tree.ts";
import { bind, characters, sqlError } from "./sql-template.ts";

export type QueryPlan = Plan & { readonly kind: "query" };

export interface CheckedQuery {
  /** As the engine is to get it. */
  readonly plan: QueryPlan;
  readonly names: readonly string[];
  readonly types: readonly ParsedType[];
}

/**
 * Has the engine check a query without running it: against its tables' columns, no file is opened.
 * @returns the query as it is to be run, and the result's columns.
 * @throws {TableError} with the query's line and a mark under the place.
 */
export async function checkQuery(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  given: QueryPlan,
): Promise<CheckedQuery> {
  const source = given.texts.join(inputMark).trim();
  if (source === "") throw new TableError("SQL: the query is empty.");
  const plan = await withTimes(connection, api, given);
  const written = render(plan);
  let prepared: DuckDb.DuckDBPreparedStatement;
  try {
    const statements = await connection.extractStatements(written.sql);
    if (statements.count !== 1)
      throw new TableError(`SQL: there are ${statements.count} statements. Give one query.\n  ${source}`);
    prepared = await statements.prepare(0);
  } catch (error) {
    throw error instanceof TableError ? error : sqlError(error, plan.texts, written.parts);
  }
  const tree = await queryTree(connection, written.sql);
  if (prepared.statementType !== api.StatementType.SELECT || tree === undefined || tellsOfEngine(tree))
    throw new TableError(`SQL: only queries that give rows can be run.\n  ${source}`);
  if (prepared.parameterCount !== written.values.length)
    throw new TableError(`SQL: write values as \${value}, not as ? or $1.\n  ${source}`);
  const { names, types } = await resultColumns(connection, api, prepared, written, plan);
  const wanted = names.map((name, i) => {
    const given = tree.names.length === names.length ? tree.names[i] : undefined;
    return given?.toLowerCase() === name.toLowerCase() ? given : name;
  });
  const twice = sameName(wanted);
  if (twice !== undefined)
    throw new TableError(
      `SQL: two columns are named ${JSON.stringify(twice)}. Name them apart with AS.\n  ${source}`,
    );
  return {
    plan: mayHaveTimestamps(plan) ? await instantPlan(connection, plan) : plan,
    names: wanted,
    types: types.map((type) => fromEngineType(api, type)),
  };
}

/** A query as the engine gets it: a statement's text, in parts, and its values. */
interface Rendered {
  /** Each text and input, alternating. */
  readonly parts: readonly string[];
  readonly sql: string;
  readonly values: readonly BoundValue[];
}

/** @param isOpen of which inputs the engine is to find out the type. */
function render(plan: QueryPlan, isOpen: (input: QueryInput) => boolean = () => false): Rendered {
  const parts: string[] = [];
  const values: BoundValue[] = [];
  plan.texts.forEach((text, i) => {
    parts.push(text);
    const input = plan.inputs[i];
    if (input === undefined) return;
    if ("node" in input) parts.push(nodeName(input.node));
    else if (input.value.value === null) parts.push("NULL");
    else if (isOpen(input)) parts.push(`$${values.push(input.value)}`);
    else parts.push(`CAST($${values.push(input.value)} AS ${input.value.sqlType})`);
  });
  return { parts, sql: parts.join(""), values };
}

async function resultColumns(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  prepared: DuckDb.DuckDBPreparedStatement,
  { sql, values }: Rendered,
  { texts }: QueryPlan,
): Promise<{ names: readonly string[]; types: readonly DuckDb.DuckDBType[] }> {
  const indices = Array.from({ length: prepared.columnCount }, (_, i) => i);
  if (indices.every((i) => prepared.columnTypeId(i) !== api.DuckDBTypeId.INVALID))
    return {
      names: indices.map((i) => prepared.columnName(i)),
      types: indices.map((i) => prepared.columnType(i)),
    };
  // With a value as an argument of a table function, nothing is known of the columns before it is bound.
  try {
    const empty = await connection.prepare(`SELECT * FROM (\n${sql}\n) LIMIT 0`);
    bind(api, empty, values);
    const result = await empty.run();
    return { names: result.columnNames(), types: result.columnTypes() };
  } catch (error) {
    throw sqlError(error, texts, []);
  }
}

function tellsOfEngine({ shows, sources }: QueryTree): boolean {
  return (
    shows ||
    sources.some((name) =>
      /^(?:\.?(?:duckdb|pragma)_|\.sqlite_(?:temp_)?(?:master|schema)$|(?:information_schema|pg_catalog)\.)/i.test(
        name,
      ),
    )
  );
}

function mayHaveTimestamps({ texts, inputs }: QueryPlan): boolean {
  return (
    texts.some((text) => /time|date|now|today|epoch/i.test(text)) ||
    inputs.some((input) => "node" in input && !input.node.types.every(isWholeInRows))
  );
}

/** The query with all its texts that become timestamps as instants. */
async function instantPlan(connection: DuckDb.DuckDBConnection, plan: QueryPlan): Promise<QueryPlan> {
  const texts = withInstants(plan.texts);
  let made = texts === undefined ? plan : { ...plan, texts };
  if (made !== plan && !(await isTaken(connection, made))) made = plan;
  const { sql, parts } = render(made);
  const implied = await impliedTimestamps(connection, sql);
  if (implied.length === 0) return made;
  const inputs = [...made.inputs];
  const tokens = sqlTokens(made.texts, duckDbWriting);
  const marks: Edit[] = [];
  for (const place of implied) {
    if (place.kind === "value") {
      const index = valueIndex(made.inputs, place.number);
      const input = made.inputs[index];
      if (input !== undefined && "value" in input && typeof input.value.value === "string")
        inputs[index] = { value: { ...input.value, sqlType: "TIMESTAMPTZ" } };
      continue;
    }
    const { part, offset } = placeOf(characters(sql, place.position), parts);
    const token = tokens.find(({ part: at, start }) => at === part && start === offset);
    if (token?.kind === "text") marks.push({ ...token, end: token.start, text: "TIMESTAMPTZ " });
    else if (token !== undefined)
      throw new TableError(
        `SQL: a text becomes a timestamp here, and DuckDB would forget its offset from UTC. Write CAST(... AS TIMESTAMP).\n${excerpt(
          plan.texts.join(inputMark),
          made === plan ? sourceOffset(characters(sql, place.position), plan.texts, parts) : undefined,
        )}`,
      );
  }
  return { ...made, texts: edited(made.texts, marks), inputs };
}

const isoTime = /^\s*[+-]?\d{4,6}-\d{1,2}-\d{1,2}(?:$|[T\s])/;

/**
 * The query with bound texts of ISO dates and times as what their places take, as Spark has it and DuckDB has literals:
 * a bound text by itself it would only compare with texts.
 */
async function withTimes(connection: DuckDb.DuckDBConnection, api: Api, plan: QueryPlan): Promise<QueryPlan> {
  const isTime = (input: QueryInput | undefined) =>
    input !== undefined &&
    "value" in input &&
    typeof input.value.value === "string" &&
    isoTime.test(input.value.value);
  if (!plan.inputs.some(isTime)) return plan;
  const { sql } = render(plan, isTime);
  const prepared = await connection.prepare(sql).catch(() => undefined); // what is wrong is found again as it is written
  if (prepared === undefined) return plan;
  const typed = (unclear: (text: string) => BoundValue["sqlType"]): QueryPlan => {
    let number = 0;
    const inputs = plan.inputs.map((input): QueryInput => {
      if (!("value" in input) || input.value.value === null) return input;
      const id = prepared.parameterTypeId(++number);
      if (!isTime(input)) return input;
      const { DATE, TIMESTAMP, TIMESTAMP_TZ, INVALID } = api.DuckDBTypeId;
      if (id === DATE) return { value: { ...input.value, sqlType: "DATE" } };
      if (id === TIMESTAMP || id === TIMESTAMP_TZ)
        return { value: { ...input.value, sqlType: "TIMESTAMPTZ" } };
      return id === INVALID
        ? { value: { ...input.value, sqlType: unclear(String(input.value.value)) } }
        : input;
    });
    return { ...plan, inputs };
  };
  const asText = typed(() => "VARCHAR");
  if (await isTaken(connection, asText)) return asText;
  const asTime = typed((text) => (/^\s*[+-]?\d+-\d+-\d+\s*$/.test(text) ? "DATE" : "TIMESTAMPTZ"));
  return (await isTaken(connection, asTime)) ? asTime : asText;
}

async function isTaken(connection: DuckDb.DuckDBConnection, plan: QueryPlan): Promise<boolean> {
  return connection.prepare(render(plan).sql).then(
    () => true,
    () => false, // the query as it was written is taken
  );
}

/** The index of an input by its number among the values. */
function valueIndex(inputs: readonly QueryInput[], number: number): number {
  let seen = 0;
  return inputs.findIndex((input) => "value" in input && input.value.value !== null && ++seen === number);
}

/** Which of the template's texts an offset of the statement lies in, and where in it. */
function placeOf(
  offset: number,
  parts: readonly string[],
): { readonly part: number; readonly offset: number } {
  let start = 0;
  for (const [i, part] of parts.entries()) {
    if (offset < start + part.length) return { part: i % 2 === 0 ? i / 2 : -1, offset: offset - start };
    start += part.length;
  }
  return { part: -1, offset: 0 };
}
