import { parseColumnType, typeName } from "./column-types.ts";
import { commonType } from "./common-type.ts";
import type { Column, ColumnType, Table } from "./session.ts";
import { sql } from "./sql-fragment.ts";
import { TableError } from "./table-error.ts";

export interface ExpectOptions {
  /**
   * What columns do that nobody expects: `fail` (default) is an error, `add` keeps them, behind the others, `ignore` leaves
   * them out.
   */
  readonly drift?: "fail" | "add" | "ignore";
}

/**
 * A table with the columns that are expected, in their order: names as they are, types widened without loss where the
 * table's are narrower.
 * @throws {TableError} with the difference, where the table has others.
 */
export async function expectColumns(
  table: Table,
  expected: { readonly [name: string]: ColumnType },
  { drift = "fail" }: ExpectOptions = {},
): Promise<Table> {
  if (!["fail", "add", "ignore"].includes(drift))
    throw new TableError(
      `expectColumns: drift has to be "fail", "add" or "ignore", not ${JSON.stringify(drift)}.`,
    );
  const wanted = Object.entries(expected).map(([name, type]) => ({
    name,
    type: typeName(parseColumnType(type)),
  }));
  const found = new Map(table.columns.map((column) => [column.name, column]));
  const more = table.columns.filter(({ name }) => !Object.hasOwn(expected, name));
  const isWrong =
    wanted.some(({ name, type }) => !fits(found.get(name)?.type, type)) ||
    (drift === "fail" && more.length > 0);
  if (isWrong)
    throw new TableError(
      `expectColumns: the table's columns (+) aren't those that are expected (-):\n${difference(wanted, table.columns, drift).join("\n")}`,
    );
  const columns: readonly Column[] = drift === "add" ? [...wanted, ...more] : wanted;
  if (JSON.stringify(columns) === JSON.stringify(table.columns)) return table;
  const selected = await table.session
    .sql`SELECT ${sql.join(columns.map(({ name }) => sql.id(name)))} FROM ${table}`;
  if (columns.every(({ name, type }) => found.get(name)?.type === type)) return selected;
  return table.session.union([await table.session.fromRows(columns, []), selected]);
}

function fits(given: ColumnType | undefined, wanted: ColumnType): boolean {
  if (given === undefined) return false;
  const common = commonType(parseColumnType(given), parseColumnType(wanted));
  return common !== undefined && typeName(common) === wanted;
}

function difference(wanted: readonly Column[], given: readonly Column[], drift: string): string[] {
  const found = new Map(given.map((column) => [column.name, column]));
  const lines = wanted.flatMap((column) => {
    const own = found.get(column.name);
    if (fits(own?.type, column.type)) return [`    ${told(column)}`];
    return [`  - ${told(column)}`, ...(own === undefined ? [] : [`  + ${told(own)}`])];
  });
  const names = new Set(wanted.map(({ name }) => name));
  const more = given.filter(({ name }) => !names.has(name));
  return [...lines, ...more.map((column) => `  ${drift === "fail" ? "+" : " "} ${told(column)}`)];
}

function told({ name, type }: Column): string {
  return `${name}: ${type}`;
}
