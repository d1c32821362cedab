import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { dateText } from "../../runtime/tables/calendar.ts";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import type { Column, CsvType, Row, Session, Table, Value } from "../../runtime/tables/session.ts";
import { needExtensions } from "./extension-files.ts";
import { shownRow } from "./parity/engine-case.ts";

const seed = Number(process.env.MILLRACE_SEED ?? 1);

/** What is written by each format is read back, over generated rows of every type. */
describe("What is written is read back", () => {
  let folder: string;
  let session: Session;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-formats-"));
    session = openDuckDb({ folder, threads: 2 });
  });

  after(async () => {
    await session?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const word = fc.string({ unit: fc.constantFrom(..."aé😀\\\"'\n\r\t ,;|{}[]:0"), maxLength: 10 });
  const decimal = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 999 }));
  const simple: Record<string, fc.Arbitrary<Value>> = {
    boolean: fc.boolean(),
    byte: fc.integer({ min: -128, max: 127 }),
    short: fc.integer({ min: -32_768, max: 32_767 }),
    integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    long: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n))),
    double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
    string: word,
    date: fc.integer({ min: -700_000, max: 2_900_000 }).map(dateText),
    timestamp: fc
      .integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 })
      .map((time) => new Date(time)),
    "decimal(20,3)": decimal.map(([whole, part]) => `${whole}.${String(part).padStart(3, "0")}`),
    "decimal(38,0)": fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map(String),
  };
  const nested: Record<string, fc.Arbitrary<Value>> = {
    "array<long>": fc.array(fc.oneof(fc.constant(null), fc.maxSafeInteger()), { maxLength: 3 }),
    "struct<a b:date,t:timestamp>": fc.record({
      "a b": fc.constant("2026-01-02"),
      t: fc.constant(new Date(1_500)),
    }),
    "map<string,double>": fc.dictionary(fc.constantFrom("x", "y z"), fc.constantFrom(1.5, -2, null), {
      maxKeys: 2,
    }),
  };

  function rowsOf(
    types: Record<string, fc.Arbitrary<Value>>,
  ): fc.Arbitrary<{ columns: Column[]; rows: Row[] }> {
    const columns = Object.keys(types).map((type, i) => ({ name: `c ${i}`, type }));
    const values = Object.fromEntries(
      Object.values(types).map((value, i) => [`c ${i}`, fc.option(value, { freq: 5 })]),
    );
    return fc.array(fc.record(values), { maxLength: 8 }).map((rows) => ({ columns, rows }));
  }

  async function same(table: Table, rows: readonly Row[]): Promise<void> {
    assert.deepEqual((await table.rows()).map(shownRow), rows.map(shownRow));
  }

  const declared = (columns: readonly Column[]) =>
    Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  const only = (types: Record<string, fc.Arbitrary<Value>>, names: readonly string[]) =>
    Object.fromEntries(Object.entries(types).filter(([name]) => names.includes(name)));

  it("by CSV, packed too", async () => {
    const csvTypes = Object.keys(simple).filter((type) => type !== "byte" && type !== "short");
    // A line break in a text has to be of the kind that ends the file's lines.
    const types = { ...only(simple, csvTypes), string: word.map((text) => text.replaceAll("\r", "")) };
    await fc.assert(
      fc.asyncProperty(
        rowsOf(types),
        fc.constantFrom(",", ";", "\t", "|"),
        fc.boolean(),
        async ({ columns, rows }, delimiter, isPacked) => {
          const table = await session.fromRows(columns, rows);
          await table.writeCsv("x.csv", { delimiter, compression: isPacked ? "gzip" : "none" });
          const back = await session.readCsv("x.csv", {
            columns: declared(columns) as Record<string, CsvType>,
            delimiter,
          }); // those of CSV
          await same(back, rows);
        },
      ),
      { numRuns: 40, seed },
    );
  });

  it("by JSON", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf({ ...simple, ...nested }), async ({ columns, rows }) => {
        await (await session.fromRows(columns, rows)).writeJson("x.jsonl");
        await same(await session.readJson("x.jsonl", { columns: declared(columns) }), rows);
      }),
      { numRuns: 40, seed },
    );
  });

  it("by Excel", async function () {
    await needExtensions(this, ["excel"]);
    const types = {
      ...only(simple, ["boolean", "integer", "double"]),
      string: fc
        .string({ unit: fc.constantFrom(..."aé😀\\\"' ,;0"), minLength: 1, maxLength: 10 })
        .filter((text) => text.trim() === text),
      date: fc.integer({ min: 0, max: 40_000 }).map(dateText),
    };
    await fc.assert(
      fc.asyncProperty(rowsOf(types), async ({ columns, rows }) => {
        fc.pre(rows.length > 0);
        await (await session.fromRows(columns, rows)).writeExcel("x.xlsx", { sheet: "a" });
        await same(await session.readExcel("x.xlsx", { sheet: "a", columns: declared(columns) }), rows);
      }),
      { numRuns: 15, seed },
    );
  });

  it("by Parquet, compressed in each way, in files of some rows, and added to", async () => {
    const options = fc.record({
      compression: fc.constantFrom("snappy", "gzip", "zstd", "none", undefined),
      rowsPerFile: fc.constantFrom(undefined, 2_048),
    });
    await fc.assert(
      fc.asyncProperty(
        rowsOf({ ...simple, ...nested, binary: fc.constant(new Uint8Array([0, 255])) }),
        options,
        async ({ columns, rows }, { compression, rowsPerFile }) => {
          const table = await session.fromRows(columns, rows);
          const given = { ...(compression && { compression }), ...(rowsPerFile && { rowsPerFile }) };
          await table.writeParquet("p", given);
          await same(await session.readParquet("p"), rows);
          await table.writeParquet("p", { ...given, mode: "append" });
          await same(await session.readParquet("p"), [...rows, ...rows]);
        },
      ),
      { numRuns: 20, seed },
    );
  });

  it("by Parquet in partitions, of which those that are written take the place of those that were", async () => {
    const rows = fc.array(
      fc.tuple(fc.constantFrom(1, 2, 3, null), fc.constantFrom("a/b", "c=d %", "é", null)),
      { maxLength: 12 },
    );
    const columns = [
      { name: "n", type: "integer" },
      { name: "k", type: "integer" },
      { name: "s", type: "string" },
    ];
    const made = (keys: readonly (readonly [number | null, string | null])[], from: number) =>
      keys.map(([k, s], i) => ({ n: from + i, k, s }));
    const told = (all: readonly Row[]) => all.map(({ n, k, s }) => `${n} ${k} ${s}`).sort();
    await fc.assert(
      fc.asyncProperty(
        rows.filter((each) => each.some(([k]) => k !== null) && each.some(([, s]) => s !== null)),
        rows,
        async (first, second) => {
          const options = { partitionBy: ["k", "s"] };
          const [before, after] = [made(first, 0), made(second, 100)];
          await (await session.fromRows(columns, before)).writeParquet("k", options);
          assert.deepEqual(told(await (await session.readParquet("k")).rows()), told(before));
          await (await session.fromRows(columns, after)).writeParquet("k", {
            ...options,
            mode: "partitions",
          });
          const replaced = new Set(after.map(({ k, s }) => `${k} ${s}`));
          const left = before.filter(({ k, s }) => !replaced.has(`${k} ${s}`));
          assert.deepEqual(told(await (await session.readParquet("k")).rows()), told([...left, ...after]));
        },
      ),
      { numRuns: 8, seed },
    );
  });

  it("or was before, where writing fails", async () => {
    const good = await session.sql`SELECT 1 AS a`;
    const bad = await session.sql`SELECT CAST(s AS INTEGER) AS a FROM (VALUES ('1'), ('x')) AS v(s)`;
    const writes: Record<string, (table: Table) => Promise<void>> = {
      csv: (table) => table.writeCsv("kept.csv"),
      json: (table) => table.writeJson("kept.jsonl"),
      parquet: (table) => table.writeParquet("kept", { rowsPerFile: 2_048 }),
      appended: (table) => table.writeParquet("kept-more", { mode: "append" }),
    };
    for (const write of Object.values(writes)) {
      await write(good);
      await assert.rejects(write(bad), { name: "TableError", message: /^Writing kept/ });
    }
    await assert.rejects((await session.sql`SELECT 'x' AS a`).writeParquet("kept-more", { mode: "append" }), {
      message:
        /^kept-more: the rows don't go with those that are there: kept-more\/part-00001\.parquet: the column "a" is string/,
    });
    await same(await session.readCsv("kept.csv", { columns: { a: "integer" } }), [{ a: 1 }]);
    await same(await session.readJson("kept.jsonl"), [{ a: 1 }]);
    for (const path of ["kept", "kept-more"]) await same(await session.readParquet(path), [{ a: 1 }]);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith(".")),
      [],
    );
  });

  it("is refused where a format has no such values, or the options can't be", async () => {
    const table = await session.sql`SELECT 1 AS a, [1] AS l, CAST('NaN' AS DOUBLE) AS x`;
    const calls = [
      () => table.writeCsv("no.csv"),
      () => table.writeExcel("no.xlsx"),
      () => table.writeJson("no.jsonl"),
      () => table.writeParquet("no", { mode: "partitions" }),
      () => table.writeParquet("no", { partitionBy: ["b"] }),
      () => table.writeParquet("no", { rowsPerFile: 0 }),
      () => table.writeCsv("https://localhost/no.csv"),
      () => table.writeParquet("s4://bucket/no"),
    ];
    const told: string[] = [];
    for (const call of calls) await call().catch((error: Error) => told.push(error.message));
    assert.equal(
      told.join("\n"),
      `no.csv: the column "l" is array<integer>, of which CSV has no values. Leave it out, or write JSON or Parquet.
no.xlsx: the column "l" is array<integer>, of which Excel has no values. Leave it out, or write JSON or Parquet.
Writing no.jsonl: no.jsonl: the column "x" has a number that JSON has none for: nan.
no: mode "partitions" replaces the partitions that the rows are in: say by partitionBy which those are.
no: partitionBy: there is no column "b". There are: a, l, x.
no: rowsPerFile is 0. Give a whole number from 1.
https://localhost/no.csv: nothing is written to a web server. Write to a path, or to s3://.
s4://bucket/no: nothing here reads or writes s4://. Did you mean s3://? There are paths of this machine, https:// and s3://; what else a Spark server knows is read and written on Spark.`,
    );
  });
});
