import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { pairsByRows, pairsBySize } from "../../runtime/matching/exact-join/bands.ts";
import { type Batch, PairCollector } from "../../runtime/matching/exact-join/collect.ts";
import type { Criterion } from "../../runtime/matching/exact-join/measure.ts";
import type { JaccardPairs } from "../../runtime/matching/exact-join/pairs.ts";
import { planJoin } from "../../runtime/matching/exact-join/plan.ts";
import {
  jaccardJoin,
  jaccardSelfJoin,
  MatchingError,
  type SetColumn,
  setColumn,
} from "../../runtime/matching.ts";
import { nearestOf, quadraticJoin, quadraticSelfJoin } from "./quadratic-join.ts";

/** Sets that share much: few and skewed indices, sizes from 0, now and then large ones and far indices. */
const sets = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.uniqueArray(fc.nat(12), { maxLength: 9 }) },
    { weight: 2, arbitrary: fc.uniqueArray(fc.nat(200), { maxLength: 120 }) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(0, 1, 5_000_000, 2 ** 31 - 1), { maxLength: 4 }) },
  ),
  { maxLength: 40, size: "max" },
);
const maxDistance = fc.oneof(
  fc.constantFrom(0, 0.1, 0.2, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 0.8, 0.9, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

describe("jaccardJoin", () => {
  it("finds what comparing each with each finds", async () => {
    await fc.assert(
      fc.asyncProperty(sets, sets, maxDistance, async (left, right, maxDistance) => {
        const pairs = await jaccardJoin(setColumn(left), setColumn(right), { maxDistance });
        assert.deepEqual(rows(pairs), quadraticJoin(left, right, maxDistance));
      }),
      { numRuns: 300 },
    );
  });

  it("finds each left row's nearest, ties included", async () => {
    await fc.assert(
      fc.asyncProperty(sets, sets, maxDistance, async (left, right, maxDistance) => {
        const pairs = await jaccardJoin(setColumn(left), setColumn(right), {
          maxDistance,
          nearestOnly: true,
        });
        assert.deepEqual(rows(pairs), nearestOf(quadraticJoin(left, right, maxDistance)));
      }),
      { numRuns: 300 },
    );
  });

  it("leaves out a pair at the largest distance itself", async () => {
    const left = setColumn([[1, 2, 3]]);
    const right = setColumn([[1, 2, 3], [1, 2], [1, 2, 3, 4], [4]]);
    const within = async (maxDistance: number) =>
      rows(await jaccardJoin(left, right, { maxDistance })).join(" | ");
    assert.equal(await within(0), "");
    assert.equal(await within(0.25), "0,0,0");
    assert.equal(await within(1 - 2 / 3), "0,0,0 | 0,2,0.25");
    assert.equal(await within(1), `0,0,0 | 0,1,${1 - 2 / 3} | 0,2,0.25`);
  });

  it("refuses a distance out of range and indices that don't ascend", async () => {
    const good = setColumn([[1]]);
    const twice: SetColumn = { offsets: Uint32Array.of(0, 0, 2), indices: Int32Array.of(7, 7) };
    const said = async (join: Promise<unknown>) =>
      join.then(
        () => "nothing",
        (error: unknown) => (error instanceof MatchingError ? error.message : String(error)),
      );
    assert.deepEqual(
      [
        await said(jaccardJoin(good, good, { maxDistance: 1.5 })),
        await said(jaccardSelfJoin(good, { maxDistance: Number.NaN })),
        await said(jaccardJoin(good, twice, { maxDistance: 1 })),
      ],
      [
        "maxDistance is 1.5. It is a number from 0 to 1.",
        "maxDistance is NaN. It is a number from 0 to 1.",
        "The indices of row 1 must ascend from 0 without duplicates, but 7 follows 7. setColumn() makes such a column of any sets.",
      ],
    );
  });
});

describe("jaccardSelfJoin", () => {
  it("finds what comparing each with each finds, once", async () => {
    await fc.assert(
      fc.asyncProperty(sets, maxDistance, async (given, maxDistance) => {
        const pairs = await jaccardSelfJoin(setColumn(given), { maxDistance });
        assert.deepEqual(rows(pairs), quadraticSelfJoin(given, maxDistance));
      }),
      { numRuns: 300 },
    );
  });
});

describe("a join on several threads", () => {
  const many = randomSets(1500);

  it("gives the same pairs in the same order", async () => {
    const few = many.slice(0, 300);
    const column = setColumn(many);
    for (const maxDistance of [0.4, 0.8, 1]) {
      const criterion: Criterion = { measure: "jaccard", comparison: ">", maxDistance };
      const options = { threads: 3, helpFrom: 0, bandPairs: 3000 };
      const self = new PairCollector();
      await collect(pairsBySize(planJoin(column, undefined, criterion, false), options), self);
      assert.deepEqual(
        self.sorted(many.length, many.length),
        await jaccardSelfJoin(column, { maxDistance, threads: 1 }),
      );
      const nearest = new PairCollector();
      await collect(pairsByRows(planJoin(column, setColumn(few), criterion, true), options), nearest);
      assert.deepEqual(
        nearest.joined(),
        await jaccardJoin(column, setColumn(few), { maxDistance, threads: 1, nearestOnly: true }),
      );
    }
  });

  it("ends when its signal does, with the signal's reason", async () => {
    const column = setColumn(randomSets(30_000));
    const ended = async (abort: (controller: AbortController) => void) => {
      const controller = new AbortController();
      const join = jaccardSelfJoin(column, { maxDistance: 0.9, signal: controller.signal });
      abort(controller);
      return join.then(
        () => "completed",
        (error: unknown) => error,
      );
    };
    const begun = performance.now();
    assert.equal(await ended((controller) => controller.abort("at once")), "at once");
    assert.equal(await ended((controller) => setTimeout(() => controller.abort("later"), 400)), "later");
    assert.ok(performance.now() - begun < 3000, "it took too long to end");
  });

  it("works within a thread, and lets it end", async () => {
    // tsx doesn't reach a thread's first module, only what that imports by tsx's own way.
    const file = JSON.stringify(new URL("./join-in-a-thread.ts", import.meta.url).href);
    const code = `import("tsx/esm/api").then(({ tsImport }) => tsImport(${file}, ${file}))`;
    const worker = new Worker(code, { eval: true, workerData: many });
    const [message] = await once(worker, "message");
    const [exitCode] = await once(worker, "exit");
    const pairs = await jaccardSelfJoin(setColumn(many), { maxDistance: 0.8 });
    assert.deepEqual({ pairs: message, exitCode }, { pairs: pairs.left.length, exitCode: 0 });
  });
});

async function collect(batches: AsyncIterable<Batch>, collector: PairCollector): Promise<void> {
  for await (const batch of batches) collector.add(batch);
}

function rows({ left, right, distance }: JaccardPairs): [number, number, number][] {
  return Array.from(left, (row, at) => [row, right[at] ?? -1, distance[at] ?? -1]);
}

/** Sets of about 15 of 400 indices, the small ones often, always the same. */
function randomSets(count: number): number[][] {
  let state = 1;
  const random = () => {
    state = Math.imul(state, 48271) & 0x7fffffff;
    return state / 0x80000000;
  };
  return Array.from({ length: count }, () => {
    const size = 4 + Math.floor(random() * 22);
    return [...new Set(Array.from({ length: size }, () => Math.floor(400 * random() ** 3)))];
  });
}
