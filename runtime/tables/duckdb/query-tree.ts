import type * as DuckDb from "@duckdb/node-api";
import { literal } from "./quoting.ts";

/** A part of a tree that the engine gives as JSON. */
interface TreeNode {
  readonly [name: string]: unknown;
}

/** What is looked at of a query's parse tree. */
export interface QueryTree {
  /** Whether it gives what the engine knows of itself, not rows: SHOW, DESCRIBE, SUMMARIZE, at any depth. */
  readonly shows: boolean;
  /** Functions in FROM and tables with a schema, in small letters. */
  readonly sources: readonly string[];
  /** The columns' names as the query has them, where it says so one by one. */
  readonly names: readonly (string | undefined)[];
}

/** The engine's parse tree of a query. @returns undefined for what is none, or has none. */
export async function queryTree(
  connection: DuckDb.DuckDBConnection,
  sql: string,
): Promise<QueryTree | undefined> {
  const tree = await json(connection, `SELECT json_serialize_sql(${literal(sql)})`);
  const [statement] = (tree?.statements ?? []) as TreeNode[]; // as the engine writes it
  if (statement === undefined) return undefined;
  const sources: string[] = [];
  let shows = false;
  visit(statement, (node) => {
    if (node.type === "SHOW_REF") shows = true;
    if (node.type === "TABLE_FUNCTION") sources.push(text((node.function as TreeNode).function_name)); // it has one
    if (node.type === "BASE_TABLE") sources.push(`${text(node.schema_name)}.${text(node.table_name)}`);
  });
  return { shows, sources, names: namesOf(statement.node as TreeNode) }; // a SELECT's
}

/** A text that the engine makes a timestamp of by itself, where it would forget an offset. */
export type ImpliedTimestamp =
  /** Offset in the statement's UTF-8 text of what is made one. */
  | { readonly kind: "expression"; readonly position: number }
  /** @param number of the value, from 1. */
  | { readonly kind: "value"; readonly number: number };

/** The texts of a query that become timestamps, by its bound plan. None where the engine can't write that down. */
export async function impliedTimestamps(
  connection: DuckDb.DuckDBConnection,
  sql: string,
): Promise<readonly ImpliedTimestamp[]> {
  const plan = await json(
    connection,
    `SELECT json_serialize_plan(${literal(sql)}, optimize := false, skip_null := true, skip_empty := true, skip_default := true)`,
  );
  const found: ImpliedTimestamp[] = [];
  visit(plan?.plans, (node) => {
    if (typeId(node.return_type) !== "TIMESTAMP") return;
    if (node.type === "VALUE_PARAMETER") found.push({ kind: "value", number: Number(node.identifier) });
    const child = node.child as TreeNode | undefined; // of a cast
    const from = typeId(child?.return_type) ?? typeId((child?.value as TreeNode | undefined)?.type); // a constant's
    if (node.type === "OPERATOR_CAST" && from === "VARCHAR" && typeof node.query_location === "number")
      found.push({ kind: "expression", position: node.query_location });
  });
  return found;
}

async function json(connection: DuckDb.DuckDBConnection, query: string): Promise<TreeNode | undefined> {
  const result = await connection.runAndReadAll(query);
  const tree = JSON.parse(String(result.getRows()[0]?.[0])) as TreeNode; // the engine gives an object
  return tree.error === true ? undefined : tree;
}

function visit(value: unknown, look: (node: TreeNode) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) look(value as TreeNode); // an object
  for (const part of Object.values(value)) visit(part, look);
}

function namesOf(node: TreeNode | undefined): readonly (string | undefined)[] {
  if (node === undefined) return [];
  if (node.type === "SET_OPERATION_NODE")
    return namesOf((node.left ?? (node.children as TreeNode[])[0]) as TreeNode); // sides are queries
  if (node.type !== "SELECT_NODE") return [];
  return (node.select_list as TreeNode[]).map((item) => {
    if (item.class !== "COLUMN_REF" || item.alias !== "") return undefined;
    return text((item.column_names as string[]).at(-1)); // a path of names
  });
}

function typeId(type: unknown): unknown {
  return (type as TreeNode | undefined)?.id; // as the engine writes types
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
