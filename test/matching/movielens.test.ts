import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import {
  approxSimilarityJoin,
  fitMinHash,
  jaccardJoin,
  jaccardSelfJoin,
  runPipeline,
  type SetColumn,
  setColumn,
  setRows,
} from "../../runtime/matching.ts";
import { movieTitles } from "../bench/movie-titles.ts";
import { nearestOf, type Pair, quadraticSelfJoin } from "./quadratic-join.ts";

const data = new URL("../../../shared/data/movielens-small/", import.meta.url);

describe("Titles of MovieLens small", () => {
  before(function () {
    if (existsSync(data)) return;
    console.log(`      skipped: there is no ${data.pathname}`);
    this.skip();
  });

  it("match IMDB's as known", async () => {
    const { imdb, lens } = titles();
    const exact = await jaccardJoin(imdb, lens, { maxDistance: 1, nearestOnly: true });
    const minHash = (seed: number) => {
      const found = approxSimilarityJoin(imdb, lens, fitMinHash({ seed, numHashTables: 3 }), 1);
      const pairs = Array.from(
        found.left,
        (row, at): Pair => [row, found.right[at] ?? -1, found.distance[at] ?? -1],
      );
      return { pairs: pairs.length, nearest: nearestOf(pairs).length };
    };
    assert.deepEqual(
      {
        imdb: imdb.offsets.length - 1,
        exact: exact.left.length,
        matched: new Set(exact.left).size,
        12345: minHash(12345).nearest,
        777: minHash(777),
      },
      { imdb: 99, exact: 111, matched: 99, 12345: 112, 777: { pairs: 73016, nearest: 112 } },
    );
  });

  it("have no near pair among themselves that the self join misses", async () => {
    const lens = setRows(titles().lens).slice(0, 2500);
    const found = await jaccardSelfJoin(setColumn(lens), { maxDistance: 0.5 });
    const pairs = Array.from(found.left, (row, at) => [row, found.right[at], found.distance[at]]);
    assert.deepEqual(pairs, quadraticSelfJoin(lens, 0.5));
  });
});

function titles(): { readonly imdb: SetColumn; readonly lens: SetColumn } {
  const lines = (file: string) => readFileSync(new URL(file, data), "utf8").split(/\r?\n/);
  const movies = lines("movies.csv").slice(1);
  const rated = new Set(lines("ratings.csv").map((line) => line.split(",")[1]));
  const lens = movieTitles(readFileSync(new URL("movies.csv", data), "utf8"))
    .filter((_, row) => rated.has(movies[row]?.split(",")[0]))
    .map((title) => title.slice(0, -7));
  const imdb = lines("imdb_sample.csv")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => line.split(";")[1] ?? "");
  return { imdb: features(imdb), lens: features(lens) };
}

function features(titles: readonly string[]): SetColumn {
  const column = runPipeline(
    [
      { stage: "Tokenizer", inputCol: "title", outputCol: "words" },
      { stage: "StopWordsRemover", inputCol: "words", outputCol: "kept" },
      { stage: "ConcatWs", inputCol: "kept", outputCol: "text", separator: " " },
      { stage: "RegexTokenizer", inputCol: "text", outputCol: "characters", pattern: "" },
      { stage: "NGram", inputCol: "characters", outputCol: "bigrams", n: 2 },
      { stage: "HashingTF", inputCol: "bigrams", outputCol: "features" },
    ],
    new Map([["title", titles]]),
    { outputs: ["features"] },
  ).get("features");
  assert.ok(column !== undefined && "indices" in column);
  return setColumn(setRows(column).filter((row) => row.length > 0));
}
