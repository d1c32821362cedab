import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Transformer } from "../../runtime/matching/stages.ts";
import type { Column, CsvOptions, Row, Session, Table, Value } from "../../runtime/tables/session.ts";
import { quadraticJoin } from "../matching/quadratic-join.ts";

/**
 * What every engine's session does. Each engine's test file calls it with its own way to open one.
 * @param open opens a session whose relative paths are relative to the folder.
 */
export function describeSession(name: string, open: (folder: string) => Promise<Session>): void {
  describe(`A session of ${name}`, () => {
    let folder: string;
    let session: Session;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "millrace-tables-"));
    });

    beforeEach(async () => {
      session = await open(folder);
    });

    afterEach(() => session[Symbol.asyncDispose]());

    after(() => rm(folder, { recursive: true, force: true }));

    const csv = async (text: string | Buffer, options: CsvOptions, file = "input.csv"): Promise<Table> => {
      await writeFile(join(folder, file), text);
      return session.readCsv(file, options);
    };

    describe("reading CSV", () => {
      it("gives the wanted columns in the wanted order, with their types", async () => {
        const table = await csv("id,title,year,score\n1,Heat,1995,8.3\n2,Alien,1979,8.5\n", {
          columns: { score: "double", id: "integer", title: "string" },
        });
        assert.equal(
          await shown(table),
          lines("score:double, id:integer, title:string", '8.3, 1, "Heat"', '8.5, 2, "Alien"'),
        );
      });

      it("reads every type", async () => {
        const table = await csv(
          [
            "i,l,d,b,day,at,s",
            "-2147483648,9223372036854775807,-1.5e3,true,2024-02-29,2026-11-23 10:20:30, x ",
            "+7,0012,.5,FALSE,1969-12-31,1969-12-31T23:59:59Z,NULL",
            "",
          ].join("\n"),
          {
            columns: {
              i: "integer",
              l: "long",
              d: "double",
              b: "boolean",
              day: "date",
              at: "timestamp",
              s: "string",
            },
          },
        );
        assert.equal(
          await shown(table),
          lines(
            "i:integer, l:long, d:double, b:boolean, day:date, at:timestamp, s:string",
            '-2147483648, 9223372036854775807n, -1500, true, "2024-02-29", 2026-11-23T10:20:30.000Z, " x "',
            '7, 12, 0.5, false, "1969-12-31", 1969-12-31T23:59:59.000Z, "NULL"',
          ),
        );
      });

      it("reads an empty field as null, and a quoted empty one in a string column as an empty string", async () => {
        const table = await csv('n,s\n,\n"",""\n', { columns: { n: "integer", s: "string" } });
        assert.equal(await shown(table), lines("n:integer, s:string", "null, null", 'null, ""'));
      });

      it("reads quotes, doubled quotes, and delimiters and line breaks inside quotes", async () => {
        const table = await csv('a,b\n"x, y","say ""hi"""\n"two\nlines",plain "quote"\n', {
          columns: { a: "string", b: "string" },
        });
        assert.deepEqual(await table.rows(), [
          { a: "x, y", b: 'say "hi"' },
          { a: "two\nlines", b: 'plain "quote"' },
        ]);
      });

      it("takes a quote as any other character where the file has no quoting", async () => {
        const table = await csv('Id;Title\n1;"Heat\n2;5" Disk\n', {
          columns: { Id: "integer", Title: "string" },
          delimiter: ";",
          quote: null,
        });
        assert.deepEqual(await table.rows(), [
          { Id: 1, Title: '"Heat' },
          { Id: 2, Title: '5" Disk' },
        ]);
      });

      it("accepts a byte order mark, CRLF, and a last line without a line end", async () => {
        const table = await csv("\ufeffid,title\r\n1,Zoë 😀\r\n2,x", {
          columns: { id: "integer", title: "string" },
        });
        assert.deepEqual(await table.rows(), [
          { id: 1, title: "Zoë 😀" },
          { id: 2, title: "x" },
        ]);
      });

      it("takes an empty line for no row, and a line of delimiters for one", async () => {
        const table = await csv("a,b\n1,2\n\n,\n\n3,4\n\n", { columns: { a: "integer", b: "integer" } });
        assert.deepEqual(await table.rows(), [
          { a: 1, b: 2 },
          { a: null, b: null },
          { a: 3, b: 4 },
        ]);
        const single = await csv('a\nx\n\n""\ny\n', { columns: { a: "string" } });
        assert.deepEqual(await single.rows(), [{ a: "x" }, { a: "" }, { a: "y" }]);
      });

      it("reads a file that is only a header", async () => {
        const table = await csv("a,b\n", { columns: { b: "double" } });
        assert.equal(await shown(table), "b:double");
        assert.equal(await table.count(), 0);
      });

      it("leaves bad rows out and lists them where that is asked for", async () => {
        const text = [
          "id,title,score", // 1
          "1,good,1.5",
          "2,too,many,fields",
          "3",
          "", // 5: no row
          '4,"two', // 6 to 7
          'lines",2.5',
          "x5,text,3",
          '6,"after" quote,4',
          "7,value,high",
          "8,last,5",
        ].join("\n");
        const table = await csv(text, {
          columns: { id: "integer", score: "double", title: "string" },
          onBadRow: "reject",
        });
        assert.equal(
          await shown(table),
          lines(
            "id:integer, score:double, title:string",
            '1, 1.5, "good"',
            '4, 2.5, "two\\nlines"',
            '8, 5, "last"',
          ),
        );
        const rejects = await session.rejects(table);
        assert.equal(
          rejects.map(({ file, line, text }) => `${file}:${line}: ${text}`).join("\n"),
          lines(
            "input.csv:3: 2,too,many,fields",
            "input.csv:4: 3",
            "input.csv:8: x5,text,3",
            'input.csv:9: 6,"after" quote,4',
            "input.csv:10: 7,value,high",
          ),
        );
        assert.equal(
          rejects.map(({ reason }) => reason).join("\n"),
          lines(
            "4 fields, but the header has 3",
            "1 field, but the header has 3",
            '"id" should be a whole number (integer) but is "x5"',
            "field 2 has text after its closing quote",
            '"score" should be a number (double) but is "high"',
          ),
        );
        assert.equal(await table.count(), 3);
      });

      it("leaves out the same rows whatever a query reads", async () => {
        const table = await csv("a,b\n1,1\n2,x\ny,3\n4,4\n", {
          columns: { a: "integer", b: "integer" },
          onBadRow: "reject",
        });
        const sums = await session.sql`SELECT sum(a) AS a FROM ${table}`;
        assert.deepEqual(await sums.rows(), [{ a: 5 }]);
        assert.equal(await table.count(), 2);
        assert.equal((await session.rejects(table)).length, 2);
      });

      it("has no rejects of a table that fails on bad rows", async () => {
        const table = await csv("a\n1\n", { columns: { a: "integer" } });
        await rejectsWith(
          session.rejects(table),
          'input.csv: has no rejects, since a bad row is an error. Read the file with onBadRow: "reject".',
        );
      });
    });

    describe("SQL", () => {
      it("takes tables in FROM, the same one twice too", async () => {
        const table = await numbers(session, [1, 2, 3]);
        const pairs = await session.sql`
          SELECT a.n AS low, b.n AS high FROM ${table} a JOIN ${table} AS b ON a.n < b.n ORDER BY low, high`;
        assert.deepEqual(await pairs.rows(), [
          { low: 1, high: 2 },
          { low: 1, high: 3 },
          { low: 2, high: 3 },
        ]);
      });

      it("takes queries over queries, values at any depth", async () => {
        let table = await numbers(session, [1, 2, 3, 4, 5, 6, 7, 8]);
        for (let least = 2; least <= 5; least++)
          table = await session.sql`SELECT * FROM ${table} WHERE n >= ${least}`;
        const text =
          await session.sql`WITH t AS (SELECT n, ${"it's"} AS s FROM ${table} WHERE n < ${8}) SELECT * FROM t ORDER BY n;`;
        assert.deepEqual(await text.rows(), [
          { n: 5, s: "it's" },
          { n: 6, s: "it's" },
          { n: 7, s: "it's" },
        ]);
      });

      it("binds values as they are", async () => {
        const text = `'; DROP TABLE x; -- "double" \\ 😀 \n\t $1 ? {}`;
        const date = new Date("2026-11-23T10:20:30.123Z");
        const table = await session.sql`
          SELECT ${text} AS t, ${true} AS b, ${7} AS i, ${2 ** 40} AS l, ${1.5} AS d, ${date} AS at, ${9007199254740993n} AS big`;
        assert.deepEqual(table.columns, [
          { name: "t", type: "string" },
          { name: "b", type: "boolean" },
          { name: "i", type: "integer" },
          { name: "l", type: "long" },
          { name: "d", type: "double" },
          { name: "at", type: "timestamp" },
          { name: "big", type: "long" },
        ]);
        assert.deepEqual(await table.rows(), [
          { t: text, b: true, i: 7, l: 2 ** 40, d: 1.5, at: date, big: 9007199254740993n },
        ]);
      });

      it("binds null", async () => {
        const table = await numbers(session, [1]);
        assert.deepEqual(
          await (await session.sql`SELECT coalesce(${null}, 'none') AS x FROM ${table}`).rows(),
          [{ x: "none" }],
        );
      });

      it("gives what integers add up to as a long, and an average as a double", async () => {
        const table = await numbers(session, [2_000_000_000, 2_000_000_000]);
        const sums =
          await session.sql`SELECT sum(n) AS total, avg(n) AS mean, count(*) AS rows, max(n) AS top FROM ${table}`;
        assert.equal(
          await shown(sums),
          lines("total:long, mean:double, rows:long, top:integer", "4000000000, 2000000000, 2, 2000000000"),
        );
      });

      it("is checked when it is written, and not run", async () => {
        const table = await csv("a\nnot a number\n", { columns: { a: "integer" } });
        const query = await session.sql`SELECT a + 1 AS b FROM ${table}`;
        assert.deepEqual(
          query.columns.map((column) => column.name),
          ["b"],
        );
        await assert.rejects(query.rows(), { name: "TableError" });
        await assert.rejects(session.sql`SELECT c FROM ${table}`, { name: "TableError" });
        await assert.rejects(session.sql`SELECT a FORM ${table}`, { name: "TableError" });
      });

      it("doesn't take tables of another session", async () => {
        await using other = await open(folder);
        const table = await numbers(other, [1]);
        await rejectsWith(session.sql`SELECT * FROM ${table}`, "sql: input 1 is a table of another session.");
      });
    });

    describe("rows and counts", () => {
      it("gives at most as many rows as are asked for", async () => {
        const table = await numbers(session, [1, 2, 3]);
        assert.equal((await table.rows(2)).length, 2);
        assert.deepEqual(await table.rows(0), []);
        assert.equal(await table.count(), 3);
      });

      it("come in batches, in the same order, as often as they are asked for", async () => {
        const table = await session.sql`SELECT id FROM ${await numbered(session, 10_000)} ORDER BY id DESC`;
        for (let time = 0; time < 2; time++) {
          const ids: Value[] = [];
          for await (const batch of table.batches()) for (const row of batch) ids.push(row.id ?? null);
          assert.deepEqual(
            ids,
            Array.from({ length: 10_000 }, (_, i) => 9_999 - i),
          );
        }
      });

      it("of a CSV file come in batches, until one is bad", async () => {
        const rows = Array.from({ length: 5_000 }, (_, i) => (i === 4_321 ? "x" : String(i)));
        const columns = { n: "integer" } as const;
        const good = await csv(`n\n${rows.slice(0, 4_321).join("\n")}\n`, { columns }, "good.csv");
        let count = 0;
        for await (const batch of good.batches()) count += batch.length;
        assert.equal(count, 4_321);
        const bad = await csv(`n\n${rows.join("\n")}\n`, { columns }, "bad.csv");
        await assert.rejects(async () => {
          for await (const batch of bad.batches()) count += batch.length;
        }, /^TableError: bad.csv:4323: /);
      });

      it("gives every type back as it was put in", async () => {
        const columns: Column[] = [
          { name: "boolean", type: "boolean" },
          { name: "integer", type: "integer" },
          { name: "long", type: "long" },
          { name: "double", type: "double" },
          { name: "string", type: "string" },
          { name: "date", type: "date" },
          { name: "timestamp", type: "timestamp" },
          { name: "binary", type: "binary" },
          { name: "decimal", type: "decimal(10,2)" },
          { name: "indices", type: "array<integer>" },
          { name: "words", type: "array<string>" },
          { name: "struct", type: "struct<a:integer,b:string>" },
          { name: "map", type: "map<string,double>" },
        ];
        const row: Row = {
          boolean: true,
          integer: -5,
          long: 2 ** 53 - 1,
          double: 0.1,
          string: 'a "b"\n😀',
          date: "2024-02-29",
          timestamp: new Date("1969-12-31T23:59:59.999Z"),
          binary: Uint8Array.of(0, 255),
          decimal: "-12345.60",
          indices: [3, 1, 2],
          words: ["", "x", null],
          struct: { a: 1, b: null },
          map: { k: 1.5, l: null },
        };
        const nulls: Row = Object.fromEntries(columns.map(({ name }) => [name, null]));
        const table = await session.fromRows(columns, [row, {}, { ...row, long: -(2n ** 63n), indices: [] }]);
        assert.deepEqual(table.columns, columns);
        const expected = [row, nulls, { ...row, long: -(2n ** 63n), indices: [] }];
        assert.deepEqual(await table.rows(), expected);
        const handle = await table.handle(() => join(folder, "every-type.parquet"));
        assert.deepEqual(handle.columns, columns);
        assert.deepEqual(await session.table(handle).rows(), expected);
      });

      it("says which row has a value that its column can't hold", async () => {
        const columns = [
          { name: "id", type: "integer" },
          { name: "tags", type: "array<string>" },
        ];
        await rejectsWith(
          session.fromRows(columns, [{ id: 1 }, { id: 2.5 }]),
          'fromRows: row 1: "id" should be integer but is 2.5.',
        );
        await rejectsWith(
          session.fromRows(columns, [{ id: 1, tags: ["a", 1] }]),
          'fromRows: row 0: "tags" should be array<string> but is ["a",1].',
        );
        await assert.rejects(session.fromRows([{ name: "x", type: "text" }], []), { name: "TableError" });
      });
    });

    describe("Parquet", () => {
      it("writes a folder that reads back with names, types and order", async () => {
        const table =
          await session.sql`SELECT n AS "the number", n * 2 AS twice FROM ${await numbers(session, [3, 1, 2])} ORDER BY n`;
        await table.writeParquet("output/deep/numbers");
        const back = await session.readParquet("output/deep/numbers");
        assert.equal(await shown(back), lines("the number:integer, twice:integer", "1, 2", "2, 4", "3, 6"));
      });

      it("keeps the columns of a table without rows", async () => {
        const table = await session.sql`SELECT * FROM ${await numbers(session, [1])} WHERE n > 5`;
        await table.writeParquet("empty");
        assert.equal(await shown(await session.readParquet("empty")), "n:integer");
      });

      it("replaces what was there, as a whole", async () => {
        await (await numbers(session, [1, 2, 3])).writeParquet("replaced");
        await writeFile(join(folder, "replaced/part-9.parquet"), "left behind");
        await (await numbers(session, [4])).writeParquet("replaced");
        assert.deepEqual(await (await session.readParquet("replaced")).rows(), [{ n: 4 }]);
      });

      it("leaves the old folder and nothing else on an error", async () => {
        await (await numbers(session, [1])).writeParquet("kept/result");
        const bad = await csv("a\n1\nx\n", { columns: { a: "integer" } });
        await assert.rejects(bad.writeParquet("kept/result"), { name: "TableError" });
        assert.deepEqual(await readdir(join(folder, "kept")), ["result"]);
        assert.deepEqual(await (await session.readParquet("kept/result")).rows(), [{ n: 1 }]);
        await assert.rejects(bad.writeParquet("never/made/result"), { name: "TableError" });
        await assert.rejects(stat(join(folder, "never")), { code: "ENOENT" });
      });

      it("doesn't write over a file", async () => {
        await writeFile(join(folder, "a-file"), "precious");
        await rejectsWith(
          (await numbers(session, [1])).writeParquet("a-file"),
          "a-file: is a file, and a table is written as a folder. Remove it, or write to another path.",
        );
        assert.equal(await readFile(join(folder, "a-file"), "utf8"), "precious");
      });
    });

    describe("a view", () => {
      const one = { columns: { a: "integer" } } as const;
      const readings: readonly (readonly [string, (table: Table) => Promise<unknown>])[] = [
        ["rows", (table) => table.rows(1)],
        ["count", (table) => table.count()],
        [
          "batches",
          async (table) => {
            for await (const _ of table.batches());
          },
        ],
        ["a query", async (table) => (await session.sql`SELECT count(*) AS n FROM ${table}`).rows()],
        ["another folder", (table) => table.writeParquet("of-the-view")],
        ["its digest", async (table) => session.digest(await table.handle(() => ""))],
        ["its handle", async (table) => session.table(await table.handle(() => "")).rows()],
      ];
      const parquet = async (path: string, ...values: number[]) => {
        await (await numbers(session, values)).writeParquet(path);
        return session.readParquet(path);
      };

      for (const [what, read] of readings) {
        it(`of a file that has changed since fails, and names it: ${what}`, async () => {
          const table = await csv("a\n1\n", one, "changes.csv");
          await read(table);
          await writeFile(join(folder, "changes.csv"), "a\n2\n");
          await rejectsWith(
            read(table),
            "changes.csv: was changed since the table was made of it. Read it anew.",
          );
          await read(await session.readCsv("changes.csv", one));
        });

        it(`of a folder that was written anew fails, and names a file: ${what}`, async () => {
          const table = await parquet("changes", 1);
          await read(table);
          await parquet("changes", 2);
          await assert.rejects(read(table), (error: Error) => {
            assert.match(
              error.message,
              /^changes\/part-\S+: was (changed|added) since the table was made of it\. /,
            );
            return true;
          });
        });
      }

      it("of a folder to which a file came, or from which one went, fails", async () => {
        const table = await parquet("grows", 1, 2);
        const [file = ""] = (await readdir(join(folder, "grows"))).filter((name) =>
          /^part.*parquet$/.test(name),
        );
        await cp(join(folder, "grows", file), join(folder, "grows", "part-9.parquet"));
        await rejectsWith(
          table.count(),
          "grows/part-9.parquet: was added since the table was made of it. Read it anew.",
        );
        await rm(join(folder, "grows", "part-9.parquet"));
        assert.equal(await table.count(), 2);
        await rename(join(folder, "grows", file), join(folder, "grows", "part-8.parquet"));
        await assert.rejects(table.rows(), { name: "TableError" });
      });

      it("of a file that was touched, or copied back, reads it", async () => {
        const table = await csv("a\n1\n", one, "touched.csv");
        await utimes(join(folder, "touched.csv"), 1, 1);
        assert.deepEqual(await table.rows(), [{ a: 1 }]);
        await cp(join(folder, "touched.csv"), join(folder, "copy.csv"));
        await rename(join(folder, "copy.csv"), join(folder, "touched.csv"));
        assert.deepEqual(await table.rows(), [{ a: 1 }]);
      });

      it("of a file that is replaced while its rows are read fails, also for whoever stops early", async () => {
        const rows = Array.from({ length: 20_000 }, (_, i) => i);
        const table = await parquet("streamed", ...rows);
        const reading = async (stopsEarly: boolean) => {
          for await (const _ of table.batches()) {
            await (await numbers(session, [1])).writeParquet("streamed");
            if (stopsEarly) break;
          }
        };
        await assert.rejects(reading(false), { name: "TableError", message: /^streamed\/part-/ });
        const again = await parquet("streamed", ...rows);
        assert.equal((await again.rows()).length, rows.length);
        await assert.rejects(reading(true), { name: "TableError", message: /^streamed\/part-/ });
      });
    });

    describe("handles", () => {
      it("bring a view over a file to another session at no cost", async () => {
        const table = await csv("a,b\n1,x\n", { columns: { a: "integer", b: "string" } });
        const handle = await table.handle(() => assert.fail("nothing is to be written"));
        assert.equal(handle.kind, "csv");
        await using other = await open(folder);
        assert.equal(
          await shown(other.table(structuredClone(handle))),
          lines("a:integer, b:string", '1, "x"'),
        );
      });

      it("write what was computed, once", async () => {
        const table = await session.sql`SELECT n + 1 AS m FROM ${await numbers(session, [1, 2])} ORDER BY n`;
        let written = 0;
        const file = () => {
          written++;
          return join(folder, "results", "computed.parquet");
        };
        const handles = await Promise.all([table.handle(file), table.handle(file)]);
        assert.deepEqual(await table.handle(file), handles[0]);
        assert.equal(written, 1);
        assert.deepEqual(await table.rows(), [{ m: 2 }, { m: 3 }]);
        await using other = await open(folder);
        assert.equal(await shown(other.table(structuredClone(handles[0]))), lines("m:integer", "2", "3"));
      });

      it("keep what a row can't hold of a timestamp, when the table's rows have been read", async () => {
        const table = await session.sql`SELECT TIMESTAMP '2026-01-02 03:04:05.123456' AS ts`;
        assert.deepEqual(await table.rows(), [{ ts: new Date("2026-01-02T03:04:05.123Z") }]);
        const handle = await table.handle(() => join(folder, "timestamp.parquet"));
        await using other = await open(folder);
        const text = await other.sql`SELECT CAST(ts AS STRING) AS text FROM ${other.table(handle)}`;
        assert.deepEqual(await text.rows(), [{ text: "2026-01-02 03:04:05.123456" }]);
      });

      it("have a digest of their content", async () => {
        const digest = async (file: string, n: number) => {
          const table = await session.sql`SELECT * FROM ${await numbers(session, [n])}`;
          return session.digest(await table.handle(() => join(folder, file)));
        };
        assert.equal(await digest("one.parquet", 1), await digest("same.parquet", 1));
        assert.notEqual(await digest("one-again.parquet", 1), await digest("two.parquet", 2));
      });
    });

    describe("matching", () => {
      const titles = ["The Matrix", "Matrix", "Heat", "", "Alien"];
      const stages: Transformer[] = [
        { stage: "Tokenizer", inputCol: "title", outputCol: "words" },
        { stage: "StopWordsRemover", inputCol: "words", outputCol: "filtered" },
        { stage: "ConcatWs", inputCol: "filtered", outputCol: "text", separator: " " },
        { stage: "RegexTokenizer", inputCol: "text", outputCol: "characters", pattern: "" },
        { stage: "NGram", inputCol: "characters", outputCol: "bigrams", n: 2 },
        { stage: "HashingTF", inputCol: "bigrams", outputCol: "features", numFeatures: 2 ** 18 },
      ];
      const titled = async () =>
        session.fromRows(
          [
            { name: "id", type: "long" },
            { name: "title", type: "string" },
          ],
          titles.map((title, i) => ({ id: i + 1, title })),
        );

      it("adds the stages' columns", async () => {
        const table = await session.transform(await titled(), stages.slice(0, 3));
        assert.equal(
          await shown(table, 2),
          lines(
            "id:long, title:string, words:array<string>, filtered:array<string>, text:string",
            '1, "The Matrix", ["the","matrix"], ["matrix"], "matrix"',
            '2, "Matrix", ["matrix"], ["matrix"], "matrix"',
          ),
        );
      });

      it("gives counts, takes several columns, and null tokens as Spark does", async () => {
        const words = await session.fromRows(
          [
            { name: "a", type: "array<string>" },
            { name: "b", type: "array<string>" },
          ],
          [{ a: ["the", "x", "x", null], b: ["I", null, "y"] }],
        );
        const table = await session.transform(words, [
          { stage: "StopWordsRemover", inputCols: ["a", "b"], outputCols: ["c", "d"] },
          { stage: "NGram", inputCol: "c", outputCol: "grams" },
          { stage: "ConcatWs", inputCol: "c", outputCol: "text", separator: "-" },
          { stage: "HashingTF", inputCol: "c", outputCol: "f", countsCol: "counts", numFeatures: 100 },
          {
            stage: "HashingTF",
            inputCol: "c",
            outputCol: "g",
            countsCol: "ones",
            numFeatures: 100,
            binary: true,
          },
        ]);
        assert.equal(
          await shown(table),
          lines(
            "a:array<string>, b:array<string>, c:array<string>, d:array<string>, grams:array<string>, text:string, f:array<integer>, counts:array<double>, g:array<integer>, ones:array<double>",
            '["the","x","x",null], ["I",null,"y"], ["x","x",null], [null,"y"], ["x x","x null"], "x-x", [22,42], [2,1], [22,42], [1,1]',
          ),
        );
        await assert.rejects(
          session.transform(words, [
            { stage: "StopWordsRemover", inputCol: "a", outputCol: "c", locale: "de-DE" },
          ]),
          {
            name: "TableError",
            message: 'transform: StopWordsRemover: Spark has no locale "de-DE". Is it "de_DE"?',
          },
        );
      });

      it("keeps the columns that are asked for", async () => {
        const table = await session.transform(await titled(), stages, { keep: ["text", "features"] });
        assert.deepEqual(table.columns, [
          { name: "id", type: "long" },
          { name: "title", type: "string" },
          { name: "text", type: "string" },
          { name: "features", type: "array<integer>" },
        ]);
        const rows = await table.rows();
        assert.deepEqual(
          rows.map(({ id, text, features }) => [id, text, Array.isArray(features) && features.length]),
          [
            [1, "matrix", 5],
            [2, "matrix", 5],
            [3, "heat", 3],
            [4, "", 0],
            [5, "alien", 4],
          ],
        );
      });

      for (const name of ["exact", "minhash"] as const) {
        it(`joins by ${name} distance, strictly below the largest`, async () => {
          const features = await session.transform(await titled(), stages, { keep: ["features"] });
          const left = await session.sql`SELECT id AS l, features FROM ${features}`;
          const right = await session.sql`SELECT id AS r, features FROM ${features}`;
          const method = name === "exact" ? { name } : { name, numHashTables: 5, seed: 12345n };
          const pairs = await session.similarityJoin(left, right, {
            featuresCol: "features",
            leftId: "l",
            rightId: "r",
            maxDistance: 0.5,
            method,
          });
          assert.equal(
            await shown(await session.sql`SELECT * FROM ${pairs} ORDER BY l, r`),
            lines(
              "l:long, r:long, jaccardDist:double",
              "1, 1, 0",
              "1, 2, 0",
              "2, 1, 0",
              "2, 2, 0",
              "3, 3, 0",
              "5, 5, 0",
            ),
          );
          const nearest = await session.similarityJoin(left, right, {
            featuresCol: "features",
            leftId: "l",
            rightId: "r",
            maxDistance: 1,
            method,
            nearestOnly: true,
          });
          assert.equal(await nearest.count(), 6);
        });
      }

      for (const measure of ["jaccard", "cosine", "containment"] as const) {
        for (const comparison of [">", ">=", "="] as const) {
          it(`joins by ${measure} ${comparison}`, async () => {
            const side = (id: string, rows: readonly number[][]) =>
              session.fromRows(
                [
                  { name: id, type: "integer" },
                  { name: "features", type: "array<integer>" },
                ],
                rows.map((features, row) => ({ [id]: row, features })),
              );
            const [left, right] = [randomSets(7, 25), randomSets(8, 25)];
            const lines: string[] = [];
            const expected: string[] = [];
            for (const maxDistance of [0.25, 0.5, 0.75]) {
              const pairs = await session.similarityJoin(await side("l", left), await side("r", right), {
                featuresCol: "features",
                leftId: "l",
                rightId: "r",
                maxDistance,
                method: { name: "exact", measure, comparison },
              });
              assert.equal(pairs.columns[2]?.name, `${measure}Dist`);
              const rows = await (await session.sql`SELECT * FROM ${pairs} ORDER BY l, r`).rows();
              for (const row of rows) lines.push(`${row.l} ${row.r} ${row[`${measure}Dist`]}`);
              for (const [l, r, d] of quadraticJoin(left, right, maxDistance, measure, comparison))
                expected.push(`${l} ${r} ${d}`);
            }
            assert.deepEqual(lines, expected);
          });
        }
      }

      it("says what it can't work with", async () => {
        const table = await titled();
        await assert.rejects(
          session.transform(table, [{ stage: "Tokenizer", inputCol: "tilte", outputCol: "words" }]),
          { name: "TableError", message: /no column "tilte"/ },
        );
        await assert.rejects(
          session.similarityJoin(table, table, {
            featuresCol: "title",
            leftId: "id",
            rightId: "id",
            maxDistance: 2,
            method: { name: "exact" },
          }),
          { name: "TableError" },
        );
      });
    });
  });
}

