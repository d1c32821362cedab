import { bitmapWords, bitsByFours, differByMore, totalOfFours } from "./bitmaps.ts";
import { entryBitmap, entryPosition, entryReach, entryWords } from "./inverted-index.ts";
import type { JaccardPlan } from "./jaccard-plan.ts";
import { sharedTokens } from "./ordered-sets.ts";
import { jaccardDistance } from "./overlap.ts";
import { PairBuffer } from "./pair-buffer.ts";

/** One thread's side of a join: takes probes in ascending order and finds their partners. */
export class JaccardProbe {
  readonly found = new PairBuffer();
  readonly #plan: JaccardPlan;
  /** By token: its first segment of sets that aren't too small for the probes to come, since probes only grow. */
  readonly #from: Uint32Array;
  /** By position: the last probe (its position, plus 1) that was compared with it. */
  readonly #met: Int32Array;
  /** By token: the last probe (its position, plus 1) that has it. */
  readonly #has: Int32Array;

  constructor(plan: JaccardPlan) {
    this.#plan = plan;
    this.#from = plan.index.segments.slice();
    this.#met = new Int32Array(plan.indexed.rows.length);
    this.#has = new Int32Array(plan.index.segments.length);
  }

  /** Finds the partners of the probe at a position. Each call's position is above those before. */
  run(probe: number): void {
    const { self, probes, bounds } = this.#plan;
    const start = probes.starts[probe] ?? 0;
    const size = (probes.starts[probe + 1] ?? 0) - start;
    const smallest = bounds.smallest[size] ?? 0;
    for (let at = start; at < start + size; at++) this.#has[probes.tokens[at] ?? 0] = probe + 1;
    for (let at = start; at < start + size; at++) {
      // Partners are small enough that the tokens from here on can be all that they share.
      const largest = (bounds.sumOf[start + size - at] ?? 0) - size;
      if (largest < smallest) break;
      this.#scan(probe, size, probes.tokens[at] ?? 0, smallest, self ? Math.min(size, largest) : largest);
    }
  }

  /** Compares the probe with the sets of these sizes that have the token in their prefix. */
  #scan(probe: number, size: number, token: number, smallest: number, largest: number): void {
    const { probes, index, bounds } = this.#plan;
    const { sizes, starts, entries } = index;
    const bits0 = probes.bitmaps[probe * bitmapWords] ?? 0;
    const bits1 = probes.bitmaps[probe * bitmapWords + 1] ?? 0;
    const behind = index.segments[token + 1] ?? 0;
    let segment = this.#from[token] ?? 0;
    while (segment < behind && (sizes[segment] ?? 0) < smallest) segment++;
    this.#from[token] = segment;
    for (; segment < behind && (sizes[segment] ?? 0) <= largest; segment++) {
      const sum = size + (sizes[segment] ?? 0);
      const unshared = sum - 2 * (bounds.overlapOf[sum] ?? 0);
      const end = starts[segment + 1] ?? 0;
      for (let entry = starts[segment] ?? 0; entry < end; entry += entryWords) {
        if ((entries[entry + entryReach] ?? 0) < size) break;
        // A bit that only one of the two has is a token that they don't share.
        const fours =
          bitsByFours(bits0 ^ (entries[entry + entryBitmap] ?? 0)) +
          bitsByFours(bits1 ^ (entries[entry + entryBitmap + 1] ?? 0));
        if (totalOfFours(fours) <= unshared)
          this.#compare(probe, size, entries[entry + entryPosition] ?? 0, sum, unshared);
      }
    }
  }

  #compare(probe: number, size: number, position: number, sum: number, unshared: number): void {
    const { maxDistance, self, probes, indexed } = this.#plan;
    if ((self && position >= probe) || this.#met[position] === probe + 1) return;
    this.#met[position] = probe + 1;
    if (differByMore(probes.bitmaps, probe, indexed.bitmaps, position, unshared)) return;
    const overlap = sharedTokens(indexed, position, this.#has, probe + 1);
    const distance = jaccardDistance(overlap, size, sum - size);
    if (!(distance < maxDistance)) return;
    const probeRow = probes.rows[probe] ?? 0;
    const row = indexed.rows[position] ?? 0;
    if (self && row < probeRow) this.found.push(row, probeRow, distance);
    else this.found.push(probeRow, row, distance);
  }
}
