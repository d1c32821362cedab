import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDuckDb } from "../../../runtime/tables/duckdb/open-duckdb.ts";
import type { Session } from "../../../runtime/tables/session.ts";
import type { EngineCase } from "./engine-case.ts";
import { shownRow } from "./engine-case.ts";
import { said } from "./file-cases.ts";

/** Folders of Parquet: file by file its name, and the query that it is written of, or its bytes. */
export const parquetCases: readonly EngineCase[] = [
  folderCase(
    "a column that only later files have",
    { "1.parquet": "SELECT 1 AS x", "2.parquet": "SELECT 2 AS x, 'new' AS y" },
    'x:integer, y:string; 1, null; 2, "new"',
  ),
  folderCase(
    "a column that later files lack",
    { "1.parquet": "SELECT 1 AS x, 'a' AS y", "2.parquet": "SELECT 2 AS x" },
    'x:integer, y:string; 1, "a"; 2, null',
  ),
  folderCase(
    "whole numbers that grow",
    {
      "1.parquet": "SELECT CAST(-128 AS TINYINT) AS x",
      "2.parquet": "SELECT 9007199254740993 AS x",
      "3.parquet": "SELECT CAST(3 AS SMALLINT) AS x",
    },
    "x:long; -128; 9007199254740993n; 3",
  ),
  folderCase(
    "whole numbers, then doubles",
    { "1.parquet": "SELECT 2147483647 AS x", "2.parquet": "SELECT CAST(0.5 AS DOUBLE) AS x" },
    "x:double; 2147483647; 0.5",
  ),
  folderCase(
    "whole numbers and floats, which a double holds both",
    { "1.parquet": "SELECT 2147483647 AS x", "2.parquet": "SELECT CAST(0.5 AS FLOAT) AS x" },
    "x:double; 2147483647; 0.5",
  ),
  folderCase(
    "decimals that grow on both sides",
    {
      "1.parquet": "SELECT 1.25 AS x",
      "2.parquet": "SELECT CAST(12345.6 AS DECIMAL(6,1)) AS x",
      "3.parquet": "SELECT 7 AS x",
    },
    'x:decimal(12,2); "1.25"; "12345.60"; "7.00"',
  ),
  folderCase(
    "columns in another order, with names in another case",
    { "1.parquet": "SELECT 1 AS x, 'a' AS y", "2.parquet": 'SELECT \'b\' AS "Y", 2 AS "X"' },
    'x:integer, y:string; 1, "a"; 2, "b"',
  ),
  folderCase(
    "long whole numbers and doubles, which nothing holds both",
    { "1.parquet": "SELECT 9007199254740993 AS x", "2.parquet": "SELECT CAST(0.5 AS DOUBLE) AS x" },
    'folder/2.parquet: the column "x" is double, and long in folder/1.parquet. Types that differ have to widen without loss. Read the files one by one, and bring them together with sql.',
  ),
  folderCase(
    "a text where there was a number",
    { "1.parquet": "SELECT 1 AS x", "2.parquet": "SELECT '2' AS x" },
    'folder/2.parquet: the column "x" is string, and integer in folder/1.parquet. Types that differ have to widen without loss. Read the files one by one, and bring them together with sql.',
  ),
  folderCase(
    "files of other names, those that aren't Parquet left out",
    {
      "1.parquet": "SELECT 1 AS x",
      "2.parq": "SELECT 2 AS x",
      "3": "SELECT 3 AS x",
      "notes.txt": Buffer.from("no Parquet"),
      _SUCCESS: Buffer.from(""),
      ".4.parquet.crc": Buffer.from("x"),
    },
    "x:integer; 1; 2; 3",
  ),
  folderCase(
    "an empty file of that name",
    { "1.parquet": "SELECT 1 AS x", "2.parquet": Buffer.from("") },
    "folder/2.parquet: is not a Parquet file.",
  ),
  folderCase(
    "a torn file",
    { "1.parquet": "SELECT 1 AS x", "2.parquet": Buffer.from("PAR1 and then nothing") },
    "folder/2.parquet: is not a Parquet file.",
  ),
  folderCase(
    "folders named by a key in it",
    { "year=2024/a.parquet": "SELECT 1 AS x", "year=2025/a.parquet": "SELECT 2 AS x" },
    "x:integer, year:integer; 1, 2024; 2, 2025",
  ),
  folderCase(
    "other folders in it",
    { "year=2024/a.parquet": "SELECT 1 AS x", "more/a.parquet": "SELECT 2 AS x" },
    "folder: has folders in it (more, year=2024), and only a folder's own files are read. Read each folder by itself, and bring them together with sql.",
  ),
  folderCase(
    "nothing that is Parquet",
    { "notes.txt": Buffer.from("no Parquet") },
    "folder: is a folder without Parquet files.",
  ),
];

function folderCase(name: string, files: Record<string, string | Buffer>, gives: string): EngineCase {
  return {
    name: `A folder of Parquet: ${name}`,
    ask: async (session, base) => {
      const folder = join(base, "folder");
      await makeFolder(folder, files);
      return said(async () => {
        const table = await session.readParquet("folder");
        const columns = table.columns.map((column) => `${column.name}:${column.type}`).join(", ");
        const rows = (await table.rows()).map(shownRow);
        await checkHandedOn(session, base, rows);
        // Spark has no order of files of its own.
        return [columns, ...(session.engine === "spark" ? rows.sort(byFirst(gives)) : rows)].join("; ");
      });
    },
    gives,
  };
}

/** As the next task reads it, and counted. */
async function checkHandedOn(session: Session, base: string, rows: readonly string[]): Promise<void> {
  const table = await session.readParquet("folder");
  const handle = await table.handle(() => join(base, `handed-on-${Math.random()}.parquet`));
  const again = (await session.table(structuredClone(handle)).rows()).map(shownRow);
  const same = JSON.stringify([...again].sort()) === JSON.stringify([...rows].sort());
  if (!same || (await table.count()) !== rows.length)
    throw new Error(`Handed on, it is ${again.join("; ")}; it has ${await table.count()} rows.`);
}

function byFirst(gives: string): (a: string, b: string) => number {
  const wanted = gives.split("; ");
  return (a, b) => wanted.indexOf(a) - wanted.indexOf(b);
}

async function makeFolder(folder: string, files: Record<string, string | Buffer>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await using writer = openDuckDb({ folder });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(join(path, ".."), { recursive: true });
    if (typeof content !== "string") {
      await writeFile(path, content);
      continue;
    }
    const table = await writer.sql(Object.assign([content], { raw: [content] }));
    const { path: written } = await table.handle(() => join(folder, ".written.parquet"));
    await copyFile(written, path);
  }
}
