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
  const rightSets = right.map((row) => new Set(row));
  return left.flatMap((a, row) =>
    rightSets.flatMap((b, other): Pair[] => {
      if (a.length === 0 || b.size === 0) return [];
      let shared = 0;
      for (const index of a) if (b.has(index)) shared++;
      const distance = 1 - similarity(measure, shared, a.length, b.size);
      const kept =
        distance < maxDistance ? comparison !== "=" : distance === maxDistance && comparison !== ">";
      return kept ? [[row, other, distance]] : [];
    }),
  );
}

function similarity(measure: Measure, shared: number, left: number, right: number): number {
  switch (measure) {
    case "jaccard":
      return shared / (left + right - shared);
    case "cosine":
      return shared / Math.sqrt(left * right);
    case "containment":
      return shared / left;
  }
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
