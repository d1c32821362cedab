// npm run bench -- make-ratings MOVIES.csv RATINGS.csv [COUNT] [SEED]
// Writes COUNT (default 25,000,095) made-up ratings over the movies of any movies.csv, in GroupLens' format:
// the same bytes each time. Popular movies get more, as in the real sets; each movie gets one at least.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

const [moviesFile, ratingsFile, countText = "25000095", seedText = "1"] = process.argv.slice(2);
if (moviesFile === undefined || ratingsFile === undefined)
  throw new Error("Name MOVIES.csv and RATINGS.csv.");
const count = Number(countText);
const begin = performance.now();
const ids = movieIds(readFileSync(moviesFile, "utf8"));
const random = mulberry32(Number(seedText));
const quality = Float64Array.from(ids, () => 1.5 + 3 * random());
const file = openSync(ratingsFile, "w");
const buffer = Buffer.allocUnsafe(1 << 20);
let length = buffer.write("userId,movieId,rating,timestamp\n");
for (let i = 0; i < count; i++) {
  const movie = i < ids.length ? i : Math.floor(ids.length * random() ** 3);
  const stars = Math.round(2 * ((quality[movie] ?? 3) + 2 * (random() + random() + random() - 1.5))) / 2;
  const rating = Math.min(5, Math.max(0.5, stars));
  const user = 1 + Math.floor(i / 154);
  length += buffer.write(
    `${user},${ids[movie]},${rating.toFixed(1)},${1_000_000_000 + i * 20}\n`,
    length,
    "latin1",
  );
  if (length > buffer.length - 100) flush();
}
flush();
closeSync(file);
console.log(
  JSON.stringify({
    bench: "make-ratings",
    movies: ids.length,
    ratings: count,
    seconds: Math.round((performance.now() - begin) / 100) / 10,
  }),
);

function flush(): void {
  writeSync(file, buffer, 0, length);
  length = 0;
}

/** The first field of each line but the header; ids are never quoted. */
function movieIds(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.slice(0, line.indexOf(",")))
    .filter((id) => /^\d+$/.test(id));
}

/** Tommy Ettinger's mulberry32: a small generator with a period of 2^32, good enough to make data with. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
