import type { JaccardPairs } from "./jaccard-pairs.ts";
import { MatchingError } from "./matching-error.ts";
import { sharedFloat64, sharedUint32 } from "./shared-arrays.ts";

/** Pairs as a thread finds them, in memory that another thread can read. */
export class PairBuffer {
  #left = sharedUint32(1024);
  #right = sharedUint32(1024);
  #distance = sharedFloat64(1024);
  #length = 0;

  push(left: number, right: number, distance: number): void {
    if (this.#length === this.#left.length) this.#grow();
    const at = this.#length++;
    this.#left[at] = left;
    this.#right[at] = right;
    this.#distance[at] = distance;
  }

  pairs(): JaccardPairs {
    return {
      left: this.#left.subarray(0, this.#length),
      right: this.#right.subarray(0, this.#length),
      distance: this.#distance.subarray(0, this.#length),
    };
  }

  #grow(): void {
    const length = 2 * this.#left.length;
    try {
      const left = sharedUint32(length);
      const right = sharedUint32(length);
      const distance = sharedFloat64(length);
      left.set(this.#left);
      right.set(this.#right);
      distance.set(this.#distance);
      this.#left = left;
      this.#right = right;
      this.#distance = distance;
    } catch (cause) {
      throw new MatchingError(
        `The join has found ${this.#length} pairs, and there is no memory for more. Choose a smaller maxDistance, or nearestOnly.`,
        { cause },
      );
    }
  }
}
