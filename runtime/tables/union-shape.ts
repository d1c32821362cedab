import { typeName } from "./column-types.ts";
import { commonType } from "./common-type.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { TableError } from "./table-error.ts";

/**
 * The columns of all rows of several tables: those of the first, by name, of types that hold the values of all.
 * @throws {TableError} that names the table and the column where there are none.
 */
export function unionShape(tables: readonly Shape[]): Shape {
  const [first, ...others] = tables;
  if (first === undefined) return { columns: [], types: [] };
  const types = [...first.types];
  const of = new Map(first.columns.map(({ name }, i) => [name.toLowerCase(), i]));
  others.forEach((table, at) => {
    const where = `union: table ${at + 2}`;
    const seen = new Set<number>();
    table.columns.forEach(({ name }, i) => {
      const index = of.get(name.toLowerCase());
      const [given, known] = [table.types[i], types[index ?? -1]];
      if (index === undefined || given === undefined || known === undefined)
        throw new TableError(
          `${where} has a column ${JSON.stringify(name)}, which the first lacks. Select the same columns of all.`,
        );
      seen.add(index);
      const common = commonType(known, given);
      if (common === undefined)
        throw new TableError(
          `${where}: the column ${JSON.stringify(name)} is ${typeName(given)}, and ${typeName(known)} in those before. Types that differ have to widen without loss: CAST one of them.`,
        );
      types[index] = common;
    });
    const missing = first.columns.find((_, i) => !seen.has(i));
    if (missing !== undefined)
      throw new TableError(
        `${where} lacks the column ${JSON.stringify(missing.name)} of the first. Select the same columns of all.`,
      );
  });
  return shapeOf(
    first.columns.map(({ name }) => name),
    types,
  );
}
