import { bitmapWords, bitsByFours, differByMore, totalOfFours } from "./bitmaps.ts";
import { entryBitmap, entryPosition, entryReach, entryWords } from "./inverted-index.ts";
import type { JaccardPlan } from "./jaccard-plan.ts";
import { sharedTokens } from "./ordered-sets.ts";
import { jaccardDistance } from "./overlap.ts";
import { PairBuffer } from "./pair-buffer.ts";

/**
 * One thread's side of a join that keeps each probe's nearest sets only. Rare tokens are looked at first, so
 * that a near set is met early and its distance rules most others out.
 */
export class NearestProbe {
  readonly found = new PairBuffer();
  readonly #plan: JaccardPlan;
  /** By token: its first segment of sets that aren't too small for the probes to come, since probes only grow. */
  readonly #from: Uint32Array;
  /** By position: the last probe (its position, plus 1) that was compared with it. */
  readonly #met: Int32Array;
  /** By token: the last probe (its position, plus 1) that has it. */
  readonly #has: Int32Array;
  /** Of the present probe: the smallest distance, or the largest allowed while there is none, and the positions. */
  #best = 0;
  #nearest: number[] = [];

  constructor(plan: JaccardPlan) {
    this.#plan = plan;
    this.#from = plan.index.segments.slice();
    this.#met = new Int32Array(plan.indexed.rows.length);
    this.#has = new Int32Array(plan.index.segments.length);
  }

  /** Finds the nearest sets of the probe at a position. Each call's position is above those before. */
  run(probe: number): void {
    const { probes, indexed, bounds, maxDistance } = this.#plan;
    const start = probes.starts[probe] ?? 0;
    const end = probes.starts[probe + 1] ?? 0;
    const size = end - start;
    this.#best = maxDistance;
    this.#nearest = [];
    for (let at = start; at < end; at++) this.#has[probes.tokens[at] ?? 0] = probe + 1;
    for (let at = start; at < end; at++) {
      // A set met here for the first time can share the tokens from here on, no more.
      const most = end - at;
      const largest = (bounds.sumOf[most] ?? 0) - size;
      if (largest < (bounds.smallest[size] ?? 0) || jaccardDistance(most, size, most) > this.#best) break;
      this.#scan(probe, size, probes.tokens[at] ?? 0, most, largest);
    }
    for (const position of this.#nearest) {
      this.found.push(probes.rows[probe] ?? 0, indexed.rows[position] ?? 0, this.#best);
    }
  }

  #scan(probe: number, size: number, token: number, most: number, largest: number): void {
    const { probes, index, bounds } = this.#plan;
    const { sizes, starts, entries } = index;
    const bits0 = probes.bitmaps[probe * bitmapWords] ?? 0;
    const bits1 = probes.bitmaps[probe * bitmapWords + 1] ?? 0;
    const behind = index.segments[token + 1] ?? 0;
    let segment = this.#from[token] ?? 0;
    while (segment < behind && (sizes[segment] ?? 0) < (bounds.smallest[size] ?? 0)) segment++;
    this.#from[token] = segment;
    for (; segment < behind && (sizes[segment] ?? 0) <= largest; segment++) {
      const otherSize = sizes[segment] ?? 0;
      if (jaccardDistance(Math.min(most, otherSize), size, otherSize) > this.#best) continue;
      let unshared = mostUnshared(size + otherSize, this.#best);
      const end = starts[segment + 1] ?? 0;
      for (let entry = starts[segment] ?? 0; entry < end; entry += entryWords) {
        if ((entries[entry + entryReach] ?? 0) < size) break;
        const fours =
          bitsByFours(bits0 ^ (entries[entry + entryBitmap] ?? 0)) +
          bitsByFours(bits1 ^ (entries[entry + entryBitmap + 1] ?? 0));
        if (totalOfFours(fours) > unshared) continue;
        if (this.#compare(probe, size, entries[entry + entryPosition] ?? 0, otherSize, unshared)) {
          unshared = mostUnshared(size + otherSize, this.#best);
        }
      }
    }
  }

  /** @returns whether the set is nearer than all before. */
  #compare(probe: number, size: number, position: number, otherSize: number, unshared: number): boolean {
    const { probes, indexed } = this.#plan;
    if (this.#met[position] === probe + 1) return false;
    this.#met[position] = probe + 1;
    if (differByMore(probes.bitmaps, probe, indexed.bitmaps, position, unshared)) return false;
    const distance = jaccardDistance(sharedTokens(indexed, position, this.#has, probe + 1), size, otherSize);
    if (distance < this.#best) {
      this.#best = distance;
      this.#nearest = [position];
      return true;
    }
    if (distance === this.#best && this.#nearest.length > 0) this.#nearest.push(position);
    return false;
  }
}

/** How many tokens two sets of the sum of sizes may have that they don't share, for at most the distance. */
function mostUnshared(sum: number, distance: number): number {
  // The estimate is 1 short, which covers the rounding of the division.
  let overlap = Math.max(1, Math.floor(((1 - distance) / (2 - distance)) * sum) - 1);
  while (2 * overlap < sum && jaccardDistance(overlap, sum, 0) > distance) overlap++;
  return sum - 2 * overlap;
}
