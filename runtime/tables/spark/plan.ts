import type { PlannedInput, PlannedNode } from "../planned-session.ts";
import type { Column, PlanHandle, Row } from "../session.ts";
import type { Read, Source } from "../source.ts";
import type { BoundValue } from "../sql-input.ts";
import type { LocalCsv } from "./local-csv.ts";
import type { Expression, Relation } from "./plan-messages.ts";
import { named, sparkSqlType } from "./spark-types.ts";

/** Where a table's rows come from. */
export type Plan =
  | { readonly kind: "csv"; readonly csv: LocalCsv }
  /** A file or folder; on this machine unless the path is a URL. */
  | {
      readonly kind: "parquet";
      readonly source: Source;
      /** As the files have it: `over` it makes the table's columns. */
      readonly asIs?: true;
    }
  /** What the server has, or gets with the plan; of files that it reads, from where. */
  | { readonly kind: "relation"; readonly relation: Relation; readonly reads?: readonly Read[] }
  /** A table of the server's catalogs. */
  | { readonly kind: "catalog"; readonly relation: Relation }
  /** What another thread has made. */
  | { readonly kind: "handed"; readonly handle: PlanHandle; readonly reads: readonly Read[] }
  /** The user's SQL: a text, an input, a text, ..., a text. */
  | { readonly kind: "query"; readonly texts: readonly string[]; readonly inputs: readonly QueryInput[] }
  /** All rows of several tables, whose columns go by name. */
  | { readonly kind: "union"; readonly nodes: readonly PlanNode[] }
  | { readonly kind: "over"; readonly input: PlanNode; readonly make: (input: Relation) => Relation };

export type QueryInput = PlannedInput<PlanNode>;

/** A table of a session as plans refer to it. Its plan is replaced once its rows have been written. */
export interface PlanNode extends PlannedNode {
  plan: Plan;
  /** Whether its rows have an order, which is kept when they are stored and read again. */
  readonly ordered: boolean;
  /** All its rows, where they are few and have been read. */
  fetched?: readonly Row[];
}

/** What rendering needs to know of files. */
export interface PlanFiles {
  /** The relation that reads a CSV file of this machine. */
  csv(csv: LocalCsv): Promise<Relation>;
  /** The relation that reads Parquet. @param schema in Spark's SQL; undefined for that of the files */
  parquet(source: Source, schema: string | undefined): Promise<Relation>;
  /** Files that a relation reads already. */
  again(reads: readonly Read[]): Promise<void>;
  /** Whether Spark reads a path's rows in the order that they have there without being told. */
  isReadInOrder(source: Source): Promise<boolean>;
}

let lastName = 0;
const tag = Math.random().toString(36).slice(2, 10).padEnd(8, "0");

/**
 * A name for a table inside one request. Spark makes a view of that name for as long as it reads the request, in
 * the session that all threads share: no two may be alike.
 */
export function freshName(): string {
  return `_millrace_${tag}${process.pid.toString(36)}_${++lastName}`;
}

/** The relation that gives a table's rows, in their order if they have one. */
export async function renderInOrder(node: PlanNode, files: PlanFiles): Promise<Relation> {
  const { plan, ordered } = node;
  if (!ordered) return render(node, files);
  if (plan.kind === "over") return plan.make(await renderInOrder(plan.input, files));
  const relation = await render(node, files);
  if (plan.kind !== "parquet" || (await files.isReadInOrder(plan.source))) return relation;
  return inOrder(relation, node.columns);
}

/** The relation that gives a table's rows. */
export async function render(node: PlanNode, files: PlanFiles): Promise<Relation> {
  const { plan } = node;
  switch (plan.kind) {
    case "csv":
      return files.csv(plan.csv);
    case "parquet":
      return files.parquet(plan.source, plan.asIs ? undefined : schemaSql(node));
    case "relation":
      await files.again(plan.reads ?? []);
      return plan.relation;
    case "catalog":
      return plan.relation;
    case "handed":
      await files.again(plan.reads);
      return (await import("./handed-relation.ts")).handedRelation(plan.handle);
    case "over":
      return plan.make(await render(plan.input, files));
    case "union": {
      const relations: Relation[] = [];
      for (const part of plan.nodes) {
        const relation = await render(part, files);
        relations.push(schemaSql(part) === schemaSql(node) ? relation : withColumns(relation, node));
      }
      return unionAll(relations);
    }
    case "query": {
      const relations = new Map<PlanNode, Relation>();
      for (const input of plan.inputs)
        if ("node" in input && !relations.has(input.node))
          relations.set(input.node, await render(input.node, files));
      return query(plan.texts, plan.inputs, (input) => relations.get(input) ?? emptyRelation(input)).relation;
    }
  }
}

/** A query as Spark gets it. */
export interface RenderedQuery {
  readonly relation: Relation;
  /** Each text and input, alternating. */
  readonly parts: readonly string[];
}

