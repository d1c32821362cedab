import { typeName } from "../column-types.ts";
import { type Constant, withMissing } from "../files/constant-columns.ts";
import type { PlannedTable } from "../planned-table.ts";
import { sameName } from "../same-name.ts";
import type { Shape } from "../shape.ts";
import { TableError } from "../table-error.ts";
import { unionShape } from "../union-shape.ts";
import { sqlType } from "./engine-types.ts";
import type { Plan, PlanNode, QueryInput } from "./plan.ts";
import { quoted } from "./quoting.ts";

/** Makes a session's table of a plan. */
export type MakeTable = (plan: Plan, shape: Shape) => PlannedTable<PlanNode>;

/** A file's rows, and the columns that say which file it is. */
export interface FileRows {
  readonly table: PlannedTable<PlanNode>;
  readonly constants: readonly Constant[];
}

/** The rows of several files: a column that one lacks is null there. */
export function tablesTogether(make: MakeTable, files: readonly FileRows[]): PlannedTable<PlanNode> {
  const named = files.map(({ table, constants }) => withConstants(make, table, constants));
  const tables = withMissing(named, (table, missing) => withConstants(make, table, missing));
  const [first] = tables;
  if (first !== undefined && tables.length === 1) return first;
  const nodes = tables.map(({ node }) => node);
  return make({ kind: "union", nodes }, unionShape(nodes));
}

/** A table with columns that have one value in all rows. */
function withConstants(
  make: MakeTable,
  table: PlannedTable<PlanNode>,
  constants: readonly Constant[],
): PlannedTable<PlanNode> {
  if (constants.length === 0) return table;
  const { node } = table;
  const columns = [...node.columns, ...constants.map(({ name, type }) => ({ name, type: typeName(type) }))];
  const twice = sameName(columns.map(({ name }) => name));
  if (twice !== undefined)
    throw new TableError(
      `The files have a column ${JSON.stringify(twice)} already. Give fileName another name.`,
    );
  const ends = constants.map(({ name, type }) => ` AS ${sqlType(type)}) AS ${quoted(name)}`);
  const more = ends.map((end, i) => `${end}${i < ends.length - 1 ? ", CAST(" : " FROM "}`);
  const inputs: QueryInput[] = constants.map(({ value }) => ({ value: { sqlType: "VARCHAR", value } }));
  return make(
    { kind: "query", texts: ["SELECT *, CAST(", ...more, ""], inputs: [...inputs, { node }] },
    { columns, types: [...node.types, ...constants.map(({ type }) => type)] },
  );
}
