// npm run bench -- spark-scale FOLDER [RUNS] [--method minhash ...]
// The movie flow on the files in FOLDER (make-ratings makes large ones) on DuckDB and on a warm Spark Connect server
// of this machine, whole processes from start to Parquet: medians of RUNS (default 3), taken in turn.
import { resolve } from "node:path";
import { startSpark } from "../spark/server.ts";
import { coldRun, median, round } from "./cold-run.ts";

const [folder, count = "3", ...options] = process.argv.slice(2);
if (folder === undefined)
  throw new Error("Name the folder with movies.csv, ratings.csv and imdb_sample.csv.");
const args = ["movie-ratings", "--input", resolve(folder), ...options];
const server = await startSpark({ settings: { "spark.driver.memory": "6g" } });
try {
  const on = async (session: string) => (await coldRun([...args, "--session", session])).seconds;
  await on(server.url); // warms the server up
  const seconds = { duckdb: [] as number[], spark: [] as number[] };
  for (let i = 0; i < Number(count); i++) {
    seconds.duckdb.push(await on("duckdb"));
    seconds.spark.push(await on(server.url));
  }
  const [duckdb, spark] = [median(seconds.duckdb), median(seconds.spark)];
  console.log(
    JSON.stringify({
      bench: "spark-scale",
      folder,
      runs: Number(count),
      duckdb: round(duckdb),
      spark: round(spark),
      ratio: round(spark / duckdb, 1),
    }),
  );
} finally {
  await server.kill();
}
