import { readFileSync } from "node:fs";

/**
 * What a real PySpark wrote (test/spark/make-vectors.py).
 * @typeParam T the file's shape, which only that script decides
 */
export function sparkVectors<T>(name: string): T {
  // JSON can't say its type; a test fails where the shape is another.
  return JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), "utf8")) as T;
}
