import assert from "node:assert/strict";
import {
  approxNearestNeighbors,
  approxSimilarityJoin,
  fitMinHash,
  hashingTF,
  minHashSignatures,
  nGrams,
  regexTokenize,
  setColumn,
  setRows,
} from "../../runtime/matching.ts";
import { sparkVectors } from "./vectors.ts";

type Sets = readonly (readonly number[])[];
type Pairs = readonly (readonly [left: number, right: number, distance: number])[];

describe("What PySpark's MinHashLSH made of the same input", () => {
  const { small, large, signatures } = sparkVectors<{
    small: Sets;
    large: Sets;
    signatures: readonly { seed: string; tables: number; small: Sets; large: Sets }[];
  }>("min-hash");
  for (const { seed, tables, ...expected } of signatures) {
    it(`are the signatures with seed ${seed} and ${tables} tables`, () => {
      const model = fitMinHash({ seed: BigInt(seed), numHashTables: tables });
      assert.deepEqual([...minHashSignatures(setColumn(small), model)], expected.small.flat());
      assert.deepEqual([...minHashSignatures(setColumn(large), model)], expected.large.flat());
    });
  }

  const joins = sparkVectors<{
    titles: readonly string[];
    sets: Sets;
    left: number;
    similarity: readonly {
      seed: number;
      tables: number;
      threshold: number;
      self?: true;
      pairs: Pairs | { count: number; sum: number };
    }[];
    neighbors: readonly {
      seed: number;
      tables: number;
      key: number;
      count: number;
      rows: [number, number][];
    }[];
  }>("joins");
  const left = setColumn(joins.sets.slice(0, joins.left));
  const right = setColumn(joins.sets.slice(joins.left));

  it("are the titles' sets", () => {
    const column = hashingTF(nGrams(regexTokenize(joins.titles, { pattern: "" })));
    assert.deepEqual(setRows(column), joins.sets);
  });

  for (const { seed, tables, threshold, self, pairs: expected } of joins.similarity) {
    it(`is the similarity join${self ? " with itself" : ""}, seed ${seed}, ${tables} tables, below ${threshold}`, () => {
      const model = fitMinHash({ seed, numHashTables: tables });
      const found = approxSimilarityJoin(left, self ? left : right, model, threshold);
      if ("count" in expected) {
        const sum = found.distance.reduce((total, distance) => total + distance, 0);
        assert.deepEqual(
          { count: found.left.length, sum: sum.toFixed(6) },
          { ...expected, sum: expected.sum.toFixed(6) },
        );
      } else {
        const pairs = Array.from(found.left, (row, at) => [row, found.right[at], found.distance[at]]);
        assert.deepEqual(pairs, expected);
      }
    });
  }

  for (const { seed, tables, key, count, rows: expected } of joins.neighbors) {
    it(`are the ${count} nearest neighbors of ${key}, seed ${seed}, ${tables} tables`, () => {
      const model = fitMinHash({ seed, numHashTables: tables });
      const found = approxNearestNeighbors(right, joins.sets[key] ?? [], model, count);
      assert.deepEqual(
        [...found.distance],
        expected.map(([, distance]) => distance),
      );
      // Which of several rows at the last distance are given, and how equals are ordered, is open in Spark.
      const last = expected.at(-1)?.[1];
      const settled = (rows: readonly (readonly [number, number])[]) =>
        rows
          .filter(([, distance]) => distance !== last || expected.length < count)
          .sort((x, y) => x[1] - y[1] || x[0] - y[0]);
      const actual = Array.from(found.rows, (row, at) => [row, found.distance[at] ?? -1] as const);
      assert.deepEqual(settled(actual), settled(expected));
    });
  }
});
