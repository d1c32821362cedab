import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import type { Session } from "../../runtime/tables/session.ts";
import { describeBadInput } from "./bad-input-contract.ts";

/** What stands for an input where SQL is shown. */
const mark = "$" + "{...}";

describeBadInput("DuckDB", async (folder) => openDuckDb({ folder, threads: 2 }));

describe("DuckDB", () => {
  let folder: string;
  let session: Session;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-tables-"));
    session = openDuckDb({ folder, threads: 2 });
  });

  after(async () => {
    await session[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const failsWith = (call: Promise<unknown>, message: string) =>
    assert.rejects(call, { name: "TableError", message });

  it("names the bad row of whichever file of a query has it", async () => {
    const files = ["a.csv", "b.csv", "c.csv"];
    for (const bad of files) {
      for (const file of files)
        await writeFile(join(folder, file), `x\n1\n2\n${file === bad ? "three" : "3"}\n`);
      const [a, b, c] = await Promise.all(
        files.map((file) => session.readCsv(file, { columns: { x: "integer" } })),
      );
      assert.ok(a && b && c);
      const query = await session.sql`SELECT a.x + b.x + c.x AS sum FROM ${a} AS a, ${b} AS b, ${c} AS c`;
      await failsWith(
        query.rows(),
        `${bad}:4: "x" should be a whole number (integer) but is "three". Correct the line, or read the file with onBadRow: "reject".`,
      );
    }
  });

  describe("shows what is wrong with SQL in its place:", () => {
    const queries: [string, () => Promise<unknown>, string][] = [
      [
        "a column that isn't there",
        async () => session.sql`SELECT titel FROM ${await titles()} WHERE n = ${1}`,
        'SQL: Referenced column "titel" not found in FROM clause. Candidate bindings: "title".\n' +
          `  SELECT titel FROM ${mark} WHERE n = ${mark}\n` +
          "         ^",
      ],
      [
        "a place after inputs, on a later line",
        async () => session.sql`SELECT title, ${"é"} AS x
FROM ${await titles()} AS t
WHERE t.nothing > ${5}`,
        'SQL: Table "t" does not have a column named "nothing".\n' +
          `  3 | WHERE t.nothing > ${mark}\n` +
          "            ^",
      ],
      ["a syntax error", () => session.sql`SELEC 1`, 'SQL: syntax error at or near "SELEC".\n  SELEC 1\n  ^'],
      ["nothing", () => session.sql` ; `, "SQL: the query is empty."],
      [
        "two statements",
        () => session.sql`SELECT 1; SELECT 2`,
        "SQL: there are 2 statements. Give one query.\n  SELECT 1; SELECT 2",
      ],
      [
        "a statement that is no query",
        () => session.sql`CREATE TABLE t (i INTEGER)`,
        "SQL: only queries that give rows can be run.\n  CREATE TABLE t (i INTEGER)",
      ],
      [
        "a parameter of its own",
        () => session.sql`SELECT ? AS x`,
        "SQL: write values as $" + "{value}, not as ? or $1.\n  SELECT ? AS x",
      ],
      [
        "two columns of one name",
        () => session.sql`SELECT 1 AS id, 2 AS ID`,
        'SQL: two columns are named "ID". Name them apart with AS.\n  SELECT 1 AS id, 2 AS ID',
      ],
      [
        "an input that isn't one",
        // A flow without type checks can say this.
        () => session.sql`SELECT ${{ a: 1 } as unknown as string}`,
        "sql: input 1 is an object. Tables of the same session, strings, numbers, booleans, dates, null and pieces made by sql can be inputs.",
      ],
      [
        "an error of a value, when rows are read",
        async () => (await session.sql`SELECT CAST(title AS INTEGER) AS i FROM ${await titles()}`).rows(),
        "Reading rows: Could not convert string 'Heat' to INT32 when casting from source column title.",
      ],
    ];
    const titles = () =>
      session.fromRows(
        [
          { name: "n", type: "integer" },
          { name: "title", type: "string" },
        ],
        [{ n: 1, title: "Heat" }],
      );
    for (const [what, call, message] of queries) it(what, () => failsWith(call(), message));
  });
});
