import { parseColumnType } from "../column-types.ts";
import { parquetFiles } from "../parquet-files.ts";
import type { PlannedInput, PlannedNode } from "../planned-session.ts";
import type { Column } from "../session.ts";
import type { Read, Source } from "../source.ts";
import type { BoundValue } from "../sql-input.ts";
import { castColumns } from "./cast-columns.ts";
import type { CsvView } from "./csv-view.ts";
import { sqlType } from "./engine-types.ts";
import { literal, pathLiteral, quoted } from "./quoting.ts";

/** Where a table's rows come from. */
export type Plan =
  | {
      readonly kind: "csv";
      readonly csv: CsvView;
      /** Its file goes with the session: a handle needs one of its own. */
      readonly temporary?: boolean;
    }
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
  | { readonly kind: "query"; readonly texts: readonly string[]; readonly inputs: readonly QueryInput[] }
  /** All rows of several tables, whose columns go by name. */
  | { readonly kind: "union"; readonly nodes: readonly PlanNode[] };

export type QueryInput = PlannedInput<PlanNode>;

/** The tables that a plan is made of. */
function partsOf(plan: Plan): readonly PlanNode[] {
  if (plan.kind === "union") return plan.nodes;
  return plan.kind === "query" ? plan.inputs.flatMap((input) => ("node" in input ? [input.node] : [])) : [];
}

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
  /** Whether the rows that it gives of those are right, once it has run. */
  readonly areRight: readonly Promise<boolean>[];
  /** The files that it reads, and where. */
  readonly reads: readonly Read[];
}

/** The name that a table has inside SQL. */
export function nodeName(node: Pick<PlanNode, "id">): string {
  return `_millrace_${node.id}`;
}

/**
 * The query that gives a table's rows: each table that it is made of once, as a common table expression, in
 * an order in which each uses only the ones before it. Tables of a union that only one of its parts uses stand in that
 * part, since the engine takes no thousand expressions in a row.
 * @throws {TableError} if one reads files that have changed.
 */
export async function render(root: PlanNode): Promise<Statement> {
  const rendering = new Rendering();
  const sql = await rendering.query(root, new Set());
  const { values, views, areRight, reads } = rendering;
  return { sql, values, views, areRight, reads };
}

class Rendering {
  readonly values: BoundValue[] = [];
  readonly views: CsvView[] = [];
  readonly areRight: Promise<boolean>[] = [];
  readonly reads: Read[] = [];

  /** @param outside tables that can be named already. */
  async query(root: PlanNode, outside: ReadonlySet<PlanNode>): Promise<string> {
    const done = new Set(outside);
    const parts: string[] = [];
    await this.#add(root, done, parts);
    const rows = `SELECT * FROM ${nodeName(root)}`;
    return parts.length === 0 ? rows : `WITH ${parts.join(",\n")}\n${rows}`;
  }

  async #add(node: PlanNode, done: Set<PlanNode>, parts: string[]): Promise<void> {
    if (done.has(node)) return;
    done.add(node);
    const { plan } = node;
    for (const part of plan.kind === "union" ? usedTwice(plan.nodes) : partsOf(plan))
      await this.#add(part, done, parts);
    if (plan.kind === "csv") this.views.push(plan.csv);
    const source = plan.kind === "csv" ? plan.csv.source : plan.kind === "parquet" ? plan.source : undefined;
    const place = await source?.place();
    if (source !== undefined && place !== undefined) this.reads.push({ source, place });
    // Files are read again for each use, since each use may need other columns of them.
    // A table in memory, too: the optimizer takes the cube of the uses of what is to be kept.
    const once = plan.kind === "query" || plan.kind === "union" ? "" : "NOT MATERIALIZED ";
    const body =
      plan.kind === "union" ? await this.#union(node, plan.nodes, done) : await this.#body(node, plan, place);
    parts.push(`${nodeName(node)} AS ${once}(${body}\n)`);
  }

  async #union(node: PlanNode, nodes: readonly PlanNode[], done: ReadonlySet<PlanNode>): Promise<string> {
    const parts: string[] = [];
    for (const part of nodes)
      parts.push(`SELECT ${castColumns(node)} FROM (${await this.query(part, done)})`);
    return parts.join("\nUNION ALL\n");
  }

  /** @param place where the files of a plan that reads some are. */
  async #body(
    node: PlanNode,
    plan: Exclude<Plan, { kind: "union" }>,
    place: string | undefined,
  ): Promise<string> {
    switch (plan.kind) {
      case "csv": {
        const { sql, isRight } = await plan.csv.query();
        this.areRight.push(isRight);
        return sql;
      }
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
          this.values.push(value);
          return `$${this.values.length}`;
        })}\n) AS _millrace_query(${node.columns.map(({ name }) => quoted(name)).join(", ")})`;
    }
  }
}

/** The tables that several parts of a union are made of, in an order in which each uses only the ones before it. */
function usedTwice(parts: readonly PlanNode[]): readonly PlanNode[] {
  const uses = new Map<PlanNode, number>();
  for (const part of parts) {
    const seen = new Set<PlanNode>();
    const visit = (node: PlanNode) => {
      if (seen.has(node)) return;
      seen.add(node);
      for (const inner of partsOf(node.plan)) visit(inner);
      uses.set(node, (uses.get(node) ?? 0) + 1);
    };
    visit(part);
  }
  return [...uses].filter(([, count]) => count > 1).map(([node]) => node);
}

/** The user's SQL as the engine gets it. */
function queryText(
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

/** A relation of no rows with a table's columns: enough to check SQL against, with no file opened. */
export function emptyRelation(columns: readonly Column[]): string {
  const nulls = columns.map(
    ({ name, type }) => `CAST(NULL AS ${sqlType(parseColumnType(type))}) AS ${quoted(name)}`,
  );
  return `SELECT ${nulls.join(", ")} WHERE ${literal("")} <> ${literal("")}`;
}
