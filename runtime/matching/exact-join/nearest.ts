import { BandProbe } from "./band-probe.ts";
import { bitmapWords, bitsByFours, differByMore, totalOfFours } from "./bitmaps.ts";
import { entryBitmap, entryPosition, entryReach, entryWords } from "./index.ts";
import { leastShared } from "./measure.ts";
import { sharedTokens } from "./prepare.ts";

/**
 * One thread's side of a join that keeps each probe's nearest sets only. Rare tokens are looked at first, so
 * that a near set is met early and its distance rules most others out.
 */
export class NearestProbe extends BandProbe {
  /** Of the present probe: the smallest distance, or the largest allowed while there is none, the positions. */
  #best = 0;
  #nearest: number[] = [];

  /** Finds the nearest sets of the probe at a position, which is above those before of the band. */
  run(probe: number): void {
    const { probes, indexed, criterion } = this.plan;
    const bounds = this.bounds;
    const start = probes.starts[probe]!;
    const end = probes.starts[probe + 1]!;
    const size = end - start;
    bounds.turnTo(size);
    if (bounds.smallest === 0) return;
    this.turnTo(start, end);
    this.#best = criterion.maxDistance;
    this.#nearest = [];
    for (let at = start; at < end; at++) {
      // A set met here for the first time can share the tokens from here on, no more.
      const most = end - at;
      const largest = bounds.largestOf[most]!;
      if (largest < bounds.smallest || this.distance(most, size, most) > this.#best) break;
      this.#scan(probe, size, probes.tokens[at]!, most, largest);
    }
    for (const position of this.#nearest) {
      this.found.push(probes.rows[probe]!, indexed.rows[position]!, this.#best);
    }
  }

  #scan(probe: number, size: number, token: number, most: number, largest: number): void {
    const { probes, index } = this.plan;
    const { smallest } = this.bounds;
    const { sizes, starts, entries } = index;
    const bits0 = probes.bitmaps[probe * bitmapWords]!;
    const bits1 = probes.bitmaps[probe * bitmapWords + 1]!;
    const behind = index.segments[token + 1]!;
    let segment = this.firstSegment(token, behind, smallest);
    for (; segment < behind && sizes[segment]! <= largest; segment++) {
      const otherSize = sizes[segment]!;
      if (this.distance(Math.min(most, otherSize), size, otherSize) > this.#best) continue;
      let unshared = this.#mostUnshared(size, otherSize);
      const end = starts[segment + 1]!;
      for (let entry = starts[segment]!; entry < end; entry += entryWords) {
        if (entries[entry + entryReach]! < size) break;
        const fours =
          bitsByFours(bits0 ^ entries[entry + entryBitmap]!) +
          bitsByFours(bits1 ^ entries[entry + entryBitmap + 1]!);
        if (totalOfFours(fours) > unshared) continue;
        if (this.#compare(probe, size, entries[entry + entryPosition]!, otherSize, unshared)) {
          unshared = this.#mostUnshared(size, otherSize);
        }
      }
    }
  }

  /** @returns whether the set is nearer than all before. */
  #compare(probe: number, size: number, position: number, otherSize: number, unshared: number): boolean {
    const { probes, indexed, criterion } = this.plan;
    const mark = this.mark;
    if (this.met[position] === mark) return false;
    this.met[position] = mark;
    if (differByMore(probes.bitmaps, probe, indexed.bitmaps, position, unshared)) return false;
    const distance = this.distance(sharedTokens(indexed, position, this.has, mark), size, otherSize);
    if (distance < this.#best) {
      this.#best = distance;
      this.#nearest = [position];
      return true;
    }
    const tie = this.#nearest.length > 0 || criterion.comparison === ">=";
    if (tie && distance === this.#best) this.#nearest.push(position);
    return false;
  }

  /** How many tokens of sets of these sizes may belong to one of them only, for at most the best distance. */
  #mostUnshared(size: number, otherSize: number): number {
    const { measure } = this.plan.criterion;
    return size + otherSize - 2 * leastShared(measure, this.#best, true, size, otherSize);
  }
}
