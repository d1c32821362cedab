// npm run bench -- spark-chained [ROWS] [RUNS]
// Three tasks one after the other over ROWS rows (default a million; 100000000 is what it is for), on a warm Spark
// Connect server of this machine: handing plans on, so that the last one's rows are written once; writing each task's;
// and PySpark's own client, which writes once. Whole processes, medians of RUNS (default 3), taken in turn.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { cli } from "../cli/cli.ts";
import { startSpark } from "../spark/server.ts";
import { setUpSpark } from "../spark/set-up.ts";
import { median, round } from "./cold-run.ts";

const [rows = "1000000", runs = "3"] = process.argv.slice(2);
const { python } = await setUpSpark();
const server = await startSpark();
const folder = mkdtempSync(join(tmpdir(), "millrace-bench-"));
cpSync(resolve("test/bench/chained/chained.flow.ts"), join(folder, "chained.flow.ts"));

/** Runs the flow, and looks how many tables it wrote and what the last one has. */
async function ours(result: string): Promise<{ seconds: number; written: number; rows: number }> {
  const begin = performance.now();
  const args = ["run", "chained", "--rows", rows, "--result", result, "--session", server.url];
  const { code, stdout, stderr } = await cli(args, { cwd: folder });
  const seconds = (performance.now() - begin) / 1000;
  if (code !== 0) throw new Error(stdout + stderr);
  const store = join(folder, ".millrace", "runs");
  const run =
    readdirSync(store)
      .filter((name) => !name.startsWith("."))
      .sort()
      .at(-1) ?? "";
  const results = join(store, run, "results");
  const tables = readdirSync(results)
    .filter((name) => name.endsWith(".parquet"))
    .sort();
  await using session = openDuckDb({ folder });
  const last = await session.readParquet(join(results, tables.at(-1) ?? ""));
  const outcome = { seconds, written: tables.length, rows: await last.count() };
  rmSync(join(folder, ".millrace"), { recursive: true });
  return outcome;
}

async function pyspark(): Promise<{ seconds: number; rows: number }> {
  const begin = performance.now();
  // Not by execFileSync: this process has to read what the server writes to its pipe.
  await promisify(execFile)(python, [resolve("test/bench/chained/chained.py"), server.url, folder, rows]);
  const seconds = (performance.now() - begin) / 1000;
  await using session = openDuckDb({ folder });
  const outcome = { seconds, rows: await (await session.readParquet("ranked")).count() };
  rmSync(join(folder, "ranked"), { recursive: true });
  return outcome;
}

try {
  const kinds = { plan: () => ours("plan"), pyspark, rows: () => ours("rows") };
  const seconds: Record<string, number[]> = { plan: [], rows: [], pyspark: [] };
  const looks: Record<string, unknown> = {};
  for (let i = 0; i <= Number(runs); i++)
    for (const [name, kind] of Object.entries(kinds)) {
      const { seconds: took, ...look } = await kind();
      looks[name] = look;
      if (i > 0) seconds[name]?.push(took); // the first warms the server up
    }
  const medians = Object.fromEntries(
    Object.entries(seconds).map(([name, all]) => [name, round(median(all))]),
  );
  console.log(
    JSON.stringify({
      bench: "spark-chained",
      rows: Number(rows),
      runs: Number(runs),
      seconds: medians,
      looks,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
  const awake = setInterval(() => {}, 1_000); // nothing of the server's keeps this process from ending
  await server.kill();
  clearInterval(awake);
}
