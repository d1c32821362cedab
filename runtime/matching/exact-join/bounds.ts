import { type Criterion, distanceBy, leastFrom } from "./measure.ts";
import type { OrderedSets } from "./prepare.ts";
import { sharedInt32 } from "./shared-arrays.ts";

/** The sizes that there are, ascending. */
function sizesOf({ positionOf }: OrderedSets): number[] {
  const sizes: number[] = [];
  for (let size = 1; size + 1 < positionOf.length; size++) {
    if (positionOf[size + 1]! > positionOf[size]!) sizes.push(size);
  }
  return sizes;
}

/** What a probe's size asks of its partners, by their sizes alone. */
export class ProbeBounds {
  /** The smallest size of a partner; 0 where no size will do. */
  smallest = 0;
  /** By what can be shared at most: the largest size of a partner, or 0. */
  readonly largestOf: Int32Array;
  /** By a partner's size: how many tokens of the two may belong to one of them only. */
  readonly unshared: Int32Array;
  readonly #criterion: Criterion;
  readonly #sizes: readonly number[];
  #size = 0;

  constructor(criterion: Criterion, probes: OrderedSets, indexed: OrderedSets) {
    this.#criterion = criterion;
    this.#sizes = sizesOf(indexed);
    this.largestOf = new Int32Array(probes.positionOf.length);
    this.unshared = new Int32Array(indexed.positionOf.length);
  }

  turnTo(size: number): void {
    if (size === this.#size) return;
    this.#size = size;
    this.smallest = 0;
    const { largestOf, unshared } = this;
    let most = 0;
    let largest = 0;
    let least = 1;
    for (const other of this.#sizes) {
      least = leastOf(this.#criterion, size, other, least);
      // A larger partner never asks for less.
      if (least > size) break;
      unshared[other] = size + other - 2 * least;
      if (least > other) continue;
      if (this.smallest === 0) this.smallest = other;
      while (most < least) largestOf[most++] = largest;
      largest = other;
    }
    while (most <= size) largestOf[most++] = largest;
  }
}

/** What an indexed set's size asks of the probes. */
export interface IndexBounds {
  /** By size: how many of its tokens, the rarest, have to be indexed. */
  readonly prefixOf: Int32Array;
  /** By size: the sizes of probes that it can be a partner of, and the least that each asks to be shared. Both ascend. */
  readonly probesOf: ReadonlyMap<number, readonly { readonly size: number; readonly least: number }[]>;
}

/** @param self whether a set's probes are its like or larger. */
export function indexBounds(
  criterion: Criterion,
  probes: OrderedSets,
  indexed: OrderedSets,
  self: boolean,
): IndexBounds {
  const prefixOf = sharedInt32(indexed.positionOf.length);
  const probeSizes = sizesOf(probes);
  const probesOf = new Map<number, { readonly size: number; readonly least: number }[]>();
  for (const size of sizesOf(indexed)) {
    const admitted: { readonly size: number; readonly least: number }[] = [];
    let least = 1;
    for (const probe of probeSizes) {
      if (self && probe < size) continue;
      least = leastOf(criterion, probe, size, least);
      // A larger probe never asks for less.
      if (least > size) break;
      if (least <= probe) admitted.push({ size: probe, least });
    }
    const first = admitted[0]?.least;
    prefixOf[size] = first === undefined ? 0 : size - first + 1;
    probesOf.set(size, admitted);
  }
  return { prefixOf, probesOf };
}

/** @param from what a smaller partner asks for: a larger one never asks for less */
function leastOf(
  { measure, comparison, maxDistance }: Criterion,
  probe: number,
  size: number,
  from: number,
): number {
  return leastFrom(distanceBy(measure), maxDistance, comparison !== ">", probe, size, from);
}
