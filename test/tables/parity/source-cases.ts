import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import type { Session, Table } from "../../../runtime/tables/session.ts";
import { type EngineCase, shownRow } from "./engine-case.ts";
import { said } from "./file-cases.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;
/** @param at the folder of the case's files, from the session's. */
type Read = (session: Session, at: string) => Promise<Table>;

const columns = { a: "integer", b: "string" } as const;
const csvs: Files = {
  "in/1.csv": "a,b\n1,x\n2,y\n",
  "in/2.csv": "b,more,a\nz,0,3\n",
  "in/deep/3.csv.gz": gzipSync("a,b\n4,w\n"),
  "in/_4.csv": "no",
  "in/deep/.5.csv": "no",
  "in/notes.md": "no",
};

/** Several files, packed ones, patterns; JSON; Parquet in folders named by keys. */
export const sourceCases: readonly EngineCase[] = [
  read(
    "CSV of a folder",
    csvs,
    (session, at) => session.readCsv(`${at}/in`, { columns }),
    '1, "x"; 2, "y"; 3, "z"; 4, "w"',
  ),
  read(
    "CSV by a pattern, each row with its file",
    csvs,
    (session, at) => session.readCsv(`${at}/in/**/*.csv*`, { columns, fileName: true }),
    '1, "x", "AT/in/1.csv"; 2, "y", "AT/in/1.csv"; 3, "z", "AT/in/2.csv"; 4, "w", "AT/in/deep/3.csv.gz"',
  ),
  read(
    "CSV by a list",
    csvs,
    (session, at) =>
      session.readCsv([`${at}/in/2.csv`, `${at}/in/[1].csv`], { columns: { a: "integer" }, fileName: "of" }),
    '3, "AT/in/2.csv"; 1, "AT/in/1.csv"; 2, "AT/in/1.csv"',
  ),
  read(
    "Packed CSV, whatever its name",
    { "x.csv": gzipSync("a,b\n1,x\n") },
    (s, at) => s.readCsv(`${at}/x.csv`, { columns }),
    '1, "x"',
  ),
  read(
    "CSV without a header",
    { "x.csv": "1,x\n2,\n" },
    (s, at) => s.readCsv(`${at}/x.csv`, { columns, header: false }),
    '1, "x"; 2, null',
  ),
  read(
    "CSV without a header, with a bad first row",
    { "x.csv": "q,x\n2,y\n" },
    (s, at) => s.readCsv(`${at}/x.csv`, { columns, header: false }),
    'AT/x.csv:1: "a" should be a whole number (integer) but is "q". Correct the line, or read the file with onBadRow: "reject".',
  ),
  read(
    "CSV with texts that are null",
    { "x.csv": "a,b\nNA,NA\n-,x\n1,-\n" },
    (s, at) => s.readCsv(`${at}/x.csv`, { columns, nullValues: ["NA", "-"] }),
    'null, null; null, "x"; 1, null',
  ),
  read(
    "CSV in another encoding",
    { "x.csv": Buffer.from("a,b\n1,é\n", "latin1"), "y.csv": Buffer.from("\ufeffa,b\n2,ü\n", "utf16le") },
    async (s, at) =>
      s.union([
        await s.readCsv(`${at}/x.csv`, { columns, encoding: "latin1" }),
        await s.readCsv(`${at}/y.csv`, { columns, encoding: "utf-16le" }),
      ]),
    '1, "é"; 2, "ü"',
  ),
  read(
    "CSV in an encoding that isn't its",
    { "x.csv": Buffer.from("a,b\n1,é\n", "latin1") },
    (s, at) => s.readCsv(`${at}/x.csv`, { columns, encoding: "shift_jis" }),
    "AT/x.csv: the text is not valid shift_jis. Give its encoding.",
  ),
  read(
    "CSV with commas, and dates of another form",
    { "x.csv": "d;p;day;at\n1,5;-2,50;31.12.2026;01.02.2026 03:04:05\n;;;\n" },
    (s, at) =>
      s.readCsv(`${at}/x.csv`, {
        columns: { d: "double", p: "decimal(5,2)", day: "date", at: "timestamp" },
        delimiter: ";",
        decimalSeparator: ",",
        dateFormat: "dd.MM.yyyy",
        timestampFormat: "dd.MM.yyyy HH:mm:ss",
      }),
    '1.5, "-2.50", "2026-12-31", 2026-02-01T03:04:05.000Z; null, null, null, null',
  ),
  {
    name: "Sources: What isn't of the form that is given is rejected",
    ask: async (session, folder) => {
      const at = await filled(folder, {
        "x.csv": "d,day\n1.5,31.12.2026\n1,31.02.2026\n2,2026-01-01\n3,1.1.2026\n4,01.01.2026\n",
      });
      const table = await session.readCsv(`${at}/x.csv`, {
        columns: { d: "double", day: "date" },
        decimalSeparator: ",",
        dateFormat: "dd.MM.yyyy",
        onBadRow: "reject",
      });
      const rejects = (await session.rejects(table)).map(({ line, reason }) => `${line}: ${reason}`);
      return [...(await table.rows()).map(shownRow), ...rejects].join("; ");
    },
    gives:
      '4, "2026-01-01"; 2: "d" should be a number (double), with a comma but is "1.5"; 3: "day" should be a date (dd.MM.yyyy) but is "31.02.2026"; 4: "day" should be a date (dd.MM.yyyy) but is "2026-01-01"; 5: "day" should be a date (dd.MM.yyyy) but is "1.1.2026"',
  },
  {
    name: "Sources: CSV columns are inferred over all rows of all files",
    ask: async (session, folder) => {
      const at = await filled(folder, {
        "1.csv":
          "i,l,f,b,d,t,zip,s,none,more\n1,1,1,true,2026-01-01,2026-01-01T00:00:00Z,01234,x,,1\n,2147483648,1,FALSE,2026-01-02,,9,1,,x\n",
        "2.csv": "i,l,f,b,d,t,zip,s,none\n7,1,.5,true,2026-01-01,2026-01-01T00:00:00Z,1,2,NA\n",
      });
      const table = await session.readCsv(`${at}/*.csv`, { columns: "infer", nullValues: ["NA"] });
      return [
        table.columns.map(({ name, type }) => `${name}:${type}`).join(", "),
        ...(await table.rows()).map(shownRow),
      ].join("; ");
    },
    gives:
      'i:integer, l:long, f:double, b:boolean, d:date, t:timestamp, zip:string, s:string, none:string, more:string; 1, 1, 1, true, "2026-01-01", 2026-01-01T00:00:00.000Z, "01234", "x", null, "1"; null, 2147483648, 1, false, "2026-01-02", null, "9", "1", null, "x"; 7, 1, 0.5, true, "2026-01-01", 2026-01-01T00:00:00.000Z, "1", "2", null, null',
  },
  ...Object.entries({
    header: [{ header: "no" }, 'header has to be true or false, not "no".'],
    nullValues: [{ nullValues: "NA" }, 'nullValues has to be a list of texts, such as ["NA"].'],
    decimalSeparator: [{ decimalSeparator: ";" }, 'decimalSeparator has to be "." or ",", not ";".'],
    dateFormat: [
      { dateFormat: "dd/mm" },
      'dateFormat "dd/mm" is none. It is made of yyyy, MM, dd, HH, mm, ss and SSS, as in "dd.MM.yyyy".',
    ],
  }).map(([name, [options, gives]]) =>
    read(
      `CSV with a wrong ${name}`,
      { "x.csv": "a\n1\n" },
      (s, at) => s.readCsv(`${at}/x.csv`, { columns: { a: "integer" }, ...(options as object) }), // as JavaScript may
      `AT/x.csv: ${gives}`,
    ),
  ),
  {
    name: "Sources: Bad rows of several files are listed with their files",
    ask: async (session, folder) => {
      const at = await filled(folder, {
        "1.csv": "a,b\n1,x\nz,y\n",
        "2.csv.gz": gzipSync("a,b\n\nq,x\n5,y\n"),
      });
      const table = await session.readCsv(`${at}/*`, { columns, onBadRow: "reject" });
      const rejects = (await session.rejects(table)).map(({ file, line, text }) => `${file}:${line} ${text}`);
      return `${[...(await table.rows()).map(shownRow), ...rejects].join("; ")}`.replaceAll(at, "AT");
    },
    gives: '1, "x"; 5, "y"; AT/1.csv:3 z,y; AT/2.csv.gz:3 q,x',
  },
  read(
    "CSV with a bad row in one of the files",
    { "1.csv": "a,b\n1,x\n", "2.csv": "a,b\n1,x\nz,y\n" },
    (session, at) => session.readCsv(`${at}/*.csv`, { columns }),
    'AT/2.csv:3: "a" should be a whole number (integer) but is "z". Correct the line, or read the file with onBadRow: "reject".',
  ),
  read(
    "A pattern that finds nothing",
    {},
    (s, at) => s.readCsv(`${at}/*.csv`, { columns }),
    "AT/*.csv: no file is found by this pattern.",
  ),
  read(
    "An empty list",
    {},
    (s) => s.readCsv([], { columns }),
    "There are no files to read: the list of paths is empty.",
  ),
  read(
    "Torn gzip",
    { "x.csv.gz": gzipSync("a,b\n".repeat(10_000)).subarray(0, 50) },
    (s, at) => s.readCsv(`${at}/x.csv.gz`, { columns }),
    "AT/x.csv.gz: the gzip data ends too early: the file is not whole. Fetch it again.",
  ),
  read(
    "JSON, an array and lines, nested, with types that hold all",
    {
      "1.jsonl": '{"a":1,"b":{"c":[1,2]}}\n\n{"a":2.5}\n',
      "2.json.gz": gzipSync('[{"a":7,"d":"2026-01-02"},{"a":null,"t":"2026-01-01T00:00:00Z"}]'),
    },
    (session, at) => session.readJson(`${at}/*`),
    '1, {"c":[1,2]}, null, null; 2.5, null, null, null; 7, null, "2026-01-02", null; null, null, null, 2026-01-01T00:00:00.000Z',
  ),
  read(
    "JSON with the columns that are asked for",
    { "1.json": '{"a":"1.5","n":9007199254740993,"x":0}\n{"n":1,"l":[{"k":1}]}\n' },
    (session, at) =>
      session.readJson(`${at}/1.json`, {
        columns: { a: "decimal(5,2)", n: "long", l: "array<struct<k:integer>>" },
      }),
    '"1.50", 9007199254740993n, null; null, 1, [{"k":1}]',
  ),
  read(
    "JSON that isn't",
    { "1.jsonl": '{"a":1}\n{"a":2\n{"a":3}\n' },
    (s, at) => s.readJson(`${at}/1.jsonl`),
    /^AT\/1\.jsonl:2: is not JSON: /,
  ),
  read(
    "A JSON array that isn't",
    { "1.json": '[{"a":1},\n{"a":}\n]' },
    (s, at) => s.readJson(`${at}/1.json`),
    /^AT\/1\.json(?::2)?: is not JSON: /,
  ),
  read(
    "A JSON array that ends early",
    { "1.json": '[{"a":1},\n{"a":2}\n' },
    (s, at) => s.readJson(`${at}/1.json`),
    /^AT\/1\.json:3: is not JSON: /,
  ),
  read(
    "JSON that isn't its column's",
    { "1.jsonl": '{"a":1}\n{"a":"x"}\n' },
    (session, at) => session.readJson(`${at}/1.jsonl`, { columns: { a: "integer" } }),
    'AT/1.jsonl:2: "a" should be integer but is "x". Correct the line, or read the file with onBadRow: "reject".',
  ),
  {
    name: "Sources: Bad lines of JSON are left out and listed where that is asked for",
    ask: async (session, folder) => {
      const at = await filled(folder, {
        "1.jsonl": '{"a":1}\n{"a":2\n\n[3]\n{"a":"x"}\n{"a":{"b":1}}\n{"a":5}\n',
      });
      const table = await session.readJson(`${at}/1.jsonl`, {
        columns: { a: "integer" },
        onBadRow: "reject",
      });
      const rejects = (await session.rejects(table)).map(({ line, text }) => `${line} ${text}`);
      return [...(await table.rows()).map(shownRow), ...rejects].join("; ");
    },
    gives: '1; 5; 2 {"a":2; 4 [3]; 5 {"a":"x"}; 6 {"a":{"b":1}}',
  },
  {
    name: "Sources: Parquet in folders named by keys has them as columns",
    ask: async (session, folder) => {
      const at = await filled(folder, {});
      for (const [i, key] of [
        "day=2026-01-01/n=1",
        "day=2026-01-02/n=__HIVE_DEFAULT_PARTITION__",
        "day=2026-01-02/n=7",
      ].entries())
        await (await session.sql`SELECT ${i} AS a`).writeParquet(`${at}/keyed/${key}`);
      const table = await session.readParquet(`${at}/keyed`);
      const types = table.columns.map(({ name, type }) => `${name}:${type}`).join(", ");
      return [
        types,
        ...(await (await session.sql`SELECT * FROM ${table} ORDER BY a`).rows()).map(shownRow),
      ].join("; ");
    },
    gives: 'a:integer, day:date, n:integer; 0, "2026-01-01", 1; 1, "2026-01-02", null; 2, "2026-01-02", 7',
  },
  {
    name: "Sources: Parquet by a list has the columns of all, widened",
    ask: async (session, folder) => {
      const at = await filled(folder, {});
      await (await session.sql`SELECT 1 AS a`).writeParquet(`${at}/1`);
      await (await session.sql`SELECT CAST(2 AS BIGINT) AS a, 'q' AS b`).writeParquet(`${at}/2`);
      const table = await session.readParquet([`${at}/1`, `${at}/2`]);
      const types = table.columns.map(({ name, type }) => `${name}:${type}`).join(", ");
      return [types, ...(await table.rows()).map(shownRow)].join("; ");
    },
    gives: 'a:long, b:string; 1, null; 2, "q"',
  },
  written("CSV", async (table, at) => {
    await table.writeCsv(`${at}/x.csv.gz`, { delimiter: ";", compression: "gzip" });
    return table.session.readCsv(`${at}/x.csv.gz`, {
      columns: { n: "integer", s: "string", d: "decimal(5,2)", t: "timestamp" },
      delimiter: ";",
    });
  }),
  written("JSON", async (table, at) => {
    await table.writeJson(`${at}/x.jsonl`);
    return table.session.readJson(`${at}/x.jsonl`, {
      columns: { n: "integer", s: "string", d: "decimal(5,2)", t: "timestamp" },
    });
  }),
  written("Parquet, in another compression", async (table, at) => {
    await table.writeParquet(`${at}/p`, { compression: "zstd" });
    return table.session.readParquet(`${at}/p`);
  }),
  {
    name: "Sources: Partitions are added, and replaced",
    ask: async (session, folder) => {
      const at = await filled(folder, {});
      const one = (n: number, day: string) => session.sql`SELECT ${n} AS n, CAST(${day} AS DATE) AS day`;
      const options = { partitionBy: ["day"] };
      await (await one(1, "2026-01-01")).writeParquet(`${at}/p`, options);
      await (await one(2, "2026-01-02")).writeParquet(`${at}/p`, { ...options, mode: "append" });
      await (await one(3, "2026-01-02")).writeParquet(`${at}/p`, { ...options, mode: "append" });
      await (await one(4, "2026-01-01")).writeParquet(`${at}/p`, { ...options, mode: "partitions" });
      const table = await session.sql`SELECT n, day FROM ${await session.readParquet(`${at}/p`)} ORDER BY n`;
      return (await table.rows()).map(shownRow).join("; ");
    },
    gives: '2, "2026-01-02"; 3, "2026-01-02"; 4, "2026-01-01"',
  },
];

