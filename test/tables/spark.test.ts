import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session } from "../../runtime/tables/session.ts";
import { parseSessionUrl, type SparkUrl } from "../../runtime/tables/session-url.ts";
import { openSpark } from "../../runtime/tables/spark/open-spark.ts";
import { sharedSpark } from "../spark/server.ts";
import { describeBadInput } from "./bad-input-contract.ts";
import { describeSession, rejectsWith, shown } from "./session-contract.ts";

/** What stands for an input where SQL is shown. */
const mark = "$" + "{...}";

describe("On a Spark Connect server", function () {
  this.timeout(60_000);
  let url: SparkUrl;

  before(async function () {
    url = parseSessionUrl((await sharedSpark(this)).url) as SparkUrl; // sc://
  });

  describeSession("Spark", async (folder) => openSpark({ url, folder }));
  describeBadInput("Spark", async (folder) => openSpark({ url, folder }));

  describe("Spark", () => {
    let folder: string;
    let session: Session;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "millrace-tables-"));
    });

    beforeEach(() => {
      session = openSpark({ url, folder });
    });

    afterEach(() => session[Symbol.asyncDispose]());

    after(() => rm(folder, { recursive: true, force: true }));

    it("gives types that columns don't have as the nearest that they have", async () => {
      const table = await session.sql`
        SELECT 1Y AS a, 2S AS b, 3L AS c, CAST(4 AS FLOAT) AS d, NULL AS e,
          TIMESTAMP_NTZ '2026-01-01 12:00:00' AS f, INTERVAL '3' DAY AS g, 1.50 AS h,
          named_struct('x', TIMESTAMP '2026-01-01 12:00:00+02:00', 'y y', CAST(NULL AS VOID)) AS i,
          map(1, array(CAST('z' AS CHAR(3)))) AS j, X'00FF' AS k`;
      assert.equal(
        await shown(table),
        [
          "a:byte, b:short, c:long, d:float, e:integer, f:timestamp, g:string, h:decimal(3,2), " +
            "i:struct<x:timestamp,y y:integer>, j:map<integer,array<string>>, k:binary",
          '1, 2, 3, 4, null, 2026-01-01T12:00:00.000Z, "INTERVAL \'3\' DAY", "1.50", ' +
            '{"x":"2026-01-01T10:00:00.000Z","y y":null}, {"1":["z"]}, {"0":0,"1":255}',
        ].join("\n"),
      );
      const back = session.table(await table.handle(() => join(folder, "types.parquet")));
      assert.equal(await shown(back), await shown(table));
    });

    it("reads files whose names have quotes and wildcards, and only those", async () => {
      const name = "it's [a] {b} *.csv";
      await writeFile(join(folder, name), "a\n1\n");
      await writeFile(join(folder, "it's a b x.csv"), "a\n2\n");
      const table = await session.readCsv(name, { columns: { a: "integer" } });
      await table.writeParquet("it's [b] {c} ?");
      assert.deepEqual(await (await session.readParquet("it's [b] {c} ?")).rows(), [{ a: 1 }]);
    });

    it("takes a column for what its header says, whatever characters that has", async () => {
      const names = ['say "hi"', "it's", "select", "ä b", "back`tick", "a.b"];
      const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",");
      await writeFile(join(folder, "names.csv"), `${header}\n1,2,3,4,5,6\n`);
      const columns = Object.fromEntries(names.map((name) => [name, "integer" as const]));
      const table = await session.readCsv("names.csv", { columns });
      await table.writeParquet("names");
      const expected = Object.fromEntries(names.map((name, i) => [name, i + 1]));
      assert.deepEqual(await (await session.readParquet("names")).rows(), [expected]);
      const quoted = await session.sql`SELECT "back\`tick" AS "b\`", "a.b" FROM ${table}`;
      assert.deepEqual(await quoted.rows(), [{ "b`": 5, "a.b": 6 }]);
    });

    it("takes more rows than go into a plan", async () => {
      const text = "x".repeat(200);
      const columns = [
        { name: "n", type: "integer" },
        { name: "text", type: "string" },
      ];
      const rows = Array.from({ length: 30_000 }, (_, n) => ({ n, text: `${text}${n}` }));
      const table = await session.fromRows(columns, rows);
      const sums = await session.sql`
        SELECT count(*) AS rows, sum(n) AS total, max(length(text)) AS longest FROM ${table} WHERE text LIKE ${`${text}%`}`;
      assert.deepEqual(await sums.rows(), [{ rows: 30_000, total: 449_985_000, longest: 205 }]);
      assert.deepEqual(await table.rows(), rows);
    });

    it("answers calls made at the same time, in two sessions that share the server's", async () => {
      const sessionId = crypto.randomUUID();
      await using one = openSpark({ url, folder, sessionId });
      await using other = openSpark({ url, folder, sessionId, owner: false });
      const counts = await Promise.all(
        Array.from({ length: 16 }, async (_, i) => {
          const of = i % 2 === 0 ? one : other;
          const table = await of.fromRows(
            [{ name: "n", type: "integer" }],
            Array.from({ length: i }, (_, n) => ({ n })),
          );
          const more =
            await of.sql`SELECT n FROM ${await of.sql`SELECT n + 1 AS n FROM ${table}`} WHERE n > ${0}`;
          return more.count();
        }),
      );
      assert.deepEqual(
        counts,
        counts.map((_, i) => i),
      );
    });

    it("counts the rows that it reads, whatever lies beside files of Parquet", async () => {
      const table = await session.sql`SELECT id FROM range(3)`;
      await table.rows(); // then it is one file
      const { path } = await table.handle(() => join(folder, "mixed/1.parquet"));
      for (const name of ["2.parq", "_3.parquet"]) await copyFile(path, join(folder, "mixed", name));
      const mixed = await session.readParquet("mixed");
      assert.equal(await mixed.count(), 6);
      assert.equal((await mixed.rows()).length, 6);
    });

    it("reads and writes the server's own files by URLs", async () => {
      const at = `file://${folder}/of the server`;
      const table = await session.sql`SELECT id AS n FROM range(5)`;
      await table.writeParquet(at);
      assert.equal(await (await session.readParquet(at)).count(), 5);
      await assert.rejects(session.readCsv(`${at}.csv`, { columns: { a: "integer" } }), {
        name: "TableError",
        message: /CSV is read from this machine's files only/,
      });
    });

    it("keeps tables in its storage where the server doesn't see this machine's files", async () => {
      const storage = `file://${folder}/of the cluster`;
      await using far = openSpark({ url: { ...url, storage }, folder });
      await far.connect();
      await writeFile(join(folder, "far.csv"), "a,b\n1,x\n2,y\n");
      const csv = await far.readCsv("far.csv", { columns: { a: "integer", b: "string" } });
      const computed = await far.sql`SELECT a * 2 AS a, b FROM ${csv} ORDER BY a`;
      const handle = await computed.handle(() => join(folder, "runs/r1/results/0.parquet"));
      assert.deepEqual(handle, {
        kind: "parquet",
        path: `${storage}/r1/0.parquet`,
        ordered: true,
        columns: [
          { name: "a", type: "integer" },
          { name: "b", type: "string" },
        ],
      });
      await far.table(handle).writeParquet("fetched");
      assert.equal(await shown(await far.readParquet("fetched")), 'a:integer, b:string\n2, "x"\n4, "y"');
      // Written by the embedded engine, of what came back: Spark would have left a file named _SUCCESS.
      assert.deepEqual(await readdir(join(folder, "fetched")), ["part-00000.parquet"]);
    });

    describe("shows what is wrong with SQL in its place:", () => {
      const titles = () =>
        session.fromRows(
          [
            { name: "n", type: "integer" },
            { name: "title", type: "string" },
          ],
          [{ n: 1, title: "Heat" }],
        );
      const queries: [string, () => Promise<unknown>, string][] = [
        [
          "a column that isn't there",
          async () => session.sql`SELECT titel FROM ${await titles()}`,
          "SQL: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `titel` cannot be resolved. Did you mean one of the following? [`title`, `n`].\n" +
            `  SELECT titel FROM ${mark}\n` +
            "         ^",
        ],
        [
          "a syntax error on a later line",
          async () => session.sql`SELECT title
FORM ${await titles()}`,
          "SQL: [PARSE_SYNTAX_ERROR] Syntax error at or near 'the table': extra input 'the table'.\n" +
            `  2 | FORM ${mark}\n` +
            "           ^",
        ],
        ["nothing", () => session.sql` ; `, "SQL: the query is empty."],
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
          "an error of a value, when rows are read",
          async () => (await session.sql`SELECT CAST(title AS INTEGER) AS i FROM ${await titles()}`).rows(),
          'Reading rows: [CAST_INVALID_INPUT] The value \'Heat\' of the type "STRING" cannot be cast to "INT" because it is malformed. Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead.',
        ],
      ];
      for (const [what, call, message] of queries) it(what, () => rejectsWith(call(), message));

      for (const statement of ["CREATE TABLE t (i INT)", "DROP TABLE IF EXISTS t", "SELECT 1; SELECT 2"]) {
        it(`${statement}, which is no query and isn't run`, async () => {
          const texts = Object.assign([statement], { raw: [statement] });
          await assert.rejects(session.sql(texts), {
            name: "TableError",
            message: /^SQL: \[PARSE_SYNTAX_ERROR\]/,
          });
        });
      }
    });
  });
});
