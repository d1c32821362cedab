import type { CsvTexts } from "../csv-reading.ts";
import type { CsvType } from "../session.ts";
import { csvValueRule } from "./csv-values.ts";
import { quoted } from "./quoting.ts";

/** Types that columns are found to be of, the narrower before. */
const candidates = ["boolean", "integer", "long", "double", "date", "timestamp"] as const;

/** The query that tells of each of a table's columns of texts, for each candidate, whether all are values of it. */
export function fitsSql(names: readonly string[], reading: CsvTexts, query: string): string {
  const fits = names.flatMap((name) =>
    candidates.map((type) => {
      const text = quoted(name);
      const value = csvValueRule(type, reading)?.sql(text) ?? "NULL";
      const isNumber = type === "integer" || type === "long" || type === "double";
      const plain = isNumber ? ` AND NOT regexp_matches(${text}, '^[-+]?0\\d')` : "";
      return `coalesce(bool_and((${value}) IS NOT NULL${plain}) FILTER (WHERE ${text} IS NOT NULL AND ${text} <> ''), true)`;
    }),
  );
  return `SELECT ${fits.join(", ")}, ${names.map((name) => `count(nullif(${quoted(name)}, ''))`).join(", ")} FROM (${query})`;
}

/** The type of each column by what {@link fitsSql} gives; undefined for one without values. */
export function fittingTypes(row: readonly unknown[], columns: number): readonly (CsvType | undefined)[] {
  return Array.from({ length: columns }, (_, i) => {
    if (Number(row[columns * candidates.length + i]) === 0) return undefined;
    return candidates.find((_type, at) => row[i * candidates.length + at] === true) ?? "string";
  });
}

/** The type that holds the values of both. */
export function widerType(a: CsvType | undefined, b: CsvType | undefined): CsvType | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  const numbers: readonly CsvType[] = ["integer", "long", "double"];
  const [x, y] = [numbers.indexOf(a), numbers.indexOf(b)];
  return x >= 0 && y >= 0 ? numbers[Math.max(x, y)] : "string";
}
