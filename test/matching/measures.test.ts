import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Comparison,
  exactJoin,
  exactJoinBatches,
  exactSelfJoin,
  type JaccardPairs,
  MatchingError,
  type Measure,
  setColumn,
} from "../../runtime/matching.ts";
import { nearestOf, type Pair, quadraticJoin, quadraticSelfJoin } from "./quadratic-join.ts";
import { sparkVectors } from "./vectors.ts";

/** Sets that share much: few and skewed indices, sizes from 0, now and then large ones. */
const sets = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.uniqueArray(fc.nat(12), { maxLength: 9 }) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.nat(100), { maxLength: 60 }) },
  ),
  { maxLength: 30, size: "max" },
);
const measure = fc.constantFrom<Measure>("jaccard", "cosine", "containment");
const comparison = fc.constantFrom<Comparison>(">", ">=", "=");
/** Distances that pairs have, so that "at" and "below" differ, and others. */
const maxDistance = fc.oneof(
  fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 10 })).map(([a, b]) => Math.max(0, 1 - a / b)),
  fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 80 })).map(([a, b]) => Math.max(0, 1 - a / Math.sqrt(b))),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const criterion = fc
  .record({ measure, comparison, maxDistance })
  .filter(({ comparison, maxDistance }) => comparison === ">" || maxDistance < 1);

describe("The exact join by any measure and comparison", () => {
  it("finds what comparing each with each finds", async () => {
    await fc.assert(
      fc.asyncProperty(sets, sets, criterion, async (left, right, criterion) => {
        const { measure, comparison, maxDistance } = criterion;
        const pairs = await exactJoin(setColumn(left), setColumn(right), criterion);
        assert.deepEqual(rows(pairs), quadraticJoin(left, right, maxDistance, measure, comparison));
      }),
      { numRuns: 400 },
    );
  });

  it("finds each left row's nearest, ties included", async () => {
    await fc.assert(
      fc.asyncProperty(sets, sets, criterion, async (left, right, criterion) => {
        const { measure, comparison, maxDistance } = criterion;
        const pairs = await exactJoin(setColumn(left), setColumn(right), { ...criterion, nearestOnly: true });
        const all = quadraticJoin(left, right, maxDistance, measure, comparison);
        assert.deepEqual(rows(pairs), nearestOf(all));
      }),
      { numRuns: 400 },
    );
  });

  it("finds each pair of a column once", async () => {
    await fc.assert(
      fc.asyncProperty(sets, criterion, async (given, criterion) => {
        fc.pre(criterion.measure !== "containment");
        const { measure, comparison, maxDistance } = criterion;
        const pairs = await exactSelfJoin(setColumn(given), criterion);
        assert.deepEqual(rows(pairs), quadraticSelfJoin(given, maxDistance, measure, comparison));
      }),
      { numRuns: 300 },
    );
  });

  const peers = sparkVectors<{
    left: readonly number[][];
    right: readonly number[][];
    cases: readonly {
      measure: Measure;
      comparison: Comparison;
      maxDistance: number;
      pairs: readonly [number, number][];
    }[];
  }>("peer-joins");
  for (const { pairs, ...criterion } of peers.cases) {
    const { measure, comparison, maxDistance } = criterion;
    it(`finds what ${measure === "containment" ? "SetSimilaritySearch" : "py_stringsimjoin"} finds: ${measure} ${comparison} ${1 - maxDistance}`, async () => {
      const found = await exactJoin(setColumn(peers.left), setColumn(peers.right), criterion);
      assert.deepEqual(
        rows(found).map(([left, right]) => [left, right]),
        pairs,
      );
    });
  }

  it("says what it can't work with", async () => {
    const some = setColumn([[1]]);
    const said = async (join: Promise<unknown>) =>
      join.then(
        () => "nothing",
        (error: unknown) => (error instanceof MatchingError ? error.message : String(error)),
      );
    const wrong = { measure: "dice", comparison: "<" } as unknown as {
      measure: Measure;
      comparison: Comparison;
    }; // as JavaScript may give them
    assert.deepEqual(
      [
        await said(exactJoin(some, some, { maxDistance: 0.5, measure: wrong.measure })),
        await said(exactJoin(some, some, { maxDistance: 0.5, comparison: wrong.comparison })),
        await said(exactJoin(some, some, { maxDistance: 1, comparison: ">=" })),
        await said(exactSelfJoin(some, { maxDistance: 0.5, measure: "containment" })),
      ],
      [
        'There is no measure "dice". There are: jaccard, cosine, containment.',
        'There is no comparison "<". There are: >, >=, =.',
        'All sets that share nothing are at the distance 1: with the comparison ">=" each row would be a partner of each. Choose a smaller maxDistance, or ">" for all that share an index.',
        "The containment of a set in another isn't that of the other in it, so that a pair has two: join the column with itself by exactJoin.",
      ],
    );
  });
});

describe("A join with very many pairs", function () {
  this.timeout(120_000);
  const equal = setColumn(Array.from({ length: 2000 }, () => [1, 2, 3]));

  it("is refused with their number where they were to be in memory at once", async () => {
    await assert.rejects(exactSelfJoin(equal, { maxDistance: 0.5, maxPairs: 1000 }), {
      name: "MatchingError",
      message: /^The join has 1999000 pairs, and 1000 are allowed .* join each different set once/,
    });
  });

  it("is given in batches of sorted pairs, few at a time", async () => {
    let count = 0;
    let largest = 0;
    let last = -1;
    for await (const { left, right } of exactJoinBatches(equal, equal, { maxDistance: 0.5, threads: 2 })) {
      largest = Math.max(largest, left.length);
      for (let at = 0; at < left.length; at++) {
        const key = (left[at] ?? 0) * 2000 + (right[at] ?? 0);
        if (key !== last + 1) assert.fail(`pair ${key} follows ${last}`);
        last = key;
      }
      count += left.length;
    }
    assert.equal(count, 4_000_000);
    assert.ok(largest <= 1 << 20, `a batch has ${largest} pairs`);
  });
});

function rows({ left, right, distance }: JaccardPairs): Pair[] {
  return Array.from(left, (row, at) => [row, right[at] ?? -1, distance[at] ?? -1]);
}
