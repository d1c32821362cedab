import { MatchingError } from "../matching-error.ts";
import { type JaccardPairs, joinBatches, sortPairs } from "./pairs.ts";

/** Pairs, and from 0 to 1 about how much of the join has been done with them. */
export interface Batch {
  readonly pairs: JaccardPairs;
  readonly share: number;
}

/** More pairs than so many, 16 bytes each, are only given by batches unless the caller says otherwise. */
const defaultMaxPairs = 1 << 24;

/** Pairs that won't be kept are counted up to so many, seconds of work: the rest is an estimate. */
const mostCounted = 1 << 27;

/** Collects the pairs of a join that is to be in memory as a whole, and counts them where they are too many. */
export class PairCollector {
  readonly #maxPairs: number;
  readonly #batches: JaccardPairs[] = [];
  #count = 0;
  #equal = 0;
  #share = 0;

  constructor(maxPairs = defaultMaxPairs) {
    this.#maxPairs = maxPairs;
  }

  /** @returns whether more are wanted. */
  add({ pairs, share }: Batch): boolean {
    this.#count += pairs.left.length;
    this.#share = share;
    for (const distance of pairs.distance) if (distance === 0) this.#equal++;
    if (this.#count <= this.#maxPairs) {
      this.#batches.push(pairs);
      return true;
    }
    this.#batches.length = 0;
    return this.#count <= mostCounted;
  }

  /**
   * Of batches that were sorted, one behind the other.
   * @throws {MatchingError} for more pairs than allowed, with their number.
   */
  joined(): JaccardPairs {
    this.#check();
    return joinBatches(this.#batches);
  }

  /**
   * Of batches in any order.
   * @throws {MatchingError} as {@link joined}
   */
  sorted(leftRows: number, rightRows: number): JaccardPairs {
    this.#check();
    return sortPairs(this.#batches, leftRows, rightRows);
  }

  #check(): void {
    const count = this.#count;
    if (count <= this.#maxPairs) return;
    const number = this.#share < 1 ? `about ${Math.round(count / this.#share)}` : `${count}`;
    const advice =
      2 * this.#equal > count
        ? "Most are of sets that are the same: join each different set once, and look up its rows afterwards."
        : "Choose a smaller maxDistance.";
    throw new MatchingError(
      `The join has ${number} pairs, and ${this.#maxPairs} are allowed in memory at once (maxPairs). ${advice} A session's similarityJoin, exactJoinBatches and approxSimilarityJoinBatches give any number of pairs in little memory.`,
    );
  }
}