function written(name: string, again: (table: Table, at: string) => Promise<Table>): EngineCase {
  return {
    name: `Sources: ${name} is read as it was written`,
    ask: async (session, folder) => {
      const table = await session.sql`
        SELECT * FROM (VALUES
          (1, 'a;"b', CAST(1.5 AS DECIMAL(5,2)), TIMESTAMP '2026-01-02 03:04:05.25'),
          (2, '', CAST(NULL AS DECIMAL(5,2)), CAST(NULL AS TIMESTAMP))) AS v(n, s, d, t) ORDER BY n`;
      const back = await again(table, await filled(folder, {}));
      return (await (await session.sql`SELECT * FROM ${back} ORDER BY n`).rows()).map(shownRow).join("; ");
    },
    gives: '1, "a;\\"b", "1.50", 2026-01-02T03:04:05.250Z; 2, "", null, null',
  };
}

async function filled(folder: string, files: Files): Promise<string> {
  const at = await mkdtemp(join(folder, "sources-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(at, name)), { recursive: true });
    await writeFile(join(at, name), content);
  }
  return relative(folder, at);
}

function read(name: string, files: Files, ask: Read, gives: string | RegExp): EngineCase {
  return {
    name: `Sources: ${name}`,
    ask: async (session, folder) => {
      const at = await filled(folder, files);
      const given = await said(async () => (await (await ask(session, at)).rows()).map(shownRow).join("; "));
      const told = given.replaceAll(at, "AT");
      return typeof gives === "string" || !gives.test(told) ? told : String(gives);
    },
    gives: String(gives),
  };
}
