import type * as DuckDb from "@duckdb/node-api";
import type { DataColumn } from "../../matching/columns.ts";
import { MatchingError } from "../../matching/matching-error.ts";
import { runPipeline } from "../../matching/pipeline.ts";
import { inputsOf, type Transformer } from "../../matching/stages.ts";
import { checkStages } from "../check-matching.ts";
import { type ParsedType, typeName } from "../column-types.ts";
import type { Column, TransformOptions } from "../session.ts";
import { TableError } from "../table-error.ts";
import type { Api } from "./load-duckdb.ts";
import { type ColumnGatherer, columnType, columnValues, gathererFor } from "./matching-columns.ts";
import type { PlanNode } from "./plan.ts";
import type { QueryRunner } from "./query-runner.ts";
import { quoted } from "./quoting.ts";
import { storeTable } from "./stored-table.ts";

/** Columns that were computed, and how they become a table in the engine's memory. */
export interface ComputedColumns {
  readonly columns: readonly Column[];
  readonly types: readonly ParsedType[];
  store(connection: DuckDb.DuckDBConnection, api: Api, name: string): Promise<void>;
}

/** Runs the stages over a table's columns. The result's rows are in the table's order. */
export async function transformColumns(
  runner: QueryRunner,
  node: PlanNode,
  stages: readonly Transformer[],
  { keep }: TransformOptions,
): Promise<ComputedColumns> {
  const inputs = checkStages(node.columns, stages);
  const given = await readColumns(runner, node, [...inputs], stages);
  const added = runMatching(() => runPipeline(stages, given, keep === undefined ? {} : { outputs: keep }));
  const entries = [...added];
  const types = entries.map(([, column]) => columnType(column));
  const columns = entries.map(([name], i) => ({ name, type: typeName(types[i] ?? { kind: "string" }) }));
  const rowCount = Math.max(0, ...entries.map(([, column]) => lengthOf(column)));
  return {
    columns,
    types,
    store: (connection, api, name) =>
      storeTable(connection, api, { name, columns, types, rowCount }, (index, start, end) => {
        const column = entries[index]?.[1];
        return column === undefined ? [] : columnValues(api, column, start, end);
      }),
  };
}

async function readColumns(
  runner: QueryRunner,
  node: PlanNode,
  names: readonly string[],
  stages: readonly Transformer[],
): Promise<Map<string, DataColumn>> {
  const gatherers: ColumnGatherer<DataColumn>[] = [];
  const columns = new Map<string, DataColumn>();
  if (names.length === 0) return columns;
  await runner.chunks(
    node,
    "Reading columns",
    (query) => `SELECT ${withNulls(names)} FROM (${query})`,
    (chunk, api) => {
      if (gatherers.length === 0)
        for (const name of names) gatherers.push(gathererOf(api, node, name, stages));
      gatherers.forEach((gatherer, i) => {
        const nulls = chunk.getColumnVector(names.length + i);
        gatherer.add(chunk.getColumnVector(i), chunk.rowCount, (row) => nulls.getItem(row) === true);
      });
    },
    () => gatherers.splice(0),
  );
  names.forEach((name, i) => {
    columns.set(name, gatherers[i]?.column() ?? []);
  });
  return columns;
}

/** Columns, then for each of them whether it is null: of lists, the engine's values don't tell. */
function withNulls(names: readonly string[]): string {
  return [...names.map(quoted), ...names.map((name) => `${quoted(name)} IS NULL`)].join(", ");
}

function gathererOf(
  api: Api,
  node: PlanNode,
  name: string,
  stages: readonly Transformer[],
): ColumnGatherer<DataColumn> {
  const type = node.types[node.columns.findIndex((column) => column.name === name)];
  // Of Spark's functions only concat_ws takes a null list: as an empty one.
  const reader = stages.find((stage) => inputsOf(stage).includes(name) && stage.stage !== "ConcatWs")?.stage;
  const refuse = (row: number, what: string) =>
    new TableError(
      `transform: ${reader ?? "ConcatWs"}: ${JSON.stringify(name)} of row ${row} is ${what}. Leave such rows out before, or replace nulls by coalesce.`,
    );
  const gatherer =
    type === undefined
      ? undefined
      : gathererFor(api, type, refuse, reader === undefined ? "empty" : "refused");
  if (gatherer !== undefined) return gatherer;
  throw new TableError(
    `transform: the column ${JSON.stringify(name)} is ${type === undefined ? "missing" : typeName(type)}. Stages read string, array<string> and array<integer>.`,
  );
}

function lengthOf(column: DataColumn): number {
  return "offsets" in column ? column.offsets.length - 1 : column.length;
}

/** Runs a kernel; what it says of its input is said of the table. */
function runMatching<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof MatchingError) throw new TableError(`transform: ${error.message}`);
    throw error;
  }
}
