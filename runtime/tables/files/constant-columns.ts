import { isPlainDay } from "../calendar.ts";
import type { ParsedType } from "../column-types.ts";
import type { Column, FileNameOption } from "../session.ts";

/** A column that has one value in all rows. */
export interface Constant {
  readonly name: string;
  readonly type: ParsedType;
  /** As text. */
  readonly value: string | null;
}

/** The column that `fileName` asks for. */
export function fileNameConstant({ fileName }: FileNameOption, shown: string): readonly Constant[] {
  if (fileName === undefined || fileName === false) return [];
  return [{ name: fileName === true ? "fileName" : fileName, type: { kind: "string" }, value: shown }];
}

/** Tables that all have the columns of each: those that one lacks are null there. */
export function withMissing<
  T extends { readonly columns: readonly Column[]; readonly node: { readonly types: readonly ParsedType[] } },
>(tables: readonly T[], add: (table: T, missing: readonly Constant[]) => T): readonly T[] {
  const all = new Map<string, Constant>();
  for (const { columns, node } of tables)
    columns.forEach(({ name }, i) => {
      const type = node.types[i];
      if (type !== undefined && !all.has(name.toLowerCase()))
        all.set(name.toLowerCase(), { name, type, value: null });
    });
  return tables.map((table) => {
    const own = new Set(table.columns.map(({ name }) => name.toLowerCase()));
    return own.size === all.size
      ? table
      : add(
          table,
          [...all].filter(([name]) => !own.has(name)).map(([, column]) => column),
        );
  });
}

/** The type that all texts are values of: an integer, a long, a date, else text. */
export function typeOfTexts(texts: readonly string[]): ParsedType {
  if (texts.length > 0 && texts.every((text) => /^(?:0|-?[1-9]\d{0,17})$/.test(text)))
    return texts.every((text) => Math.abs(Number(text)) < 2 ** 31) ? { kind: "integer" } : { kind: "long" };
  return texts.length > 0 && texts.every(isPlainDay) ? { kind: "date" } : { kind: "string" };
}
