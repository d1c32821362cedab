import { jaccardDistance } from "./overlap.ts";
import { sharedInt32 } from "./shared-arrays.ts";

/** What a distance asks of two sets, by their sizes alone: the filters' arithmetic, exact to the last bit. */
export interface JaccardBounds {
  /** By the sum of two sizes: the smallest overlap whose distance is strictly below the largest allowed. */
  readonly overlapOf: Int32Array;
  /** The other way round, by an overlap: the largest sum of two sizes for which it is enough. */
  readonly sumOf: Int32Array;
  /** By a set's size: the smallest size of a partner. */
  readonly smallest: Int32Array;
}

/**
 * @param maxDistance above 0, at most 1
 * @param maxSize of any set
 */
export function jaccardBounds(maxDistance: number, maxSize: number): JaccardBounds {
  const overlapOf = sharedInt32(2 * maxSize + 1);
  const sumOf = sharedInt32(maxSize + 1);
  let overlap = 1;
  for (let sum = 2; sum <= 2 * maxSize; sum++) {
    // A larger sum never asks for a smaller overlap, so that one walk finds all of them.
    while (2 * overlap < sum && !(jaccardDistance(overlap, sum, 0) < maxDistance)) overlap++;
    overlapOf[sum] = overlap;
    sumOf[overlap] = sum;
  }
  for (let enough = 1; enough <= maxSize; enough++) {
    if (sumOf[enough] === 0) sumOf[enough] = sumOf[enough - 1] ?? 0;
  }
  const smallest = sharedInt32(maxSize + 1);
  let least = 1;
  for (let size = 1; size <= maxSize; size++) {
    while (least < size && (overlapOf[size + least] ?? 0) > least) least++;
    smallest[size] = least;
  }
  return { overlapOf, sumOf, smallest };
}
