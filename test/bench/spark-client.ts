// npm run bench -- spark-client FOLDER [RUNS]
// Our client against PySpark's own, on the same warm server: the movie flow on the files in FOLDER by minhash, whole
// processes from start to Parquet, and a million rows as Arrow. Medians of RUNS (default 5). The flow is taken twice:
// in rows of one client's runs, and in turn. Each run of PySpark's fills the server's cache of 100 compiled plans, so
// that in turn ours finds nothing there of what it had compiled.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { RecordBatchReader } from "apache-arrow";
import { parseSessionUrl, type SparkUrl } from "../../runtime/tables/session-url.ts";
import { settings } from "../../runtime/tables/spark/connection.ts";
import { SparkClient } from "../../runtime/tables/spark/spark-client.ts";
import { startSpark } from "../spark/server.ts";
import { setUpSpark } from "../spark/set-up.ts";
import { coldRun, median, round } from "./cold-run.ts";

const run = promisify(execFile);
const [given, count = "5"] = process.argv.slice(2);
if (given === undefined) throw new Error("Name the folder with movies.csv, ratings.csv and imdb_sample.csv.");
const folder = resolve(given);
const runs = Number(count);
const { python } = await setUpSpark();
const server = await startSpark();
const results = mkdtempSync(join(tmpdir(), "millrace-bench-"));
try {
  process.env.MILLRACE_SESSION = server.url;
  const ours = async () =>
    (await coldRun(["movie-ratings", "--input", folder, "--method", "minhash", "--seed", "12345"])).seconds;
  const theirs = async () => {
    const begin = performance.now();
    const script = resolve("test/spark/movie-flow.py");
    // Not by execFileSync: this process has to read what the server writes to its pipe.
    await run(python, [script, server.url, folder, results, "12345"], { maxBuffer: 1 << 26 });
    return (performance.now() - begin) / 1000;
  };
  for (let i = 0; i < 3; i++) {
    await theirs(); // both warm the server up
    await ours();
  }
  const inTurn = { ours: [] as number[], pyspark: [] as number[] };
  for (let i = 0; i < runs; i++) {
    inTurn.ours.push(await ours());
    inTurn.pyspark.push(await theirs());
  }
  const inRow = { ours: await row(ours), pyspark: await row(theirs) };
  const fetches = { ours: await fetchOurs(runs + 2), pyspark: await fetchTheirs(runs + 2) };
  const flow = { inRow: compare(inRow), inTurn: compare(inTurn) };
  console.log(
    JSON.stringify({ bench: "spark-client", folder, runs, flow, fetchMillionRows: compare(fetches) }),
  );
} finally {
  rmSync(results, { recursive: true, force: true });
  await server.kill();
}

/** Seconds of runs one after another, but for the first, which finds the other client's in the server's caches. */
async function row(timed: () => Promise<number>): Promise<number[]> {
  await timed();
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) seconds.push(await timed());
  return seconds;
}

function compare(seconds: { readonly ours: readonly number[]; readonly pyspark: readonly number[] }) {
  const [ours, pyspark] = [median(seconds.ours), median(seconds.pyspark)];
  return { ours: round(ours), pyspark: round(pyspark), ratio: round(ours / pyspark, 2) };
}

/** Seconds of each fetch but the first two, which warm up. */
async function fetchOurs(times: number): Promise<number[]> {
  const url = parseSessionUrl(server.url) as SparkUrl; // sc://
  const client = new SparkClient({ url, sessionId: randomUUID() });
  const context = { what: "Fetching" };
  await client.version(context);
  await client.configure(settings, context);
  const query = "SELECT id, CAST(id AS STRING) AS text, id * 0.5D AS half FROM range(1000000)";
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    let rows = 0;
    for await (const stream of client.arrowBatches({ relType: { case: "sql", value: { query } } }, context))
      for (const batch of RecordBatchReader.from(stream)) rows += batch.numRows;
    if (rows !== 1_000_000) throw new Error(`${rows} rows came.`);
    seconds.push((performance.now() - begin) / 1000);
  }
  await client.close(true);
  return seconds.slice(2);
}

async function fetchTheirs(times: number): Promise<number[]> {
  const script = resolve("test/spark/fetch-arrow.py");
  const { stdout } = await run(python, [script, server.url, String(times)]);
  return stdout.trim().split("\n").map(Number).slice(2);
}
