import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readCsvHeader } from "../../runtime/tables/duckdb/csv-header.ts";
import { proveCsv } from "../../runtime/tables/duckdb/csv-proof.ts";
import { sourceSha256 } from "../../runtime/tables/duckdb/csv-proof-wasm.ts";
import { CsvView } from "../../runtime/tables/duckdb/csv-view.ts";
import { Engine } from "../../runtime/tables/duckdb/engine.ts";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import type { CsvOptions } from "../../runtime/tables/session.ts";
import { Source } from "../../runtime/tables/source.ts";

/** The same files each time, so that a build doesn't fail by chance; MILLRACE_SEED looks at others. */
const seed = Number(process.env.MILLRACE_SEED ?? 1);

const columns = { i: "integer", t: "string", l: "long", d: "double" } as const;
const names = Object.keys(columns);

/** What a run of a query gives: its rows as text, or that it failed. */
type Outcome = string | "failed";

describe("What is shown of a CSV file's bytes", () => {
  let folder: string;
  let engine: Engine;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-proof-"));
    file = join(folder, "file.csv");
    engine = new Engine({ folder, threads: 2 });
  });

  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** @returns the columns that the engine's own reading is right for. */
  const proven = async (text: string | Buffer, options: Partial<CsvOptions> = {}) => {
    await writeFile(file, text);
    const format = await readCsvHeader(file, "file.csv", { columns, ...options });
    const proof = await proveCsv(file, format, undefined);
    return proof && [...proof.typed].map((index) => format.fields[index]?.name).join("");
  };

  const outcome = (sql: string): Promise<Outcome> =>
    engine
      .use((connection) => connection.runAndReadAll(sql))
      .then((read) => JSON.stringify(read.getRowsJson()))
      .catch(() => "failed");

  const whole = fc.oneof(
    fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n }).map(String),
    fc.constantFrom("", "0", "-0", "007", "-2147483648"),
  );
  const fraction = fc.oneof(
    fc.double({ noNaN: false }).map(String),
    fc.constantFrom("", ".5", "5.", "-.5", "1e-5", "+7", "inf", "NaN"),
  );
  const plainText = fc.string({ unit: fc.constantFrom(..."ab c.-_é:\t", "12"), maxLength: 90 });
  const quotedText = fc
    .string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", "5", " "), maxLength: 90 })
    .map((text) => `"${text.replaceAll('"', '""')}"`);

  const row = fc.tuple(whole, fc.oneof(plainText, quotedText), whole, fraction);
  const lineEnds = fc.constantFrom("\n", "\r\n");

  it("is all of it where numbers are plain, whatever texts are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 40 }),
        lineEnds,
        fc.boolean(),
        async (rows, lineEnd, ends) => {
          const text = [names, ...rows].map((fields) => fields.join(",")).join(lineEnd);
          assert.equal(await proven(ends ? text + lineEnd : text), "ild");
        },
      ),
      { numRuns: 60, seed },
    );
  });

  it("is nothing of a column that has another byte anywhere, and of other columns all the same", async () => {
    const line = "1234567,ab c,123456789012,-12.625e1\n";
    const body = line.repeat(Math.ceil((5 << 20) / line.length));
    const bad = fc.constantFrom(
      ...[
        ["i", 3, "."],
        ["i", 0, " "],
        ["i", 6, "e"],
        ["i", 1, "_"],
        ["l", 1, "x"],
        ["l", 5, "."],
        ["d", 3, "_"],
        ["d", 0, " "],
        ["d", 7, "\t"],
      ].map((each) => each as [string, number, string]),
    );
    const starts = { i: 0, l: 13, d: 26 };
    await fc.assert(
      fc.asyncProperty(
        bad,
        fc.oneof(
          fc.nat(Math.floor(body.length / line.length) - 1),
          // Where chunks of 2 MiB meet.
          fc
            .constantFrom(1, 2)
            .chain((chunk) =>
              fc.integer({ min: -3, max: 1 }).map((off) => Math.floor((chunk << 21) / line.length) + off),
            ),
        ),
        async ([column, at, byte], row) => {
          const place = row * line.length + (starts[column as keyof typeof starts] ?? 0) + at;
          const text = Buffer.from(`${names.join(",")}\n${body}`);
          text.write(byte, names.join(",").length + 1 + place);
          assert.equal(await proven(text), "ild".replace(column, ""));
        },
      ),
      { numRuns: 15, seed },
    );
  });

  it("is nothing where a field's column isn't known for sure", async () => {
    const seen: string[] = [];
    for (const body of [
      "1,a,2,3,\n",
      "1,a,2\n",
      "1,a,2,3\n\n1,a,2,3\n",
      "\n1,a,2,3\n",
      "1,a,2,3\r\n",
      "1,a\r,2,3\n",
      '1,a"b,2,3\n',
      '1, "b",2,3\n',
      '1,"b" ,2,3\n',
      '1,"b,2,3\n',
      "1,a,2,3\n1,a",
    ])
      seen.push(`${JSON.stringify(body)}: ${await proven(`${names.join(",")}\n${body}`)}`);
    assert.deepEqual(
      seen,
      seen.map((line) => line.replace(/: .*$/, ": undefined")),
    );
    assert.equal(await proven(`${names.join(",")}\r\n1,a,2,3\n`), undefined);
    assert.equal(await proven(`${names.join(",")}\r\n1,a,2,3\r`), undefined);
    assert.equal(await proven(`${names.join(",")}\r\n1,a\r,2,3\r\n`), undefined);
  });

  it("lets the engine read by types what it reads by our rules, and nothing else", async () => {
    const field = fc.oneof(
      { weight: 12, arbitrary: whole },
      { weight: 3, arbitrary: fraction },
      {
        weight: 2,
        arbitrary: fc.string({ unit: fc.constantFrom(..."0123456789+-.eE_ xXbBoOaf\t\v\f"), maxLength: 6 }),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom("1e3", "0x10", "0b1", "1_000", " 1", "1 ", '"1"', '""', '" 1"'),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('"1\n"', '"1.5"', "99999999999", "9223372036854775808", "12.7"),
      },
      { weight: 1, arbitrary: quotedText },
    );
    const lines = fc.oneof(
      { weight: 20, arbitrary: fc.array(field, { minLength: 4, maxLength: 4 }).map((all) => all.join(",")) },
      { weight: 1, arbitrary: fc.array(field, { minLength: 3, maxLength: 6 }).map((all) => all.join(",")) },
      { weight: 1, arbitrary: fc.constant("") },
    );
    let typed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { maxLength: 12 }), lineEnds, async (body, lineEnd) => {
        await writeFile(file, [names.join(","), ...body, ""].join("\n").replaceAll("\n", lineEnd));
        const source = new Source({ path: file, shown: "file.csv" }, undefined, undefined);
        const view = new CsvView(source, { columns }, { tempFolder: folder, signal: () => undefined });
        const { sql: own } = await view.query();
        if (!(await view.readByRules())) return; // all by rules already
        const { sql: rules } = await view.query();
        assert.notEqual(own, rules);
        for (const selected of ["*", "i", "l", "t, d"]) {
          const byTypes = await outcome(`SELECT ${selected} FROM (${own})`);
          // What it can't read it reads again, by the rules.
          if (byTypes === "failed") continue;
          typed++;
          assert.equal(byTypes, await outcome(`SELECT ${selected} FROM (${rules})`));
        }
      }),
      { numRuns: 120, seed },
    );
    assert.ok(typed > 80, `${typed} were read by types`);
  });

  it("is waited for where a large file is read meanwhile, so that its values are those of our rules", async () => {
    const line = "1,ab c,2,3.5\n";
    const lines = Math.ceil((17 << 20) / line.length);
    const good = `${names.join(",")}\n${line.repeat(lines)}`;
    await using session = openDuckDb({ folder, threads: 2 });
    const sums = async (text: string, where = "true") => {
      await writeFile(file, text);
      const table = await session.readCsv(file, { columns });
      const query =
        where === "true"
          ? await session.sql`SELECT count(*) AS n, sum(l) AS l, sum(d) AS d FROM ${table}`
          : await session.sql`SELECT count(*) AS n, sum(l) AS l, sum(d) AS d FROM ${table} WHERE t = 'ab c'`;
      return query.rows().then(
        ([row]) => `${row?.n} ${row?.l} ${row?.d}`,
        (error: Error) => error.message.replace(/^.*file\.csv/, "file.csv"),
      );
    };
    const expected = `${lines} ${2 * lines} ${3.5 * lines}`;
    assert.equal(await sums(good), expected);
    const bad = `file.csv:${lines + 2}: "l" should be a whole number (long) but is`;
    const hint = 'Correct the line, or read the file with onBadRow: "reject".';
    assert.equal(await sums(`${good}1,x,2.0,3\n`), `${bad} "2.0". ${hint}`);
    assert.equal(await sums(`${good}1,x,two,3\n`), `${bad} "two". ${hint}`);
    // What a query leaves out isn't looked at.
    assert.equal(await sums(`${good}1,x,2.0,3\n`, "t"), expected);
    assert.equal(await sums(`${good}1,x,two,3\n`, "t"), expected);
    assert.equal(await sums(`${good}1,"x, y",2,3\n`, "t"), expected);
  });

  it("comes of the source that lies beside it", async () => {
    const source = await readFile(new URL("../../runtime/tables/duckdb/csv-proof.wat", import.meta.url));
    const sha256 = createHash("sha256").update(source).digest("hex");
    assert.equal(sourceSha256, sha256, "run 'npm run kernel'");
  });
});
