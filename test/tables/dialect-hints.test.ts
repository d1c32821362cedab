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
      ],
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
