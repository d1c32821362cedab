import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { dateText } from "../../../runtime/tables/calendar.ts";
import { parseColumnType } from "../../../runtime/tables/column-types.ts";
import { openDuckDb } from "../../../runtime/tables/duckdb/open-duckdb.ts";
import { copyField } from "../../../runtime/tables/postgres/copy-text.ts";
import type { Column, Row, Session, Table, Value } from "../../../runtime/tables/session.ts";
import { parseSessionUrl, type SparkUrl } from "../../../runtime/tables/session-url.ts";
import { openSpark } from "../../../runtime/tables/spark/open-spark.ts";
import { sharedSpark } from "../../spark/server.ts";
import { shownRow } from "./engine-case.ts";

/** A column, with a value for each of its table's rows. */
interface Filled {
  readonly type: string;
  readonly values: readonly Value[];
}

const rowCount = 12;

const word = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", "\\", '"', "\n", " "), maxLength: 14 });
const day = fc.integer({ min: -3_000_000, max: 3_000_000 }).map(dateText);
const simple: Record<string, fc.Arbitrary<Value>> = {
  boolean: fc.boolean(),
  byte: fc.integer({ min: -128, max: 127 }),
  short: fc.integer({ min: -32_768, max: 32_767 }),
  integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  long: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n))),
  double: fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY)),
  string: word,
  date: day,
  timestamp: fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 }).map((time) => new Date(time)),
  binary: fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes)),
  "decimal(20,3)": fc
    .integer()
    .map((scaled) => `${(scaled / 1_000).toFixed(3)}`.replace(/^-0\.000$/, "0.000")),
};

/** A type's name with what makes values of it, nulls at every depth. */
const typed: fc.Arbitrary<{ type: string; value: fc.Arbitrary<Value> }> = fc.letrec<{
  any: { type: string; value: fc.Arbitrary<Value> };
}>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    fc.constantFrom(...Object.entries(simple)).map(([type, value]) => ({ type, value: orNull(value) })),
    tie("any").map(({ type, value }) => ({
      type: `array<${type}>`,
      value: orNull(fc.array(value, { maxLength: 3 })),
    })),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => ({
      type: `struct<a:${a.type},b b:${b.type}>`,
      value: orNull(fc.record({ a: a.value, "b b": b.value })),
    })),
    tie("any").map(({ type, value }) => ({
      type: `map<string,${type}>`,
      value: orNull(fc.dictionary(fc.constantFrom("x", "y", "z z"), value, { maxKeys: 3 })),
    })),
  ),
})).any;

const filled: fc.Arbitrary<Filled> = typed.chain(({ type, value }) =>
  fc.array(value, { minLength: rowCount, maxLength: rowCount }).map((values) => ({ type, values })),
);

function orNull(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.option(value, { nil: null, freq: 3 });
}