/** @param wrap puts text around the query's own. */
export function query(
  texts: readonly string[],
  inputs: readonly QueryInput[],
  relationOf: (node: PlanNode) => Relation,
  wrap: (sql: string) => string = (sql) => sql,
): RenderedQuery {
  const names = new Map<PlanNode, string>();
  const posArguments: Expression[] = [];
  const parts = texts.flatMap((text, i) => {
    const input = inputs[i];
    if (input === undefined) return [text];
    if ("value" in input) {
      posArguments.push({ exprType: { case: "literal", value: literal(input.value) } });
      // Spark takes a literal of a timestamp through Java's old calendar, which has no 1582-10-05 to 14.
      return [text, input.value.sqlType === "TIMESTAMP" ? "timestamp_micros(?)" : "?"];
    }
    const name = names.get(input.node) ?? freshName();
    names.set(input.node, name);
    return [text, name];
  });
  const sql = { query: wrap(parts.join("")), posArguments };
  return {
    relation: withTables(
      sql,
      [...names].map(([node, name]) => [name, relationOf(node)]),
    ),
    parts,
  };
}

const unionType = 2;

/** All rows, by halves: Spark goes into a plan as deep as that is. */
function unionAll(relations: readonly Relation[]): Relation {
  const [first] = relations;
  if (first !== undefined && relations.length === 1) return first;
  const half = relations.length >> 1;
  const [leftInput, rightInput] = [unionAll(relations.slice(0, half)), unionAll(relations.slice(half))];
  return {
    relType: {
      case: "setOp",
      value: { leftInput, rightInput, setOpType: unionType, isAll: true },
    },
  };
}

/** A relation's rows with a table's columns, by name. */
function withColumns(input: Relation, { columns, types }: PlanNode): Relation {
  return project(
    input,
    columns.map(
      ({ name }, i) =>
        `CAST(${named(name)} AS ${sparkSqlType(types[i] ?? { kind: "string" })}) AS ${named(name)}`,
    ),
  );
}

/** SQL over named relations. */
export function withTables(
  sql: { readonly query: string; readonly posArguments?: Expression[] },
  tables: readonly (readonly [name: string, relation: Relation])[],
): Relation {
  const root: Relation = { relType: { case: "sql", value: sql } };
  if (tables.length === 0) return root;
  const references = tables.map(
    ([alias, input]): Relation => ({ relType: { case: "subqueryAlias", value: { input, alias } } }),
  );
  return { relType: { case: "withRelations", value: { root, references } } };
}

/** Where a row of stored Parquet lies: its file, by names that ascend, and its place in it. */
const places = { file: "_millrace_file", row: "_millrace_row" };
const byPlace = `length(${places.file}), ${places.file}, ${places.row}`;

/** Rows of Parquet with the columns {@link places}. */
export function withPlaces(relation: Relation): Relation {
  return project(relation, [
    "*",
    `_metadata.file_name AS ${places.file}`,
    `_metadata.row_index AS ${places.row}`,
  ]);
}

/** Rows of Parquet in the order in which they were written: Spark reads large files first. */
function inOrder(relation: Relation, columns: readonly Column[]): Relation {
  const name = freshName();
  const query = `SELECT ${columns.map((column) => named(column.name)).join(", ")} FROM ${name} ORDER BY ${byPlace}`;
  return withTables({ query }, [[name, withPlaces(relation)]]);
}

/** A value as a literal of the plan. */
function literal({
  sqlType,
  value,
}: BoundValue): Extract<Expression["exprType"], { case: "literal" }>["value"] {
  if (value === null) return { literalType: { case: "null", value: { kind: { case: "null", value: {} } } } }; // of whatever type its place has
  if (typeof value === "boolean") return { literalType: { case: "boolean", value } };
  if (typeof value === "string") return { literalType: { case: "string", value } };
  if (typeof value === "bigint") return { literalType: { case: "long", value } };
  return { literalType: { case: sqlType === "INTEGER" ? "integer" : "double", value } };
}

/** Expressions over a relation. */
export function project(input: Relation, expressions: readonly string[]): Relation {
  return {
    relType: {
      case: "project",
      value: {
        input,
        expressions: expressions.map((expression) => ({
          exprType: { case: "expressionString", value: { expression } },
        })),
      },
    },
  };
}

/** A relation of no rows with a table's columns: enough to check a query against, with no file opened. */
export function emptyRelation(node: Pick<PlanNode, "columns" | "types">): Relation {
  return { relType: { case: "localRelation", value: { schema: schemaSql(node) } } };
}

/** A table's columns as Spark's SQL declares them. */
export function schemaSql({ columns, types }: Pick<PlanNode, "columns" | "types">): string {
  return columns
    .map(({ name }, i) => `${named(name)} ${sparkSqlType(types[i] ?? { kind: "string" })}`)
    .join(", ");
}
