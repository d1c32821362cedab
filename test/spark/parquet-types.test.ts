import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { dayNumber } from "../../runtime/tables/calendar.ts";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import type { Session } from "../../runtime/tables/session.ts";
import { parseSessionUrl, type SparkUrl } from "../../runtime/tables/session-url.ts";
import { openSpark } from "../../runtime/tables/spark/open-spark.ts";
import { shownRow } from "../tables/parity/engine-case.ts";
import { sharedSpark } from "./server.ts";
import { setUpSpark } from "./set-up.ts";

const run = promisify(execFile);

/** What columns can't hold, with what is said of it after the file's name. */
const refused: Record<string, string> = {
  "time ns":
    ': the column "c" has times in nanoseconds, of which microseconds are read. Write it as another type.',
  "timestamp ns of a rest":
    ': the column "c" has a time with nanoseconds, and a timestamp has microseconds. Write it in microseconds.',
  "timestamp ns before 1970":
    ': the column "c" has a time with nanoseconds, and a timestamp has microseconds. Write it in microseconds.',
  "timestamp ns in a list":
    ': the column "c" has a time with nanoseconds, and a timestamp has microseconds. Write it in microseconds.',
  "far timestamp ms": ": Could not convert Timestamp(MS) to Timestamp(US).",
  "decimal 76":
    ': the column "c" has decimals of 76 digits, and there are 38 at most. Write it as another type.',
  "decimal 40":
    ': the column "c" has decimals of 40 digits, and there are 38 at most. Write it as another type.',
};

const keyTwice =
  'Reading rows: a value of the column "c" is a map that has the key "a" twice. Read it as text: CAST(... AS STRING).';

/** Parquet that pyarrow wrote, of every type that it has: what it reads itself is what both engines read, or an error. */
describe("Parquet of every type", function () {
  this.timeout(300_000);
  let folder: string;
  let expected: Record<string, string>;

  before(async function () {
    await sharedSpark(this); // skips where there is none
    const { python } = await setUpSpark();
    folder = await mkdtemp(join(tmpdir(), "millrace-parquet-"));
    const { stdout } = await run(python, [join(import.meta.dirname, "parquet-types.py"), folder]);
    expected = JSON.parse(stdout) as Record<string, string>; // as the script prints it
  });

  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  for (const engine of ["duckdb", "spark"] as const) {
    it(`is the same value on ${engine}, or refused with file and column`, async function () {
      await using session =
        engine === "duckdb"
          ? openDuckDb({ folder, threads: 2 })
          : openSpark({ url: parseSessionUrl((await sharedSpark(this)).url) as SparkUrl, folder }); // sc://
      const found: Record<string, string> = {};
      const wanted: Record<string, string> = {};
      for (const name of Object.keys(expected)) {
        found[name] = await read(session, name);
        wanted[name] = expected[name] ?? "";
        if (refused[name] !== undefined) wanted[name] = `${name}.parquet${refused[name]}`;
        if (name === "map of a key twice") wanted[name] = keyTwice;
      }
      assert.deepEqual(found, wanted);
    });
  }
});

async function read(session: Session, name: string): Promise<string> {
  const rows: string[] = [];
  try {
    const table = await session.readParquet(`${name}.parquet`);
    for await (const batch of table.batches({ timestamps: "microseconds" }))
      rows.push(
        ...batch.map((row) => (name === "far date" ? String(dayNumber(String(row.c))) : shownRow(row))),
      );
  } catch (error) {
    if (error instanceof Error && error.name === "TableError") return error.message;
    throw error;
  }
  return rows.join("; ").replaceAll(/(\d)n\b/g, "$1");
}