for (const engine of ["duckdb", "spark"] as const) {
  describe(`Values with nulls at every depth, on ${engine}`, function () {
    this.timeout(300_000);
    const numRuns = engine === "duckdb" ? 40 : 6;
    let folder: string;
    let session: Session;
    let files = 0;

    before(async function () {
      folder = await mkdtemp(join(tmpdir(), "millrace-readers-"));
      if (engine === "duckdb") session = openDuckDb({ folder, threads: 2 });
      else session = openSpark({ url: parseSessionUrl((await sharedSpark(this)).url) as SparkUrl, folder }); // sc://
    });

    after(async () => {
      await session?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    it("are what went in, whatever reads them", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(filled, { minLength: 1, maxLength: 3 }), async (given) => {
          const columns: Column[] = given.map(({ type }, i) => ({ name: `c${i}`, type }));
          const rows = rowsOf(columns, given);
          const made = await session.fromRows(columns, rows);
          const expected = rows.map(shownRow);
          assert.deepEqual((await made.rows()).map(shownRow), expected);
          const query = await session.sql`SELECT * FROM ${made}`;
          const handle = await query.handle(() => join(folder, `${files++}.parquet`));
          const stored = session.table({ ...handle, ordered: true } as typeof handle); // as fromRows' is
          await stored.writeParquet(`written-${files}`);
          const written = await session.readParquet(`written-${files}`);
          assert.deepEqual(sorted((await written.rows()).map(shownRow)), sorted(expected));
          assert.deepEqual(await batchesOf(stored), expected);
          assert.deepEqual(await copyLines(stored), copyLinesOf(columns, rows));
          const again = await (await session.sql`SELECT * FROM ${written}`).handle(() =>
            join(folder, `${files++}.parquet`),
          );
          if (engine === "spark") assert.equal(await session.digest(again), await session.digest(handle));
        }),
        { numRuns },
      );
    });

    it("stay null where rows have no partner", async () => {
      await fc.assert(
        fc.asyncProperty(filled, async ({ type, values }) => {
          const some = values.map((c0, k) => ({ k: 2 * k, c0 }));
          const table = await session.fromRows(
            [
              { name: "k", type: "integer" },
              { name: "c0", type },
            ],
            some,
          );
          const joined = await session.sql`
            SELECT c0 FROM range(${2 * rowCount}) AS r(i) LEFT JOIN ${table} t ON t.k = r.i ORDER BY i`;
          const expected = values.flatMap((c0) => [shownRow({ c0 }), shownRow({ c0: null })]);
          assert.deepEqual((await joined.rows()).map(shownRow), expected);
        }),
        { numRuns },
      );
    });

    it("are refused by stages and joins with the row's place, or taken as Spark takes them", async () => {
      const lists = fc.array(orNull(fc.array(orNull(word), { maxLength: 3 })), {
        minLength: 1,
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(lists, async (words) => {
          const table = await session.fromRows(
            [
              { name: "k", type: "integer" },
              { name: "words", type: "array<string>" },
            ],
            words.map((list, k) => ({ k: 2 * k, words: list })),
          );
          const joined = await session.sql`
            SELECT t.words FROM range(${2 * words.length}) AS r(i) LEFT JOIN ${table} t ON t.k = r.i ORDER BY i`;
          const all = words.flatMap((list) => [list, null]) as ((string | null)[] | null)[];
          const grams = session
            .transform(joined, [{ stage: "NGram", inputCol: "words", outputCol: "grams", n: 2 }])
            .then((made) => made.rows());
          await assert.rejects(grams, engine === "duckdb" ? /"words" of row \d+ is/ : /NullPointerException/);
          const texts = await session.transform(joined, [
            { stage: "ConcatWs", inputCol: "words", outputCol: "text", separator: "-" },
          ]);
          assert.deepEqual(
            (await texts.rows()).map(({ text }) => text),
            all.map((list) => (list ?? []).filter((token) => token !== null).join("-")),
          );
        }),
        { numRuns: Math.ceil(numRuns / 2) },
      );
    });

    for (const [what, features, said] of [
      ["a null", [1, null], "a list with a null in it"],
      ["a negative index", [4, -3], "a list with -3 in it"],
      ["an index that minhash doesn't take", [2_038_074_743], "a list with 2038074743 in it"],
    ] as const) {
      it(`are refused as features: ${what}`, async () => {
        const table = await session.fromRows(
          [
            { name: "id", type: "integer" },
            { name: "f", type: "array<integer>" },
          ],
          [
            { id: 7, f: [1, 2] },
            { id: 8, f: features },
            { id: 9, f: null },
          ],
        );
        const other = await session.sql`SELECT id AS other, f FROM ${table} WHERE id = ${7}`;
        const method = { name: "minhash", numHashTables: 2, seed: 1 } as const;
        const options = { featuresCol: "f", leftId: "id", rightId: "other", maxDistance: 0.5, method };
        await assert.rejects(
          session.similarityJoin(table, other, options).then((pairs) => pairs.rows()),
          (error: Error) => error.message.includes(`"f" of the row whose "id" is 8 is ${said}.`),
        );
      });
    }
  });
}

function rowsOf(columns: readonly Column[], given: readonly Filled[]): Row[] {
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map(({ name }, i) => [name, given[i]?.values[row] ?? null])),
  );
}

async function batchesOf(table: Table): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of table.batches()) found.push(...batch.map(shownRow));
  return found;
}

/** What PostgreSQL is sent. */
async function copyLines(table: Table): Promise<string[]> {
  const rows: Row[] = [];
  for await (const batch of table.batches({ timestamps: "microseconds" })) rows.push(...batch);
  return lines(table.columns, rows);
}

function copyLinesOf(columns: readonly Column[], rows: readonly Row[]): string[] {
  return lines(
    columns,
    rows.map((row) => inMicroseconds(row) as Row), // of a row, a row
  );
}

function lines(columns: readonly Column[], rows: readonly Row[]): string[] {
  const fields = columns.map(({ name, type }) => ({ name, field: copyField(parseColumnType(type)) }));
  return rows.map((row) =>
    fields
      .map(({ name, field }) => {
        try {
          return field(row[name] ?? null);
        } catch (error) {
          return String(error); // what PostgreSQL has no value for
        }
      })
      .join("\t"),
  );
}

function inMicroseconds(value: Value): Value {
  if (value instanceof Date) return BigInt(value.getTime()) * 1_000n;
  if (Array.isArray(value)) return value.map(inMicroseconds);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inMicroseconds(part)]));
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}
