import type { EngineCase } from "./engine-case.ts";

/** What SQL means otherwise on one engine than on the other, and can't be had alike by settings. */
export interface DialectCase {
  /** A query, or an expression. */
  readonly write: string;
  readonly duckdb: string;
  readonly spark: string;
  /** What gives the same on both engines, if something does. */
  readonly instead: string | undefined;
  /** What that gives. */
  readonly same?: string;
}

/** Each is a line of the table in runtime/tables/README.md. */
export const dialect: readonly DialectCase[] = [
  {
    write: "CAST(1.5 AS INTEGER)",
    duckdb: "x:integer; 2",
    spark: "x:integer; 1",
    instead: "CAST(floor(1.5) AS INTEGER)",
    same: "x:integer; 1",
  },
  {
    write: "CAST('1.5' AS INTEGER)",
    duckdb: "x:integer; 2",
    spark: "an error",
    instead: "CAST(floor(CAST('1.5' AS DOUBLE)) AS INTEGER)",
    same: "x:integer; 1",
  },
  {
    write: "CAST(CAST(1e20 AS DOUBLE) AS STRING)",
    duckdb: 'x:string; "1e+20"',
    spark: 'x:string; "1.0E20"',
    instead: "CAST(CAST(1e20 AS DECIMAL(38, 0)) AS STRING)",
    same: 'x:string; "100000000000000000000"',
  },
  {
    write: "CAST(CAST('NaN' AS DOUBLE) AS STRING)",
    duckdb: 'x:string; "nan"',
    spark: 'x:string; "NaN"',
    instead: "CASE WHEN isnan(CAST('NaN' AS DOUBLE)) THEN 'NaN' END",
    same: 'x:string; "NaN"',
  },
  {
    write: "CAST(DATE '9999-12-31' + 1 AS STRING)",
    duckdb: 'x:string; "10000-01-01"',
    spark: 'x:string; "+10000-01-01"',
    instead: undefined,
  },
  {
    write: "log(100)",
    duckdb: "x:double; 2",
    spark: "x:double; 4.605170185988092",
    instead: "log10(100)",
    same: "x:double; 2",
  },
  {
    write: "ln(0)",
    duckdb: "an error",
    spark: "x:double; null",
    instead: "CASE WHEN 0 > 0 THEN ln(0) END",
    same: "x:double; null",
  },
  {
    write: "sqrt(-1)",
    duckdb: "an error",
    spark: "x:double; NaN",
    instead: "CASE WHEN -1 >= 0 THEN sqrt(-1) END",
    same: "x:double; null",
  },
  {
    write: "cbrt(27)",
    duckdb: "x:double; 3.0000000000000004",
    spark: "x:double; 3",
    instead: "round(cbrt(27), 9)",
    same: "x:double; 3",
  },
  {
    write: "2 ^ 3",
    duckdb: "x:double; 8",
    spark: "x:integer; 1",
    instead: "power(2, 3)",
    same: "x:double; 8",
  },
  {
    write: "split('a,b', ',')[1]",
    duckdb: 'x:string; "a"',
    spark: 'x:string; "b"',
    instead: "split_part('a,b', ',', 1)",
    same: 'x:string; "a"',
  },
  {
    write: "substring('hello', 0, 2)",
    duckdb: 'x:string; "h"',
    spark: 'x:string; "he"',
    instead: "substring('hello', 1, 2)",
    same: 'x:string; "he"',
  },
  {
    write: "regexp_replace('aXbX', 'X', '-')",
    duckdb: 'x:string; "a-bX"',
    spark: 'x:string; "a-b-"',
    instead: "replace('aXbX', 'X', '-')",
    same: 'x:string; "a-b-"',
  },
  {
    write: "regexp_replace('ab', '(a)', '$1$1')",
    duckdb: 'x:string; "$1$1b"',
    spark: 'x:string; "aab"',
    instead: "regexp_extract('ab', '(a)', 1) || 'a'",
    same: 'x:string; "aa"',
  },
  {
    write: "concat('a', NULL, 'b')",
    duckdb: 'x:string; "ab"',
    spark: "x:string; null",
    instead: "concat_ws('', 'a', NULL, 'b')",
    same: 'x:string; "ab"',
  },
  { write: "length('a\\nb') = 4", duckdb: "x:boolean; true", spark: "x:boolean; false", instead: undefined },
  {
    write: "regexp_extract('ab12', '([a-z]+)(\\d+)', 2)",
    duckdb: 'x:string; "12"',
    spark: 'x:string; ""',
    instead: "regexp_extract('ab12', '([a-z]+)([0-9]+)', 2)",
    same: 'x:string; "12"',
  },
  {
    write: "'a_c' LIKE 'a\\_c'",
    duckdb: "x:boolean; false",
    spark: "x:boolean; true",
    instead: "'a_c' LIKE 'a!_c' ESCAPE '!'",
    same: "x:boolean; true",
  },
  { write: "dayofweek(DATE '2026-11-22')", duckdb: "x:long; 0", spark: "x:integer; 1", instead: undefined },
  { write: "weekday(DATE '2026-11-22')", duckdb: "x:long; 0", spark: "x:integer; 6", instead: undefined },
  {
    write: "DATE '2026-11-22' - DATE '2026-11-20'",
    duckdb: "x:long; 2",
    spark: "x:string; \"INTERVAL '2' DAY\"",
    instead:
      "CAST(extract(DAY FROM TIMESTAMP '2026-11-22 00:00:00' - TIMESTAMP '2026-11-20 00:00:00') AS INTEGER)",
    same: "x:integer; 2",
  },
  {
    write: "DATE '2026-11-22' + INTERVAL '1' DAY",
    duckdb: "x:timestamp; 2026-11-23T00:00:00.000Z",
    spark: 'x:date; "2026-11-23"',
    instead: "CAST(DATE '2026-11-22' + INTERVAL '1' DAY AS DATE)",
    same: 'x:date; "2026-11-23"',
  },
  {
    write: "TIMESTAMP '2026-01-02 00:00:00' - TIMESTAMP '2026-01-01 00:00:00'",
    duckdb: 'x:string; "1 day"',
    spark: "x:string; \"INTERVAL '1 00:00:00' DAY TO SECOND\"",
    instead:
      "CAST(extract(DAY FROM TIMESTAMP '2026-01-02 00:00:00' - TIMESTAMP '2026-01-01 00:00:00') AS INTEGER)",
    same: "x:integer; 1",
  },
  {
    write: "extract(SECOND FROM TIMESTAMP '2026-11-22 13:14:15.5')",
    duckdb: "x:long; 15",
    spark: 'x:decimal(8,6); "15.500000"',
    instead: "CAST(second(TIMESTAMP '2026-11-22 13:14:15.5') AS INTEGER)",
    same: "x:integer; 15",
  },
  {
    write: "SELECT avg(x) AS x FROM (VALUES (1.10), (2.25)) v(x)",
    duckdb: "x:double; 1.675",
    spark: 'x:decimal(7,6); "1.675000"',
    instead: "SELECT avg(CAST(x AS DOUBLE)) AS x FROM (VALUES (1.10), (2.25)) v(x)",
    same: "x:double; 1.675",
  },
  {
    write: "SELECT sum(x) AS x FROM (VALUES (1.10), (2.25)) v(x)",
    duckdb: 'x:decimal(38,2); "3.35"',
    spark: 'x:decimal(13,2); "3.35"',
    instead: "SELECT CAST(sum(x) AS DECIMAL(20, 2)) AS x FROM (VALUES (1.10), (2.25)) v(x)",
    same: 'x:decimal(20,2); "3.35"',
  },
  {
    write: "1.5 * 1.5",
    duckdb: 'x:decimal(4,2); "2.25"',
    spark: 'x:decimal(5,2); "2.25"',
    instead: "CAST(1.5 * 1.5 AS DECIMAL(10, 2))",
    same: 'x:decimal(10,2); "2.25"',
  },
  {
    write: "10 / 4.0",
    duckdb: "x:double; 2.5",
    spark: 'x:decimal(9,6); "2.500000"',
    instead: "10 / CAST(4.0 AS DOUBLE)",
    same: "x:double; 2.5",
  },
  {
    write: "1 / 0",
    duckdb: "x:double; Infinity",
    spark: "an error",
    instead: "1 / nullif(0, 0)",
    same: "x:double; null",
  },
  {
    write: "mod(5, 0)",
    duckdb: "x:integer; null",
    spark: "an error",
    instead: "mod(5, nullif(0, 0))",
    same: "x:integer; null",
  },
  {
    write: "length('abc')",
    duckdb: "x:long; 3",
    spark: "x:integer; 3",
    instead: "CAST(length('abc') AS INTEGER)",
    same: "x:integer; 3",
  },
  {
    write: "year(DATE '2026-11-22')",
    duckdb: "x:long; 2026",
    spark: "x:integer; 2026",
    instead: "CAST(year(DATE '2026-11-22') AS INTEGER)",
    same: "x:integer; 2026",
  },
  {
    write: "instr('abc', 'b')",
    duckdb: "x:long; 2",
    spark: "x:integer; 2",
    instead: "CAST(instr('abc', 'b') AS INTEGER)",
    same: "x:integer; 2",
  },
  {
    write: "SELECT row_number() OVER (ORDER BY v) AS x FROM (VALUES (1)) t(v)",
    duckdb: "x:long; 1",
    spark: "x:integer; 1",
    instead: "SELECT CAST(row_number() OVER (ORDER BY v) AS INTEGER) AS x FROM (VALUES (1)) t(v)",
    same: "x:integer; 1",
  },
  {
    write: "floor(CAST(2.5 AS DOUBLE))",
    duckdb: "x:double; 2",
    spark: "x:long; 2",
    instead: "CAST(floor(CAST(2.5 AS DOUBLE)) AS BIGINT)",
    same: "x:long; 2",
  },
  {
    write: "sign(-2.5)",
    duckdb: "x:byte; -1",
    spark: "x:double; -1",
    instead: "CAST(sign(-2.5) AS INTEGER)",
    same: "x:integer; -1",
  },
  {
    write: "ltrim('xxa', 'x')",
    duckdb: 'x:string; "a"',
    spark: 'x:string; ""',
    instead: "trim(LEADING 'x' FROM 'xxa')",
    same: 'x:string; "a"',
  },
  {
    write: "upper('straße')",
    duckdb: 'x:string; "STRAẞE"',
    spark: 'x:string; "STRASSE"',
    instead: undefined,
  },
  { write: "lower('İ')", duckdb: 'x:string; "i"', spark: 'x:string; "i̇"', instead: undefined },
  {
    write: "SELECT any_value(v) AS x FROM (VALUES (NULL), (1)) t(v)",
    duckdb: "x:integer; 1",
    spark: "x:integer; null",
    instead: "SELECT min(v) AS x FROM (VALUES (NULL), (1)) t(v)",
    same: "x:integer; 1",
  },
  {
    write: "'1.0' = 1",
    duckdb: "x:boolean; true",
    spark: "an error",
    instead: "CAST('1.0' AS DOUBLE) = 1",
    same: "x:boolean; true",
  },
  {
    write: "true = 1",
    duckdb: "x:boolean; true",
    spark: "an error",
    instead: "CAST(true AS INTEGER) = 1",
    same: "x:boolean; true",
  },
  {
    write: "SELECT 'a' AS x UNION ALL SELECT 1",
    duckdb: 'x:string; "a"; "1"',
    spark: "an error",
    instead: "SELECT 'a' AS x UNION ALL SELECT CAST(1 AS STRING)",
    same: 'x:string; "a"; "1"',
  },
  { write: "X'00FF'", duckdb: 'x:string; "x00FF"', spark: "x:binary; x00ff", instead: undefined },
  {
    write: "hash('a')",
    duckdb: "an error",
    spark: "x:integer; 1485273170",
    instead: "md5('a')",
    same: 'x:string; "0cc175b9c0f1b6a831c399e269772661"',
  },
  {
    write: "SELECT * FROM (VALUES (1, 2))",
    duckdb: "col0:integer, col1:integer; 1, 2",
    spark: "col1:integer, col2:integer; 1, 2",
    instead: "SELECT * FROM (VALUES (1, 2)) AS v(a, b)",
    same: "a:integer, b:integer; 1, 2",
  },
  {
    write: "SELECT upper('a')",
    duckdb: "upper('a'):string; \"A\"",
    spark: 'upper(a):string; "A"',
    instead: "SELECT upper('a') AS x",
    same: 'x:string; "A"',
  },
  {
    write: "SELECT * FROM range(2)",
    duckdb: "range:long; 0; 1",
    spark: "id:long; 0; 1",
    instead: "SELECT * FROM range(2) AS r(i)",
    same: "i:long; 0; 1",
  },
  { write: "'a' || NULL", duckdb: "x:integer; null", spark: "x:string; null", instead: undefined },
];

/** As a query. */
export function dialectQuery(text: string): string {
  return text.startsWith("SELECT") ? text : `SELECT ${text} AS x`;
}

export const dialectCases: readonly EngineCase[] = dialect.map(({ write, duckdb, spark }) => ({
  name: `The dialects differ: ${write}`,
  ask: dialectQuery(write),
  gives: { duckdb, spark },
}));
