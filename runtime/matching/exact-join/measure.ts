/** How near two sets are: `shared / union`, `shared / sqrt(left size * right size)`, `shared / left size`. */
export type Measure = "jaccard" | "cosine" | "containment";

/**
 * Which pairs are kept, by their similarity against the smallest allowed one, as py_stringsimjoin's `comp_op` has it:
 * `>` those strictly below the largest distance, `>=` those at it too, `=` those at it alone.
 */
export type Comparison = ">" | ">=" | "=";

/** What a join keeps. Plain data, so that it crosses threads. */
export interface Criterion {
  readonly measure: Measure;
  readonly comparison: Comparison;
  /** From 0 to 1. */
  readonly maxDistance: number;
}

/** The distance, 1 less the similarity, of two sets that share so many: the left one's size, then the right one's. */
export type Distance = (shared: number, left: number, right: number) => number;

/** Spark's `keyDistance`, to the last bit. */
export function jaccardDistance(shared: number, left: number, right: number): number {
  return 1 - shared / (left + right - shared);
}

function cosineDistance(shared: number, left: number, right: number): number {
  return 1 - shared / Math.sqrt(left * right);
}

function containmentDistance(shared: number, left: number): number {
  return 1 - shared / left;
}

const distances: { readonly [M in Measure]: Distance } = {
  jaccard: jaccardDistance,
  cosine: cosineDistance,
  containment: containmentDistance,
};

/** What is wrong with a criterion, which may come from JavaScript. */
export function criterionProblem({ measure, comparison, maxDistance }: Criterion): string | undefined {
  if (!Object.hasOwn(distances, measure))
    return `There is no measure ${JSON.stringify(measure)}. There are: ${Object.keys(distances).join(", ")}.`;
  if (![">", ">=", "="].includes(comparison))
    return `There is no comparison ${JSON.stringify(comparison)}. There are: >, >=, =.`;
  if (!(maxDistance >= 0 && maxDistance <= 1))
    return `maxDistance is ${maxDistance}. It is a number from 0 to 1.`;
  if (maxDistance === 1 && comparison !== ">")
    return `All sets that share nothing are at the distance 1: with the comparison "${comparison}" each row would be a partner of each. Choose a smaller maxDistance, or ">" for all that share an index.`;
  return undefined;
}

export function distanceBy(measure: Measure): Distance {
  return distances[measure];
}

/** Whether a pair at a distance is kept. */
export function keeps({ comparison, maxDistance }: Criterion, distance: number): boolean {
  switch (comparison) {
    case ">":
      return distance < maxDistance;
    case ">=":
      return distance <= maxDistance;
    case "=":
      return distance === maxDistance;
  }
}

/**
 * The least that sets of these sizes have to share for a distance below the limit, or at it where that is within. At
 * least 1, and more than the smaller size where nothing is enough. Exact: the last bits of the distances decide.
 */
export function leastShared(
  measure: Measure,
  limit: number,
  within: boolean,
  left: number,
  right: number,
): number {
  const most = Math.min(left, right);
  // The estimate is 1 short, which covers the rounding of the division.
  const from = Math.max(1, Math.min(most, Math.floor(estimate(measure, 1 - limit, left, right)) - 1));
  return leastFrom(distances[measure], limit, within, left, right, from);
}

/** The same where it is known not to be below `from`, such as what a smaller partner asks for. */
export function leastFrom(
  distance: Distance,
  limit: number,
  within: boolean,
  left: number,
  right: number,
  from: number,
): number {
  const most = Math.min(left, right);
  let shared = from;
  for (; shared <= most; shared++) {
    const found = distance(shared, left, right);
    if (found < limit || (within && found === limit)) break;
  }
  return shared;
}

function estimate(measure: Measure, similarity: number, left: number, right: number): number {
  switch (measure) {
    case "jaccard":
      return (similarity / (1 + similarity)) * (left + right);
    case "cosine":
      return similarity * Math.sqrt(left * right);
    case "containment":
      return similarity * left;
  }
}
