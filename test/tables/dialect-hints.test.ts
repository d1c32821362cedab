import assert from "node:assert/strict";
import { dialectHints } from "../../runtime/tables/dialect-hints.ts";
import { duckDbWriting, sqlTokens } from "../../runtime/tables/sql-tokens.ts";
import { dialect, dialectQuery } from "./parity/dialect-cases.ts";

const hints = (sql: string) => dialectHints(sqlTokens([sql], duckDbWriting)).map(({ what }) => what);

describe("Hints of what the engines take differently", () => {
  it("are given where a query has it, and not in comments, texts and names", () => {
    assert.deepEqual(
      hints(`SELECT log(x), log(2, x), 2 ^ 3, tags[1], [1, 2], ARRAY[1], "a^b", 'log(x)', -- concat(a)
        concat(a, b), a || b, ltrim(s), ltrim(s, 'x'), substring(s, 0, 3), substring(s, 10, 3), CAST(x AS INTEGER[2]), y::INTEGER[], 'a\\nb' FROM t`),
      [
        "log()",
        "x ^ y",
        "x[i], which counts from 1 or from 0",
        "concat()",
        "ltrim()",
        "substring(s, 0, n)",
        "A backslash in a text",
        "A column that is computed and has no name of its own",
      ],
    );
  });

  it("are given for whatever gives other values or names, as far as a query's text tells", () => {
    const rows = (given: string) => given.replaceAll(/:[a-z]+(?:<[^;]*>|\([^)]*\))?(?=[,;]|$)/g, ""); // without types
    const differing = dialect.filter(
      ({ duckdb, spark, untold }) =>
        !untold && duckdb !== "an error" && spark !== "an error" && rows(duckdb) !== rows(spark),
    );
    assert.deepEqual(
      differing.map(({ write }) => write).filter((write) => hints(dialectQuery(write)).length === 0),
      [],
    );
    const untold = dialect.filter((each) => each.untold).map(({ write }) => write);
    assert.deepEqual(
      untold.filter((write) => hints(dialectQuery(write)).length > 0),
      [],
    );
  });

  it("go by the types of the tables' columns", () => {
    const columns = [
      { name: "n", type: "integer" },
      { name: "d", type: "double" },
      { name: "m", type: "decimal(10,2)" },
      { name: "day", type: "date" },
      { name: "at", type: "timestamp" },
    ];
    const of = (expression: string) =>
      dialectHints(sqlTokens([`SELECT ${expression} AS x FROM t`], duckDbWriting), columns).map(
        ({ what }) => what,
      );
    const cut = "CAST(fraction AS INTEGER), which rounds or cuts,";
    const text = "CAST(double AS STRING), which writes large and small numbers in its own way,";
    const expected: [expression: string, what: string[]][] = [
      ["CAST(n AS INTEGER)", []],
      ["CAST(d AS INTEGER)", [cut]],
      ["CAST(t.d + 1 AS BIGINT)", [cut]],
      ["CAST(floor(d) AS BIGINT)", []],
      ["CAST(sum(d) AS BIGINT)", [cut]],
      ["CAST(sum(n) AS BIGINT)", []],
      ["CAST(avg(n) AS INTEGER)", [cut]],
      ["CAST(n / 2 AS INTEGER)", [cut]],
      ["m::INTEGER", [cut]],
      ["CAST('7' AS INTEGER)", []],
      ["CAST(d AS STRING)", [text]],
      ["CAST(n AS STRING)", []],
      ["CAST(m AS VARCHAR)", []],
      ["n / 2", []],
      ["n / n", ["x / y where y may be 0"]],
      ["n / nullif(d, 0)", []],
      ["n % 7", []],
      ["n % t.n", ["x % y where y may be 0"]],
      ["mod(n, 3)", []],
      ["mod(n, n)", ["mod(x, y) where y may be 0"]],
      ["m / 2", ["x / y of decimals"]],
      ["n / 2.5", ["x / y of decimals"]],
      ["d / 2.5", []],
      ["avg(m)", ["avg() of decimals"]],
      ["avg(d)", []],
      ["avg(CAST(m AS DOUBLE))", []],
      ["day - DATE '2026-01-01'", ["A difference of times"]],
      ["t.day - t.day", ["A difference of times"]],
      ["at - CAST('2026-01-01' AS TIMESTAMP)", ["A difference of times"]],
      ["extract(DAY FROM at - at)", []],
      ["day - 1", []],
      ["day + INTERVAL '1' DAY", ["date ± INTERVAL"]],
      ["at + INTERVAL '1' DAY", []],
      ["CAST(day + INTERVAL 1 DAY AS DATE)", []],
      ["n - n", []],
    ];
    assert.deepEqual(
      expected.map(([expression]) => [expression, of(expression)]),
      expected,
    );
  });

  it("are given for nothing that is to be written instead", () => {
    const instead = dialect.flatMap((each) =>
      each.instead === undefined ? [] : [dialectQuery(each.instead)],
    );
    assert.deepEqual(
      instead.filter((sql) => hints(sql).length > 0),
      [],
    );
  });
});
