import type { Comparison, Measure } from "../../runtime/matching.ts";

/** A pair: left row, right row, distance. */
export type Pair = [left: number, right: number, distance: number];

/** The plain join that the fast one must equal: every row with every other. */
export function quadraticJoin(
  left: readonly (readonly number[])[],
  right: readonly (readonly number[])[],
  maxDistance: number,
  measure: Measure = "jaccard",
  comparison: Comparison = ">",
): Pair[] {
  return left.flatMap((a, row) =>
    right.flatMap((b, other): Pair[] => {
      if (a.length === 0 || b.length === 0) return [];
      const inB = new Set(b);
      const shared = a.filter((index) => inB.has(index)).length;
      const similarity = {
        jaccard: shared / (a.length + b.length - shared),
        cosine: shared / Math.sqrt(a.length * b.length),
        containment: shared / a.length,
      }[measure];
      const distance = 1 - similarity;
      const kept = {
        ">": distance < maxDistance,
        ">=": distance <= maxDistance,
        "=": distance === maxDistance,
      }[comparison];
      return kept ? [[row, other, distance]] : [];
    }),
  );
}

export function quadraticSelfJoin(
  sets: readonly (readonly number[])[],
  maxDistance: number,
  measure: Measure = "jaccard",
  comparison: Comparison = ">",
): Pair[] {
  return quadraticJoin(sets, sets, maxDistance, measure, comparison).filter(([left, right]) => left < right);
}

/** Of each left row the pairs at its smallest distance. */
export function nearestOf(pairs: readonly Pair[]): Pair[] {
  const smallest = new Map<number, number>();
  for (const [left, , distance] of pairs) {
    smallest.set(left, Math.min(distance, smallest.get(left) ?? distance));
  }
  return pairs.filter(([left, , distance]) => distance === smallest.get(left));
}
