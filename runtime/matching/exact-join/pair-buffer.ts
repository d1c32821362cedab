import { MatchingError } from "../matching-error.ts";
import type { JaccardPairs } from "./pairs.ts";
import { sharedFloat64, sharedUint32 } from "./shared-arrays.ts";

/** Pairs as a thread finds them, in memory that another thread can read. */
export class PairBuffer {
  #left = sharedUint32(1024);
  #right = sharedUint32(1024);
  #distance = sharedFloat64(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Starts again in the same memory: what {@link pairs} gave holds until then. */
  clear(): void {
    this.#length = 0;
  }

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
        `The join has found ${this.#length} pairs of a few rows, and there is no memory for more.`,
        { cause },
      );
    }
  }
}
