import { type ParsedType, parseColumnType, typeName } from "./column-types.ts";
import type { Column, CsvOptions } from "./session.ts";

/** What a table's columns are, as a flow sees them and as an engine works with them: one type for each column. */
export interface Shape {
  readonly columns: readonly Column[];
  readonly types: readonly ParsedType[];
}

export function shapeOf(names: readonly string[], types: readonly ParsedType[]): Shape {
  return {
    columns: types.map((type, i) => ({ name: names[i] ?? "", type: typeName(type) })),
    types,
  };
}

export function columnsShape(columns: readonly Column[]): Shape {
  return { columns, types: columns.map(({ type }) => parseColumnType(type)) };
}

export function csvShape({ columns }: CsvOptions): Shape {
  if (columns === "infer") throw new Error("Columns are inferred before.");
  const entries = Object.entries(columns);
  const types = entries.map(([, type]) => parseColumnType(type.replace(" ", "")));
  return shapeOf(
    entries.map(([name]) => name),
    types,
  );
}
