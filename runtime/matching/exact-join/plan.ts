import { rowCount, type SetColumn } from "../columns.ts";
import { indexBounds } from "./bounds.ts";
import { type InvertedIndex, indexPrefixes } from "./index.ts";
import type { Criterion } from "./measure.ts";
import { type OrderedSets, orderSets } from "./prepare.ts";
import { rankTokens } from "./token-ranks.ts";

/** All that the threads of a join share, read only. */
export interface JoinPlan {
  readonly criterion: Criterion;
  /** Whether each probe is looked for among the sets before itself only, so that a pair is met once. */
  readonly self: boolean;
  readonly nearestOnly: boolean;
  readonly probes: OrderedSets;
  readonly indexed: OrderedSets;
  readonly index: InvertedIndex;
  readonly leftRows: number;
  readonly rightRows: number;
}

/** Orders and indexes the sets. `right` is undefined for a self join. */
export function planJoin(
  left: SetColumn,
  right: SetColumn | undefined,
  criterion: Criterion,
  nearestOnly: boolean,
): JoinPlan {
  const self = right === undefined;
  const ranks = rankTokens(self ? [left] : [left, right]);
  const probes = orderSets(left, ranks);
  const indexed = self ? probes : orderSets(right, ranks);
  // In a self join the larger set of a pair looks for the smaller one.
  const bounds = indexBounds(criterion, probes, indexed, self);
  return {
    criterion,
    self,
    // Pairs at one distance are all the nearest.
    nearestOnly: nearestOnly && criterion.comparison !== "=",
    probes,
    indexed,
    index: indexPrefixes(indexed, ranks.count, bounds),
    leftRows: rowCount(left),
    rightRows: rowCount(right ?? left),
  };
}
