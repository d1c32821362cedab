import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { cli } from "../cli/cli.ts";

/** Real data, where it lies beside the repository. */
const movieLens = resolve(import.meta.dirname, "../../../shared/data/movielens-small");

describe("the movie flow", function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-movies-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs the flow and gives its result as lines, one a row. */
  async function movies(...options: string[]): Promise<string[]> {
    const { code, stdout, stderr } = await cli(["run", "movie-ratings", ...options], { cwd: folder });
    assert.equal(code, 0, stdout + stderr);
    return resultRows(join(folder, "output_data", "final_result"));
  }

  it("matches the sample as it always has", async () => {
    const rows = await movies();
    const expected = join(import.meta.dirname, "expected", "sample-exact.txt");
    if (process.env.UPDATE_EXPECTED) await writeFile(expected, `${rows.join("\n")}\n`);
    assert.equal(`${rows.join("\n")}\n`, await readFile(expected, "utf8"));
  });

  it("writes the columns of the case study, ids and distance beside them", async () => {
    await movies();
    const columns = await query(
      `DESCRIBE SELECT * FROM read_parquet('${join(folder, "output_data/final_result")}/*.parquet')`,
    );
    assert.deepEqual(
      columns.map(([name, type]) => `${name} ${type}`),
      [
        "IMDB_Id BIGINT",
        "IMDB_Title VARCHAR",
        "Lens_Id BIGINT",
        "Lens_Title VARCHAR",
        "IMDB_Rating DOUBLE",
        "Lens_Rating DOUBLE",
        "jaccardDist DOUBLE",
      ],
    );
  });

  it("keeps the pairs strictly below the threshold", async () => {
    const all = await movies();
    const near = await movies("-t", "0.25");
    const distance = (row: string) => Number(row.split(" | ").at(-1));
    assert.deepEqual(
      near,
      all.filter((row) => distance(row) < 0.25),
    );
    assert.ok(near.length < all.length);
    assert.deepEqual(await movies("--threshold", "0"), []);
  });

  it("replaces an earlier result as a whole", async () => {
    await movies();
    const result = join(folder, "output_data", "final_result");
    await writeFile(join(result, "stale.parquet"), "left by something else");
    await movies("-t", "0.5");
    assert.ok(!(await readdir(result)).includes("stale.parquet"));
    assert.deepEqual(await readdir(join(folder, "output_data")), ["final_result"]);
  });

  it("leaves an earlier result alone when it fails", async () => {
    const before = await movies();
    const { code } = await cli(["run", "movie-ratings", "--input", "nowhere"], { cwd: folder });
    assert.equal(code, 1);
    assert.deepEqual(await resultRows(join(folder, "output_data", "final_result")), before);
  });

  it("gives the same rows again and again, whatever the number of threads", async () => {
    const [one, four] = [await movies("--threads", "1"), await movies("--threads", "4")];
    assert.deepEqual(one, four);
    const hashed = ["--method", "minhash", "--seed", "12345"];
    assert.deepEqual(await movies(...hashed, "--threads", "1"), await movies(...hashed, "--threads", "3"));
  });

  it("is a graph of nine tasks, of which the loading ones run side by side", async () => {
    const { stdout } = await cli(["graph", "movie-ratings", "--json"], { cwd: folder });
    const { nodes, edges } = JSON.parse(stdout) as {
      nodes: { id: string; kind: string }[];
      edges: { from: string; to: string }[];
    };
    const lines = nodes
      .filter((node) => node.kind === "task")
      .map(({ id }) => {
        const needs = edges
          .filter((edge) => edge.to === id && edge.from !== "session-0")
          .map((edge) => edge.from);
        return `${id} <- ${[...new Set(needs)].sort().join(", ")}`;
      });
    assert.deepEqual(lines.sort(), [
      "Average rating for the movies-0 <- Loading GroupLens movies-0, Loading GroupLens rating-0",
      "Loading GroupLens movies-0 <- ",
      "Loading GroupLens rating-0 <- ",
      "Loading IMDB sample movies-0 <- ",
      "Saving the similarity join results-0 <- Similarity join-0",
      "Similarity join-0 <- Training the data preprocessing pipeline-0, Transform IMDB dataframe-0, Transform lens dataframe-0",
      "Training the data preprocessing pipeline-0 <- Average rating for the movies-0",
      "Transform IMDB dataframe-0 <- Loading IMDB sample movies-0, Training the data preprocessing pipeline-0",
      "Transform lens dataframe-0 <- Average rating for the movies-0, Training the data preprocessing pipeline-0",
    ]);
  });

  it("publishes the samples, the distances, the comparison and a summary", async () => {
    await movies();
    const { stdout } = await cli(["show", "latest", "--json"], { cwd: folder });
    const { artifacts } = JSON.parse(stdout) as { artifacts: { key: string; kind: string }[] };
    assert.deepEqual(artifacts.map(({ key, kind }) => `${key}: ${kind}`).sort(), [
      "jaccard-distances: histogram",
      "jaccard-samples: table",
      "rating-comparison: comparison",
      "summary: markdown",
    ]);
  });

  describe("on MovieLens small", () => {
    before(function () {
      if (existsSync(movieLens)) return;
      console.log(`      skipped: there is no ${movieLens}`);
      this.skip();
    });

    for (const [options, count] of [
      [[], 111],
      [["--method", "minhash", "--seed", "12345"], 112],
      [["--method", "minhash", "--seed", "777"], 112],
    ] as const) {
      it(`finds ${count} rows for 99 titles${options.length === 0 ? "" : ` by ${options.join(" ")}`}`, async () => {
        const rows = await movies("--input", movieLens, ...options);
        const titles = new Set(rows.map((row) => row.split(" | ")[0]));
        assert.deepEqual({ rows: rows.length, titles: titles.size }, { rows: count, titles: 99 });
      });
    }
  });
});

/** Rows of a folder of Parquet files, by id, as `id | title | id | title | rating | rating | distance`. */
async function resultRows(folder: string): Promise<string[]> {
  const rows = await query(
    `SELECT IMDB_Id, IMDB_Title, Lens_Id, Lens_Title, IMDB_Rating, round(Lens_Rating, 6), jaccardDist
     FROM read_parquet('${folder}/*.parquet') ORDER BY IMDB_Id, Lens_Id`,
  );
  return rows.map((row) => row.map(String).join(" | "));
}

async function query(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJS() as unknown[][];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
