import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import type { Session } from "../../runtime/tables/session.ts";
import { describeSession, rejectsWith, shown } from "./session-contract.ts";

const run = promisify(execFile);

describeSession("DuckDB", async (folder) => openDuckDb({ folder, threads: 2 }));

describe("DuckDB", () => {
  let folder: string;
  let session: Session;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-tables-"));
    session = openDuckDb({ folder, threads: 2, tempFolder: folder });
  });

  after(async () => {
    await session[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const rowsFrom = (count: number) => session.sql`SELECT i FROM range(${count}) AS r(i)`;

  it("gives types that Spark doesn't have as the nearest that it has", async () => {
    const table = await session.sql`
      SELECT 1::UTINYINT AS a, 2::UINTEGER AS b, 3::HUGEINT AS c, 4::FLOAT AS d, [5::HUGEINT] AS e,
        {'x': 6::UBIGINT, 'y y': NULL} AS f, 'g'::ENUM('g') AS g, [7, 8]::INTEGER[2] AS h,
        TIMESTAMPTZ '2026-01-01 12:00:00+02:00' AS i, TIME '10:20:30' AS j, NULL AS k, 1.50 AS l`;
    assert.equal(
      await shown(table),
      [
        "a:short, b:long, c:long, d:float, e:array<long>, f:struct<x:long,y y:integer>, g:string, " +
          "h:array<integer>, i:timestamp, j:string, k:integer, l:decimal(3,2)",
        '1, 2, 3, 4, [5], {"x":6,"y y":null}, "g", [7,8], 2026-01-01T10:00:00.000Z, "10:20:30", null, "1.50"',
      ].join("\n"),
    );
    const back = session.table(await table.handle(() => join(folder, "types.parquet")));
    assert.equal(await shown(back), await shown(table));
  });

  it("says so when a sum is too big for a long", async () => {
    const table = await session.sql`SELECT sum(i) AS s FROM (VALUES (9223372036854775807), (1)) AS v(i)`;
    await rejectsWith(
      table.rows(),
      "Reading rows: Type INT128 with value 9223372036854775808 can't be cast because the value is out of range for the destination type INT64 when casting from source column s.",
    );
  });

  it("binds text with a NUL, and lone surrogates as the replacement character", async () => {
    const table = await session.sql`SELECT ${"a\0b"} AS a, ${"\ud800"} AS b`;
    assert.deepEqual(await table.rows(), [{ a: "a\0b", b: "\ufffd" }]);
  });

  it("reads files whose names have quotes and wildcards, and only those", async () => {
    const name = "it's [a] *.csv";
    await writeFile(join(folder, name), "a\n1\n");
    await writeFile(join(folder, "it's a x.csv"), "a\n2\n");
    const table = await session.readCsv(name, { columns: { a: "integer" } });
    await table.writeParquet("it's [b] ?");
    assert.deepEqual(await (await session.readParquet("it's [b] ?")).rows(), [{ a: 1 }]);
  });

  it("takes a column for what its header says, whatever characters that has", async () => {
    const names = ['say "hi"', "it's", "select", "ä b"];
    await writeFile(
      join(folder, "names.csv"),
      `${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",")}\n1,2,3,4\n`,
    );
    const columns = Object.fromEntries(names.map((name) => [name, "integer" as const]));
    const table = await session.readCsv("names.csv", { columns });
    await table.writeParquet("names");
    assert.deepEqual(await (await session.readParquet("names")).rows(), [
      { 'say "hi"': 1, "it's": 2, select: 3, "ä b": 4 },
    ]);
  });

  it("computes what a transformed query reads once, so that its rows stay in order", async () => {
    const titles =
      await session.sql`SELECT i, md5(i::VARCHAR) AS title FROM range(5000) r(i) ORDER BY random()`;
    const table = await session.transform(titles, [
      { stage: "Tokenizer", inputCol: "title", outputCol: "words" },
    ]);
    const wrong = await session.sql`SELECT count(*) AS n FROM ${table} WHERE words <> [title]`;
    assert.deepEqual(await wrong.rows(), [{ n: 0 }]);
    assert.equal(await table.count(), 5000);
  });

  it("answers calls made at the same time", async () => {
    const tables = await Promise.all(Array.from({ length: 8 }, (_, i) => rowsFrom(10_000 + i)));
    const counts = await Promise.all(tables.map(async (table) => (await table.rows()).length));
    assert.deepEqual(
      counts,
      tables.map((_, i) => 10_000 + i),
    );
  });

  it("names the right line deep in a file that is read by several threads", async function () {
    this.timeout(30_000);
    const good = "1,2,some text here\n".repeat(1_000);
    const quoted = '1,"2","line\nbreak"\n'.repeat(1_000);
    const text = `a,b,c\n${(good + quoted).repeat(800)}7,8,nine\n3,x,bad\n${good.repeat(300)}`;
    const line = text.slice(0, text.indexOf("3,x,bad")).split("\n").length;
    await writeFile(join(folder, "deep.csv"), text);
    const columns = { a: "integer", b: "integer", c: "string" } as const;
    const strict = await session.readCsv("deep.csv", { columns });
    const sums = await session.sql`SELECT sum(b) AS b FROM ${strict}`;
    const reason = '"b" should be a whole number (integer) but is "x"';
    await rejectsWith(
      sums.rows(),
      `deep.csv:${line}: ${reason}. Correct the line, or read the file with onBadRow: "reject".`,
    );
    const rejecting = await session.readCsv("deep.csv", { columns, onBadRow: "reject" });
    assert.equal(await rejecting.count(), 1_900_001);
    assert.deepEqual(await session.rejects(rejecting), [{ file: "deep.csv", line, reason, text: "3,x,bad" }]);
  });

  it("reads a good file whose quoted line breaks look like rows wherever a thread begins", async function () {
    this.timeout(30_000);
    const row = '1,"a,b,c\n2,d,e\n3,f,g\n",z\n4,"\n"",""\n",z\n';
    await writeFile(join(folder, "misleading.csv"), `h1,h2,h3\n${row.repeat(700_000)}`);
    const table = await session.readCsv("misleading.csv", { columns: { h1: "integer", h3: "string" } });
    await writeFile(join(folder, "one.csv"), "x\n1\n");
    const one = await session.readCsv("one.csv", { columns: { x: "integer" } });
    const counts =
      await session.sql`SELECT h1, h3, count(*) AS n FROM ${one}, ${table} GROUP BY ALL ORDER BY h1`;
    assert.deepEqual(await counts.rows(), [
      { h1: 1, h3: "z", n: 700_000 },
      { h1: 4, h3: "z", n: 700_000 },
    ]);
  });

  it("leaves no copy of a file behind", async () => {
    const temp = join(folder, "temp");
    await mkdir(temp);
    await writeFile(join(folder, "copied.csv"), "a\n1\nx\n2\n");
    {
      await using other = openDuckDb({ folder, tempFolder: temp });
      const table = await other.readCsv("copied.csv", { columns: { a: "integer" }, onBadRow: "reject" });
      assert.equal(await table.count(), 2);
      assert.equal((await readdir(temp)).length, 1);
    }
    assert.deepEqual(await readdir(temp), []);
  });

  describe("cancellation", () => {
    const endless = (from: Session) =>
      from.sql`SELECT count(*) AS n FROM range(100000000) a(i), range(100000000) b(j) WHERE (i * j) % 7 = 3`;

    it("interrupts what runs", async () => {
      const cancel = new AbortController();
      await using other = openDuckDb({ folder, signal: () => cancel.signal });
      const query = await endless(other);
      const reason = new Error("cancelled by the user");
      setTimeout(() => cancel.abort(reason), 50);
      await assert.rejects(query.rows(), reason);
      await assert.rejects(other.readCsv("any.csv", { columns: { a: "string" } }), reason);
      await assert.rejects(query.writeParquet("never"), reason);
      assert.ok(!(await readdir(folder)).some((name) => name.includes("never")));
    });

    it("leaves the old folder when it comes while that is replaced", async () => {
      await (await rowsFrom(3)).writeParquet("result");
      const cancel = new AbortController();
      await using other = openDuckDb({ folder, signal: () => cancel.signal });
      const query = await endless(other);
      setTimeout(() => cancel.abort(), 50);
      await assert.rejects(query.writeParquet("result"), { name: "AbortError" });
      assert.equal(await (await session.readParquet("result")).count(), 3);
      assert.ok(!(await readdir(folder)).some((name) => name.startsWith(".result")));
    });

    it("ends with the session", async () => {
      const other = openDuckDb({ folder });
      const query = await endless(other);
      const ended = assert.rejects(query.rows(), { name: "TableError" });
      await other[Symbol.asyncDispose]();
      await ended;
      await other[Symbol.asyncDispose]();
      await rejectsWith(query.rows(), "The session is closed.");
    });
  });

  it("says what to do when its memory is used up", async () => {
    await using small = openDuckDb({ folder, memoryLimit: "30MB", threads: 1, tempFolder: folder });
    const query = await small.sql`SELECT list(i ORDER BY md5(i::VARCHAR)) AS all FROM range(1500000) r(i)`;
    await assert.rejects(query.rows(), {
      name: "TableError",
      message:
        /^Reading rows: the engine's memory is used up \(.*\)\. Read fewer columns or rows at once, or raise the memory limit\.$/,
    });
  });

  it("says that it may not write to a folder", async () => {
    if (process.getuid === undefined || process.seteuid === undefined) return;
    const locked = await mkdtemp(join(tmpdir(), "millrace-locked-"));
    await mkdir(join(locked, "in"));
    await chmod(join(locked, "in"), 0o555);
    await chmod(locked, 0o755);
    const table = await rowsFrom(3);
    const isRoot = process.getuid() === 0;
    if (isRoot) process.seteuid(65_534); // root may write anywhere
    try {
      await rejectsWith(
        table.writeParquet(join(locked, "in/result")),
        `${locked}/in/result: can't be written, since ${locked}/in is not writable. Check its permissions, or write to another path.`,
      );
    } finally {
      if (isRoot) process.seteuid(0);
      await rm(locked, { recursive: true });
    }
  });

  it("says that the disk is full, and leaves what was there", async function () {
    const disk = join(folder, "disk");
    await mkdir(disk);
    const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]).then(
      () => true,
      () => false,
    );
    if (!mounted) return this.skip(); // only root may make a small disk
    try {
      await (await rowsFrom(10)).writeParquet("disk/result");
      const big = await session.sql`SELECT md5(i::VARCHAR) AS text FROM range(200000) r(i)`;
      await rejectsWith(
        big.writeParquet("disk/result"),
        "Writing disk/result: the disk is full. Make room, then run it again.",
      );
      await assert.rejects(
        big.handle(() => join(disk, "handle.parquet")),
        {
          name: "TableError",
          message: /the disk is full\. Make room, then run it again\.$/,
        },
      );
      assert.deepEqual(await readdir(disk), ["result"]);
      assert.equal(await (await session.readParquet("disk/result")).count(), 10);
    } finally {
      await run("umount", [disk]);
    }
  });
});
