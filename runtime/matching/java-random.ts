import { MatchingError } from "./matching-error.ts";

const multiplier = 0x5deece66dn;
const mask = (1n << 48n) - 1n;

/** java.util.Random: the linear congruential generator that its documentation specifies. */
export class JavaRandom {
  #state: bigint;

  /**
   * @param seed a Java `long`; a number must be a safe integer.
   * @throws {MatchingError} for any other.
   */
  constructor(seed: bigint | number) {
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      throw new MatchingError(`The seed ${seed} isn't a safe integer. Give such a seed as a bigint.`);
    }
    const long = BigInt(seed);
    if (BigInt.asIntN(64, long) !== long) {
      throw new MatchingError(`The seed ${seed} doesn't fit into 64 bits (a Java long).`);
    }
    this.#state = (long ^ multiplier) & mask;
  }

  /** An integer from 0 to bound - 1; bound from 1 to 2^31 - 1. */
  nextInt(bound: number): number {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(this.#next31())) >> 31n);
    for (;;) {
      const bits = this.#next31();
      const value = bits % bound;
      // Java tells by an int overflow that the last, incomplete run of values was met.
      if (bits - value + (bound - 1) <= 0x7fffffff) return value;
    }
  }

  #next31(): number {
    this.#state = (this.#state * multiplier + 0xbn) & mask;
    return Number(this.#state >> 17n);
  }
}
