import { BandProbe } from "./band-probe.ts";
import { bitmapWords, bitsByFours, differByMore, totalOfFours } from "./bitmaps.ts";
import { entryBitmap, entryPosition, entryReach, entryWords } from "./index.ts";
import { keeps } from "./measure.ts";
import { sharedTokens } from "./prepare.ts";

/** One thread's side of a join that finds all pairs. */
export class PairProbe extends BandProbe {
  /** Finds the partners of the probe at a position, which is above those before of the band. */
  run(probe: number): void {
    const { self, probes } = this.plan;
    const bounds = this.bounds;
    const start = probes.starts[probe]!;
    const size = probes.starts[probe + 1]! - start;
    bounds.turnTo(size);
    const { smallest, largestOf } = bounds;
    if (smallest === 0) return;
    this.turnTo(start, start + size);
    for (let at = start; at < start + size; at++) {
      // Partners are small enough that the tokens from here on can be all that they share.
      const largest = largestOf[start + size - at]!;
      if (largest < smallest) break;
      this.#scan(probe, size, probes.tokens[at]!, smallest, self ? Math.min(size, largest) : largest);
    }
  }

  /** Compares the probe with the sets of these sizes that have the token in their prefix. */
  #scan(probe: number, size: number, token: number, smallest: number, largest: number): void {
    const { probes, index } = this.plan;
    const { sizes, starts, entries } = index;
    const unsharedOf = this.bounds.unshared;
    const bits0 = probes.bitmaps[probe * bitmapWords]!;
    const bits1 = probes.bitmaps[probe * bitmapWords + 1]!;
    const behind = index.segments[token + 1]!;
    let segment = this.firstSegment(token, behind, smallest);
    for (; segment < behind && sizes[segment]! <= largest; segment++) {
      const otherSize = sizes[segment]!;
      const unshared = unsharedOf[otherSize]!;
      const end = starts[segment + 1]!;
      for (let entry = starts[segment]!; entry < end; entry += entryWords) {
        if (entries[entry + entryReach]! < size) break;
        // A bit that only one of the two has is a token that they don't share.
        const fours =
          bitsByFours(bits0 ^ entries[entry + entryBitmap]!) +
          bitsByFours(bits1 ^ entries[entry + entryBitmap + 1]!);
        if (totalOfFours(fours) <= unshared)
          this.#compare(probe, size, entries[entry + entryPosition]!, otherSize, unshared);
      }
    }
  }

  #compare(probe: number, size: number, position: number, otherSize: number, unshared: number): void {
    const { criterion, self, probes, indexed } = this.plan;
    const mark = this.mark;
    if ((self && position >= probe) || this.met[position] === mark) return;
    this.met[position] = mark;
    if (differByMore(probes.bitmaps, probe, indexed.bitmaps, position, unshared)) return;
    const shared = sharedTokens(indexed, position, this.has, mark);
    const distance = this.distance(shared, size, otherSize);
    if (!keeps(criterion, distance)) return;
    const probeRow = probes.rows[probe]!;
    const row = indexed.rows[position]!;
    if (self && row < probeRow) this.found.push(row, probeRow, distance);
    else this.found.push(probeRow, row, distance);
  }
}
