// npm run bench -- self-join MOVIES.csv MAX_DISTANCE [RUNS] [THREADS]
// Each pair of titles nearer than MAX_DISTANCE, once, the titles prepared as in the movie flow. `seconds` is the median
// of RUNS (default 5) joins, `first` the one that no run had warmed up for; reading and preparing come beside it.
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type * as matching from "../../runtime/matching.ts";
import { median, round } from "./cold-run.ts";
import { movieTitles } from "./movie-titles.ts";

// Not bundled: the join's threads have their module beside the built one.
const built = new URL("../matching.js", import.meta.url);
const source = new URL("../../runtime/matching.ts", import.meta.url);
const { jaccardSelfJoin, runPipeline, setColumn, setRows }: typeof matching = await import(
  existsSync(built) ? built.href : source.href
);

const [file, distance = "0.2", runs = "5", threads = `${availableParallelism()}`] = process.argv.slice(2);
if (file === undefined) throw new Error("Name a movies.csv.");
const maxDistance = Number(distance);

const begun = performance.now();
const titles = movieTitles(readFileSync(file, "utf8")).map((title) => title.slice(0, -7));
const read = performance.now();
const features = runPipeline(
  [
    { stage: "Tokenizer", inputCol: "title", outputCol: "words" },
    { stage: "StopWordsRemover", inputCol: "words", outputCol: "kept" },
    { stage: "ConcatWs", inputCol: "kept", outputCol: "text", separator: " " },
    { stage: "RegexTokenizer", inputCol: "text", outputCol: "characters", pattern: "" },
    { stage: "NGram", inputCol: "characters", outputCol: "bigrams", n: 2 },
    { stage: "HashingTF", inputCol: "bigrams", outputCol: "features", numFeatures: 1 << 18 },
  ],
  new Map([["title", titles]]),
  { outputs: ["features"] },
).get("features");
const prepared = performance.now();
if (features === undefined || !("indices" in features)) throw new Error("The pipeline gave no features.");
const sets = setColumn(setRows(features).filter((row) => row.length > 0));

const seconds: number[] = [];
let pairs = 0;
for (let run = 0; run < Number(runs); run++) {
  const start = performance.now();
  const found = await jaccardSelfJoin(sets, { maxDistance, threads: Number(threads) });
  seconds.push((performance.now() - start) / 1000);
  pairs = found.left.length;
}
console.log(
  JSON.stringify({
    bench: "self-join",
    rows: sets.offsets.length - 1,
    pairs,
    maxDistance,
    threads: Number(threads),
    seconds: round(median(seconds), 3),
    first: round(seconds[0] ?? 0, 3),
    runs: seconds.length,
    readSeconds: round((read - begun) / 1000, 3),
    prepareSeconds: round((prepared - read) / 1000, 3),
  }),
);