/** Sets that share much, always the same for a seed. */
function randomSets(seed: number, count: number): number[][] {
  let state = seed;
  const random = (limit: number) => {
    state = Math.imul(state, 48271) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
  return Array.from({ length: count }, () => [
    ...new Set(Array.from({ length: 1 + random(9) }, () => random(12))),
  ]);
}

/** The column `id`, from 0. */
function numbered(session: Session, count: number): Promise<Table> {
  return session.fromRows(
    [{ name: "id", type: "integer" }],
    Array.from({ length: count }, (_, id) => ({ id })),
  );
}

function numbers(session: Session, values: readonly number[]): Promise<Table> {
  return session.fromRows(
    [{ name: "n", type: "integer" }],
    values.map((n) => ({ n })),
  );
}

/** A table as text: a line of columns, then a line for each row. */
export async function shown(table: Table, limit?: number): Promise<string> {
  const names = table.columns.map((column) => column.name);
  const rows = await table.rows(limit);
  return lines(
    table.columns.map(({ name, type }) => `${name}:${type}`).join(", "),
    ...rows.map((row) => names.map((name) => shownValue(row[name])).join(", ")),
  );
}

function shownValue(value: Value | undefined): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "bigint" ? `${value}n` : String(JSON.stringify(value));
}

function lines(...all: string[]): string {
  return all.join("\n");
}

/** Asserts that a call fails with a TableError of exactly this message. */
export async function rejectsWith(promise: Promise<unknown>, message: string): Promise<void> {
  await assert.rejects(promise, { name: "TableError", message });
}
