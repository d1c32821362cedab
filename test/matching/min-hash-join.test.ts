import assert from "node:assert/strict";
import fc from "fast-check";
import {
  approxNearestNeighbors,
  approxSimilarityJoin,
  approxSimilarityJoinBatches,
  fitMinHash,
  type JaccardPairs,
  MatchingError,
  minHashSignatures,
  setColumn,
} from "../../runtime/matching.ts";
import { nearestOf, type Pair, quadraticJoin } from "./quadratic-join.ts";

const sets = fc.array(
  fc.uniqueArray(fc.oneof(fc.nat(30), fc.nat(2038074741)), { minLength: 1, maxLength: 12 }),
  {
    maxLength: 30,
    size: "max",
  },
);
const params = fc.record({
  numHashTables: fc.integer({ min: 1, max: 5 }),
  seed: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
});
const threshold = fc.oneof(
  fc.constantFrom(0, 0.5, 1, 2, Number.NaN),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

describe("MinHash", () => {
  it("joins the pairs that agree in a table's value", () => {
    fc.assert(
      fc.property(sets, sets, params, threshold, (left, right, params, threshold) => {
        const model = fitMinHash(params);
        const found = approxSimilarityJoin(setColumn(left), setColumn(right), model, threshold);
        const pairs = Array.from(
          found.left,
          (row, at): Pair => [row, found.right[at] ?? -1, found.distance[at] ?? -1],
        );
        const [a, b] = [signatures(left, params.numHashTables), signatures(right, params.numHashTables)];
        const agree = ([row, other]: Pair) => a[row]?.some((value, table) => b[other]?.[table] === value);
        assert.deepEqual(pairs, quadraticJoin(left, right, threshold).filter(agree));

        function signatures(rows: readonly number[][], tables: number): number[][] {
          const flat = minHashSignatures(setColumn(rows), model);
          return rows.map((_, row) => [...flat.subarray(row * tables, (row + 1) * tables)]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("hashes exactly, at any index", () => {
    const index = fc.oneof(
      fc.nat(2038074742),
      fc.integer({ min: 2 ** 21 - 3, max: 2 ** 21 + 3 }),
      fc.constantFrom(0, 2038074742),
    );
    fc.assert(
      fc.property(fc.array(index, { minLength: 20, maxLength: 20 }), params, (indices, params) => {
        const model = fitMinHash(params);
        const expected = indices.flatMap((at) =>
          Array.from(model.a, (a, table) =>
            Number(((1n + BigInt(at)) * BigInt(a) + BigInt(model.b[table] ?? 0)) % 2038074743n),
          ),
        );
        assert.deepEqual([...minHashSignatures(setColumn(indices.map((at) => [at])), model)], expected);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps each left row's nearest, ties included", () => {
    fc.assert(
      fc.property(sets, sets, params, (left, right, params) => {
        const model = fitMinHash(params);
        const [l, r] = [setColumn(left), setColumn(right)];
        const rows = ({ left, right, distance }: JaccardPairs) =>
          Array.from(left, (row, at): Pair => [row, right[at] ?? -1, distance[at] ?? -1]);
        const nearest = [...approxSimilarityJoinBatches(l, r, model, 1, { nearestOnly: true })].flatMap(rows);
        assert.deepEqual(nearest, nearestOf(rows(approxSimilarityJoin(l, r, model, 1))));
      }),
      { numRuns: 200 },
    );
  });

  it("says what it can't work with", () => {
    const model = fitMinHash();
    const some = setColumn([[1]]);
    const said = (work: () => unknown) => {
      try {
        return work();
      } catch (error) {
        return error instanceof MatchingError ? error.message : error;
      }
    };
    assert.deepEqual(
      [
        said(() => fitMinHash({ numHashTables: 0 })),
        said(() => fitMinHash({ seed: 2 ** 53 })),
        said(() => fitMinHash({ seed: 2n ** 63n })),
        said(() => minHashSignatures(setColumn([[1], []]), model)),
        said(() => approxNearestNeighbors(some, [1], model, 0)),
        said(() => approxNearestNeighbors(some, [], model, 1)),
        said(() => setColumn([[1], [-1]])),
        said(() => minHashSignatures(setColumn([[1], [1, 2038074743]]), model)),
        said(() =>
          approxSimilarityJoin(setColumn([[1], [1]]), setColumn([[1], [1]]), model, 1, { maxPairs: 3 }),
        ),
      ],
      [
        "MinHashLSH: numHashTables is 0. It must be 1 or more.",
        "The seed 9007199254740992 isn't a safe integer. Give such a seed as a bigint.",
        "The seed 9223372036854775808 doesn't fit into 64 bits (a Java long).",
        'MinHashLSH: the set of row 1 is empty. Spark fails here too ("Must have at least 1 non zero entry"). Leave such rows out before.',
        "The number of nearest neighbors is 0. It can't be less than 1.",
        "MinHashLSH: the key has no index. It needs one or more.",
        "Row 1 has the index -1. Feature indices are integers from 0 to 2147483647.",
        "MinHashLSH: row 1 has the index 2038074743. Spark takes vectors of at most 2038074743 dimensions: choose a smaller numFeatures.",
        "The join has 4 pairs, and 3 are allowed in memory at once (maxPairs). Most are of sets that are the same: join each different set once, and look up its rows afterwards. A session's similarityJoin, exactJoinBatches and approxSimilarityJoinBatches give any number of pairs in little memory.",
      ],
    );
  });
});
