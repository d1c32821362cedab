import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { movieTitles } from "./movie-titles.ts";

/**
 * Writes a movies.csv of as many made-up titles as wanted: `make-movies MOVIES.csv COUNT OUTPUT.csv`. They are
 * the given file's with most of their longer words replaced by longer words of others, so that lengths, short
 * words and pairs of letters are as frequent as in the original. Always the same for the same input.
 */
function main(): void {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [source, count, target] = positionals;
  if (source === undefined || target === undefined || !(Number(count) > 0)) {
    throw new Error("Usage: make-movies MOVIES.csv COUNT OUTPUT.csv");
  }
  const titles = movieTitles(readFileSync(source, "utf8"));
  const random = mulberry32(20);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[Math.floor(random() * list.length)];
    if (item === undefined) throw new Error(`${source} has no titles.`);
    return item;
  };
  const split = titles.map((title) => title.slice(0, -7).split(" "));
  const words = split.flat().filter(isLong);
  const rows = ["movieId,title,genres"];
  for (let id = 1; id <= Number(count); id++) {
    const model = pick(split);
    const name = model.map((word) => (isLong(word) && random() < 0.8 ? pick(words) : word));
    const year = 1920 + Math.floor(random() * 100);
    rows.push(`${id},"${name.join(" ").replaceAll('"', '""')} (${year})",Drama`);
  }
  writeFileSync(target, `${rows.join("\n")}\n`);
}

function isLong(word: string): boolean {
  return word.length > 3;
}

/** Tommy Ettinger's mulberry32, public domain: numbers from 0 to 1. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

main();
