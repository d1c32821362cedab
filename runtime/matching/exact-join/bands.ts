import { setImmediate } from "node:timers/promises";
import type { Batch } from "./collect.ts";
import { countPairs, sortPairs } from "./pairs.ts";
import type { JoinPlan } from "./plan.ts";
import { Crew, type CrewOptions } from "./threads.ts";
import { type Band, newBand, takenOf } from "./work.ts";

export interface BandOptions extends CrewOptions {
  /** So many pairs, 16 bytes each, are in memory at once, and some more where a row has more by itself. */
  readonly bandPairs?: number;
}

const defaultBandPairs = 1 << 19;
/** Rows that are tried first, when nothing is known of their pairs. */
const firstRows = 2048;
/** A band is at most so many times as long as the last one. */
const growth = 16;

/**
 * Finds a plan's pairs, a band of left rows after the other, each as long as its pairs are few enough. A band that
 * turns out to have too many is cut and begun again.
 * @returns batches whose left rows ascend from batch to batch.
 * @throws the signal's reason
 */
export async function* pairsByRows(plan: JoinPlan, options: BandOptions): AsyncGenerator<Batch> {
  const { bandPairs = defaultBandPairs } = options;
  const positionOf = positionsByRow(plan);
  const total = plan.leftRows;
  const crew = new Crew(plan, options);
  try {
    for (let start = 0, rows = firstRows; start < total; ) {
      const behind = Math.min(total, start + rows);
      const positions = positionOf
        .slice(start, behind)
        .filter((position) => position !== none)
        .sort();
      const band = newBand(shared(positions), positions.length > 1 ? bandPairs : Number.POSITIVE_INFINITY);
      const parts = await crew.run(band, (taken) => (start + (behind - start) * taken) / total);
      const found = countPairs(parts);
      if (found > band.limit) {
        const done = Math.max(1, takenOf(band)) / positions.length;
        rows = Math.max(1, Math.floor(((behind - start) * done * bandPairs) / found / 2));
        continue;
      }
      if (found > 0) {
        yield { pairs: sortPairs(parts, behind, plan.rightRows, start), share: behind / total };
      }
      await setImmediate();
      const fitting = ((behind - start) * bandPairs) / Math.max(1, found) / 2;
      rows = Math.max(1, Math.floor(Math.min(growth * (behind - start), fitting)));
      start = behind;
    }
  } finally {
    await crew.end();
  }
}

/**
 * Finds a self join's pairs, smallest sets first. A band ends when it has enough pairs.
 * @returns batches in no order.
 * @throws the signal's reason
 */
export async function* pairsBySize(plan: JoinPlan, options: BandOptions): AsyncGenerator<Batch> {
  const { bandPairs = defaultBandPairs } = options;
  const total = plan.probes.rows.length;
  const positions = shared(Uint32Array.from({ length: total }, (_, position) => position));
  const crew = new Crew(plan, options);
  // A probe is compared with those before it, of which there are more and more.
  const share = (done: number) => (done / total) ** 2;
  try {
    for (let start = 0; start < total; ) {
      const band: Band = newBand(positions.subarray(start), bandPairs);
      const parts = await crew.run(band, (taken) => share(start + (total - start) * taken));
      start += takenOf(band);
      for (const { left, right, distance } of parts) {
        // Copied, since what a thread gives lies in memory of up to twice its size.
        const pairs = { left: left.slice(), right: right.slice(), distance: distance.slice() };
        yield { pairs, share: share(start) };
      }
      await setImmediate();
    }
  } finally {
    await crew.end();
  }
}

const none = 0xffffffff;

/** By the column's row: the position of its set, or {@link none} where it is empty. */
function positionsByRow({ probes, leftRows }: JoinPlan): Uint32Array {
  const positions = new Uint32Array(leftRows).fill(none);
  probes.rows.forEach((row, position) => {
    positions[row] = position;
  });
  return positions;
}

function shared(positions: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(positions.byteLength));
  copy.set(positions);
  return copy;
}
