import type * as DuckDb from "@duckdb/node-api";
import { parseColumnType, typeName } from "../tables/column-types.ts";
import { commonType } from "../tables/common-type.ts";
import { literal, quoted } from "../tables/duckdb/quoting.ts";
import type { Column } from "../tables/session.ts";
import { TableError } from "../tables/table-error.ts";
import { type Operation, type OperationInput, same, validFrom, validTo } from "./operations.ts";

/**
 * @throws {TableError} where rows of some columns can't be written to a dataset of others: it needs all of the
 *   dataset's, and none besides, of types that its own hold without loss.
 */
export function checkColumns(dataset: string, given: readonly Column[], kept: readonly Column[]): void {
  const wrong = [
    ...given
      .filter(({ name }) => !kept.some((column) => column.name === name))
      .map(({ name }) => `it has no column ${JSON.stringify(name)}`),
    ...kept.flatMap(({ name, type }) => {
      const own = given.find((column) => column.name === name);
      if (own === undefined) return [`its column ${JSON.stringify(name)} is missing`];
      const common = commonType(parseColumnType(own.type), parseColumnType(type));
      if (common !== undefined && typeName(common) === typeName(parseColumnType(type))) return [];
      return [`its column ${JSON.stringify(name)} is ${type}, and not ${own.type}`];
    }),
  ];
  if (wrong.length > 0)
    throw new TableError(
      `The dataset ${dataset}: the rows don't fit: ${wrong.join("; ")}. Give them the dataset's columns, or replace it as a whole.`,
    );
}

/** @throws {TableError} for columns that an operation goes by and that the rows don't have. */
export function checkNames(dataset: string, operation: Operation, given: readonly Column[]): void {
  const names = given.map(({ name }) => name);
  const { what, needed } = neededBy(operation);
  const missing = needed.find((name) => !names.includes(name));
  if (missing !== undefined)
    throw new TableError(
      `The dataset ${dataset}: ${what} ${JSON.stringify(missing)} is no column of the rows. They have: ${names.join(", ")}.`,
    );
  const taken = [validFrom, validTo].find((name) => names.includes(name));
  if (operation.kind === "scd2" && taken !== undefined)
    throw new TableError(
      `The dataset ${dataset}: scd2 adds the column ${taken}, which the rows have. Name it otherwise.`,
    );
}

function neededBy(operation: Operation): { readonly what: string; readonly needed: readonly string[] } {
  switch (operation.kind) {
    case "append":
    case "replace":
      return { what: "", needed: [] };
    case "merge":
    case "scd2":
      return { what: "the key's", needed: operation.key };
    case "replacePartitions":
      return {
        what: operation.inputs === undefined ? "the partitions'" : "the partitions', or inputs',",
        needed: [...operation.by, ...(operation.inputs === undefined ? [] : [operation.inputs])],
      };
  }
  operation satisfies never;
}

/** @throws {TableError} where a key is null, or two rows have the same. */
export async function checkKey(
  connection: DuckDb.DuckDBConnection,
  dataset: string,
  key: readonly string[],
  rows: string,
): Promise<void> {
  const names = key.map(quoted).join(", ");
  const isNull = key.map((name) => `${quoted(name)} IS NULL`).join(" OR ");
  const found = await connection.runAndReadAll(
    `SELECT CAST((${names}) AS VARCHAR), bool_or(${isNull}), count(*) FROM (${rows}) GROUP BY ${names} HAVING count(*) > 1 OR bool_or(${isNull}) LIMIT 1`,
  );
  const [wrong] = found.getRows();
  if (wrong === undefined) return;
  const [value, hasNull, count] = wrong;
  throw new TableError(
    hasNull === true
      ? `The dataset ${dataset}: a row has no key: ${key.join(", ")} is null. Leave such rows out.`
      : `The dataset ${dataset}: ${count} rows have one key, ${key.join(", ")} = ${value}. Give one row for each key.`,
  );
}

/**
 * @throws {TableError} where a partition that is to be replaced has rows of inputs that the new rows don't have: late
 *   rows would be gone.
 */
export async function checkInputs(
  connection: DuckDb.DuckDBConnection,
  dataset: string,
  { by, inputs, narrow }: Operation & { kind: "replacePartitions" },
  { table, rows }: OperationInput,
): Promise<void> {
  if (inputs === undefined || narrow) return;
  const partition = by.map(
    (name) => `${literal(`${name}=`)} || coalesce(CAST(t.${quoted(name)} AS VARCHAR), 'null')`,
  );
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT concat_ws(', ', ${partition.join(", ")}), CAST(t.${quoted(inputs)} AS VARCHAR) FROM ${table} AS t WHERE EXISTS (SELECT 1 FROM (${rows}) AS s WHERE ${same(by)}) AND NOT EXISTS (SELECT 1 FROM (${rows}) AS s WHERE ${same([...by, inputs])}) ORDER BY ALL LIMIT 11`,
  );
  const lacking = found.getRows().map(([which, input]) => `${which} of ${input}`);
  if (lacking.length > 0)
    throw new TableError(
      `The dataset ${dataset}: the partitions were made of inputs that the new rows don't come from: ${lacking.slice(0, 10).join("; ")}${lacking.length > 10 ? "; and more" : ""}. Replacing them would lose those rows. Read those inputs, too, or say { narrow: true }.`,
    );
}

/** @throws {TableError} where changes lie after `at`: rows come in their order. */
export async function checkOrder(
  connection: DuckDb.DuckDBConnection,
  dataset: string,
  { at }: Operation & { kind: "scd2" },
  { table }: OperationInput,
): Promise<void> {
  const found = await connection.runAndReadAll(
    `SELECT CAST(max(greatest(${validFrom}, coalesce(${validTo}, ${validFrom}))) AS VARCHAR), max(greatest(${validFrom}, coalesce(${validTo}, ${validFrom}))) > CAST('${at}' AS TIMESTAMPTZ) FROM ${table}`,
  );
  const [row] = found.getRows();
  if (row?.[1] === true)
    throw new TableError(
      `The dataset ${dataset}: what holds at ${at} comes after what holds at ${row[0]}. Give days in their order, or write the dataset anew.`,
    );
}
