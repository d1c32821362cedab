import { quoted } from "../tables/duckdb/quoting.ts";

/** What a commit does to a dataset's rows. Names of columns are as the dataset has them. */
export type Operation =
  | { readonly kind: "append" }
  | { readonly kind: "replace" }
  | { readonly kind: "merge"; readonly key: readonly string[] }
  | {
      readonly kind: "replacePartitions";
      readonly by: readonly string[];
      /** The column that names each row's input, if there is one. */
      readonly inputs: string | undefined;
      readonly narrow: boolean;
    }
  | {
      readonly kind: "scd2";
      readonly key: readonly string[];
      /** ISO 8601. */
      readonly at: string;
      readonly hardDeletes: boolean;
    };

/** The columns that scd2 adds: since when a row holds, and until when; null as long as it does. */
export const validFrom = "valid_from";
export const validTo = "valid_to";

export interface OperationInput {
  /** The dataset's table. */
  readonly table: string;
  /** A query of the rows that were given. */
  readonly rows: string;
  /** Their columns. */
  readonly columns: readonly string[];
}

/** The statements of an operation on a table that is there. */
export function operationSql(operation: Operation, input: OperationInput): readonly string[] {
  const { table, rows, columns } = input;
  const insert = `INSERT INTO ${table} BY NAME ${rows}`;
  switch (operation.kind) {
    case "append":
      return [insert];
    case "replace":
      return [`DELETE FROM ${table}`, insert];
    case "merge":
      return [mergeSql(operation.key, input)];
    case "replacePartitions":
      return [
        `DELETE FROM ${table} AS t WHERE EXISTS (SELECT 1 FROM (${rows}) AS s WHERE ${same(operation.by)})`,
        insert,
      ];
    case "scd2":
      return scd2Sql(operation, { table, rows, columns });
  }
  operation satisfies never;
}

/** Rows whose key isn't there are added; of those that are, the ones that differ get their new values. */
function mergeSql(key: readonly string[], { table, rows, columns }: OperationInput): string {
  const others = columns.filter((name) => !key.includes(name));
  const update =
    others.length === 0
      ? ""
      : ` WHEN MATCHED AND (${differ(others)}) THEN UPDATE SET ${others.map((name) => `${quoted(name)} = s.${quoted(name)}`).join(", ")}`;
  const names = columns.map(quoted);
  return `MERGE INTO ${table} AS t USING (${rows}) AS s ON (${equal(key)})${update} WHEN NOT MATCHED THEN INSERT (${names.join(", ")}) VALUES (${names.map((name) => `s.${name}`).join(", ")})`;
}

/**
 * Slowly changing dimensions of type 2 (Kimball): a row whose key is new, or whose values differ from those that hold,
 * holds from `at` on; what held before holds until then. What the same `at` did before is taken back first.
 */
function scd2Sql(
  { key, at, hardDeletes }: Operation & { kind: "scd2" },
  { table, rows, columns }: OperationInput,
): readonly string[] {
  const time = `CAST('${at}' AS TIMESTAMPTZ)`;
  const others = columns.filter((name) => !key.includes(name));
  const changed = "_millrace_changed";
  const holds = `t.${validTo} IS NULL`;
  return [
    `DELETE FROM ${table} WHERE ${validFrom} = ${time}`,
    `UPDATE ${table} SET ${validTo} = NULL WHERE ${validTo} = ${time}`,
    `CREATE OR REPLACE TEMP TABLE ${changed} AS SELECT s.* FROM (${rows}) AS s WHERE NOT EXISTS (SELECT 1 FROM ${table} AS t WHERE ${equal(key)} AND ${holds}${others.length === 0 ? "" : ` AND NOT (${differ(others)})`})`,
    `UPDATE ${table} AS t SET ${validTo} = ${time} WHERE ${holds} AND EXISTS (SELECT 1 FROM ${changed} AS s WHERE ${equal(key)})`,
    ...(hardDeletes
      ? [
          `UPDATE ${table} AS t SET ${validTo} = ${time} WHERE ${holds} AND NOT EXISTS (SELECT 1 FROM (${rows}) AS s WHERE ${equal(key)})`,
        ]
      : []),
    `INSERT INTO ${table} BY NAME SELECT *, ${time} AS ${validFrom}, CAST(NULL AS TIMESTAMPTZ) AS ${validTo} FROM ${changed}`,
    `DROP TABLE ${changed}`,
  ];
}

/** The rows as the dataset keeps them, where they are its first. */
export function firstRows(operation: Operation, { rows }: Pick<OperationInput, "rows">): string {
  if (operation.kind !== "scd2") return rows;
  return `SELECT *, CAST('${operation.at}' AS TIMESTAMPTZ) AS ${validFrom}, CAST(NULL AS TIMESTAMPTZ) AS ${validTo} FROM (${rows})`;
}

function equal(names: readonly string[]): string {
  return names.map((name) => `t.${quoted(name)} = s.${quoted(name)}`).join(" AND ");
}

export function same(names: readonly string[]): string {
  return names.map((name) => `t.${quoted(name)} IS NOT DISTINCT FROM s.${quoted(name)}`).join(" AND ");
}

function differ(names: readonly string[]): string {
  return names.map((name) => `t.${quoted(name)} IS DISTINCT FROM s.${quoted(name)}`).join(" OR ");
}
