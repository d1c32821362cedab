import { parseColumnType } from "../column-types.ts";
import type { ColumnType } from "../session.ts";
import { sqlType } from "./engine-types.ts";
import { literal, quoted } from "./quoting.ts";

/** Excel counts days from here, and a time is a part of a day. */
const start = "1899-12-30";

/**
 * A cell's text as a value of a type, or an error with the column: the engine itself takes a column's type from its first
 * cell, and rounds.
 */
export function excelValue(name: string, type: ColumnType, shown: string): string {
  const text = quoted(name);
  const { kind } = parseColumnType(type);
  const number = `TRY_CAST(${text} AS DOUBLE)`;
  const sql = sqlType(parseColumnType(type));
  const value = {
    date: `coalesce(CASE WHEN ${number} = floor(${number}) THEN DATE '${start}' + CAST(${number} AS INTEGER) END, TRY_CAST(${text} AS DATE))`,
    timestamp: `coalesce(TIMESTAMP '${start}' + to_milliseconds(CAST(round(${number} * 86400000) AS BIGINT)), CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP))`,
    boolean: `CASE lower(${text}) WHEN '1' THEN true WHEN 'true' THEN true WHEN '0' THEN false WHEN 'false' THEN false END`,
  }[kind as string]; // of other kinds there is none
  const isWhole = /^(?:byte|short|integer|long)$/.test(kind);
  const whole = `CASE WHEN ${number} = floor(${number}) THEN TRY_CAST(${text} AS ${sql}) END`;
  const known = value ?? (isWhole ? whole : `TRY_CAST(${text} AS ${sql})`);
  const wrong = literal(`${shown}: the column ${JSON.stringify(name)} should be ${type} but has `);
  return `CASE WHEN ${text} IS NULL THEN NULL ELSE coalesce(${known}, CAST(error(${wrong} || to_json(${text}) || '.') AS ${sql})) END AS ${quoted(name)}`;
}
