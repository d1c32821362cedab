import type { SetColumn } from "./columns.ts";
import { type InvertedIndex, indexPrefixes } from "./inverted-index.ts";
import { type JaccardBounds, jaccardBounds } from "./jaccard-bounds.ts";
import { type OrderedSets, orderSets } from "./ordered-sets.ts";
import { sharedInt32 } from "./shared-arrays.ts";
import { rankTokens } from "./token-ranks.ts";

/** All that the threads of a join share: read only, but for the counter by which they take their work. */
export interface JaccardPlan {
  readonly maxDistance: number;
  /** Whether each probe is looked for among the sets before itself only, so that a pair is met once. */
  readonly self: boolean;
  readonly nearestOnly: boolean;
  readonly probes: OrderedSets;
  readonly indexed: OrderedSets;
  readonly index: InvertedIndex;
  readonly bounds: JaccardBounds;
  /** One cell: the first probe that nobody took. */
  readonly next: Int32Array;
}

/** Orders and indexes the sets. `right` is undefined for a self join. `maxDistance` is above 0. */
export function planJoin(
  left: SetColumn,
  right: SetColumn | undefined,
  maxDistance: number,
  nearestOnly: boolean,
): JaccardPlan {
  const ranks = rankTokens(right === undefined ? [left] : [left, right]);
  const self = right === undefined;
  const probes = orderSets(left, ranks);
  const indexed = self ? probes : orderSets(right, ranks);
  const maxSize = Math.max(probes.positionOf.length, indexed.positionOf.length) - 2;
  const bounds = jaccardBounds(maxDistance, maxSize);
  // In a self join the larger set of a pair looks for the smaller one.
  const leastProbe = self ? bounds.smallest.map((_, size) => size) : bounds.smallest;
  const index = indexPrefixes(indexed, ranks.count, bounds, leastProbe);
  const next = sharedInt32(1);
  return { maxDistance, self, nearestOnly, probes, indexed, index, bounds, next };
}
