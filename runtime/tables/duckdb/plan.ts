import { parseColumnType } from "../column-types.ts";
import { parquetFiles } from "../parquet-files.ts";
import type { PlannedInput, PlannedNode } from "../planned-session.ts";
import type { Column } from "../session.ts";
import type { Read, Source } from "../source.ts";
import type { BoundValue } from "../sql-input.ts";
import type { CsvView } from "./csv-view.ts";
import { sqlType } from "./engine-types.ts";
import { literal, pathLiteral, quoted } from "./quoting.ts";

/** Where a table's rows come from. */
export type Plan =
  | { readonly kind: "csv"; readonly csv: CsvView }
  | {
      readonly kind: "parquet";
      readonly source: Source;
      /** It goes with the session: a handle needs a file of its own. */
      readonly temporary?: boolean;
      /** The query that gives the columns of the files at a place, where it takes more than reading them. */
      readonly shaped?: (place: string) => string;
    }
  /** A table in the engine's memory. */
  | { readonly kind: "stored"; readonly name: string }
  /** The user's SQL: a text, an input, a text, ..., a text. */
  | { readonly kind: "query"; readonly texts: readonly string[]; readonly inputs: readonly QueryInput[] };

export type QueryInput = PlannedInput<PlanNode>;

/** A table of a session as plans refer to it. Its plan is replaced once its rows have been written. */
export interface PlanNode extends PlannedNode {
  readonly id: number;
  plan: Plan;
}

/** A statement with the values that it takes, in the order of `$1`, `$2`, ... */
export interface Statement {
  readonly sql: string;
  readonly values: readonly BoundValue[];
  /** The CSV files that it reads. */
  readonly views: readonly CsvView[];
  /** The files that it reads, and where. */
  readonly reads: readonly Read[];
}

/** The name that a table has inside SQL. */
export function nodeName(node: Pick<PlanNode, "id">): string {
  return `_millrace_${node.id}`;
}

/**
 * The query that gives a table's rows: each table that it is made of once, as a common table expression, in
 * an order in which each uses only the ones before it.
 * @throws {TableError} if one reads files that have changed.
 */
export async function render(root: PlanNode): Promise<Statement> {
  const parts: string[] = [];
  const values: BoundValue[] = [];
  const views: CsvView[] = [];
  const reads: Read[] = [];
  const done = new Set<PlanNode>();
  const add = async (node: PlanNode): Promise<void> => {
    if (done.has(node)) return;
    done.add(node);
    const { plan } = node;
    if (plan.kind === "query") for (const input of plan.inputs) if ("node" in input) await add(input.node);
    if (plan.kind === "csv") views.push(plan.csv);
    const source = plan.kind === "csv" ? plan.csv.source : plan.kind === "parquet" ? plan.source : undefined;
    const place = await source?.place();
    if (source !== undefined && place !== undefined) reads.push({ source, place });
    // Files are read again for each use, since each use may need other columns of them.
    const once = plan.kind === "csv" || plan.kind === "parquet" ? "NOT MATERIALIZED " : "";
    parts.push(`${nodeName(node)} AS ${once}(${await body(node, plan, values, place)}\n)`);
  };
  await add(root);
  return { sql: `WITH ${parts.join(",\n")}\nSELECT * FROM ${nodeName(root)}`, values, views, reads };
}

/** @param place where the files of a plan that reads some are. */
async function body(
  node: PlanNode,
  plan: Plan,
  values: BoundValue[],
  place: string | undefined,
): Promise<string> {
  switch (plan.kind) {
    case "csv":
      return plan.csv.sql();
    case "stored":
      return `SELECT * FROM ${quoted(plan.name)}`;
    case "parquet": {
      if (plan.shaped !== undefined)
        return `SELECT ${castColumns(node)} FROM (\n${plan.shaped(place ?? plan.source.path)}\n)`;
      const files = await parquetFiles(place ?? plan.source.path, plan.source.shown);
      return `SELECT ${castColumns(node)} FROM read_parquet([${files.map(pathLiteral).join(", ")}], hive_partitioning = false)`;
    }
    case "query":
      return `SELECT ${castColumns(node)} FROM (\n${queryText(plan, (value) => {
        values.push(value);
        return `$${values.length}`;
      })}\n) AS _millrace_query(${node.columns.map(({ name }) => quoted(name)).join(", ")})`;
  }
}

/** The user's SQL as the engine gets it. */
export function queryText(
  plan: Plan & { readonly kind: "query" },
  parameter: (value: BoundValue) => string,
): string {
  return plan.texts
    .map((text, i) => {
      const input = plan.inputs[i];
      if (input === undefined) return text;
      if ("node" in input) return text + nodeName(input.node);
      if (input.value.value === null) return `${text}NULL`; // of whatever type its place has
      return `${text}CAST(${parameter(input.value)} AS ${input.value.sqlType})`;
    })
    .join("");
}

function castColumns(node: PlanNode): string {
  return node.columns
    .map(({ name }, i) => {
      const type = node.types[i];
      return type === undefined
        ? quoted(name)
        : `CAST(${quoted(name)} AS ${sqlType(type)}) AS ${quoted(name)}`;
    })
    .join(", ");
}

/** A relation of no rows with a table's columns: enough to check SQL against, with no file opened. */
export function emptyRelation(columns: readonly Column[]): string {
  const nulls = columns.map(
    ({ name, type }) => `CAST(NULL AS ${sqlType(parseColumnType(type))}) AS ${quoted(name)}`,
  );
  return `SELECT ${nulls.join(", ")} WHERE ${literal("")} <> ${literal("")}`;
}
