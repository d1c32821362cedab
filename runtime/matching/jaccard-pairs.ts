/** Pairs of rows with their Jaccard distance, by left row, then right row. Arrays of one length. */
export interface JaccardPairs {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly distance: Float64Array;
}

/** Pairs of several parts, in any order, sorted by left row, then right row: two counting sorts, the last one first. */
export function sortPairs(parts: readonly JaccardPairs[], leftRows: number, rightRows: number): JaccardPairs {
  const count = parts.reduce((sum, part) => sum + part.left.length, 0);
  const left = new Uint32Array(count);
  const right = new Uint32Array(count);
  const distance = new Float64Array(count);
  let filled = 0;
  for (const part of parts) {
    left.set(part.left, filled);
    right.set(part.right, filled);
    distance.set(part.distance, filled);
    filled += part.left.length;
  }
  const byRight = countingSort({ left, right, distance }, right, rightRows);
  return countingSort(byRight, byRight.left, leftRows);
}

function countingSort(pairs: JaccardPairs, key: Uint32Array, limit: number): JaccardPairs {
  const next = new Uint32Array(limit + 1);
  for (let at = 0; at < key.length; at++) {
    const value = (key[at] ?? 0) + 1;
    next[value] = (next[value] ?? 0) + 1;
  }
  for (let value = 1; value <= limit; value++) next[value] = (next[value] ?? 0) + (next[value - 1] ?? 0);
  const left = new Uint32Array(key.length);
  const right = new Uint32Array(key.length);
  const distance = new Float64Array(key.length);
  for (let at = 0; at < key.length; at++) {
    const value = key[at] ?? 0;
    const place = next[value] ?? 0;
    next[value] = place + 1;
    left[place] = pairs.left[at] ?? 0;
    right[place] = pairs.right[at] ?? 0;
    distance[place] = pairs.distance[at] ?? 0;
  }
  return { left, right, distance };
}
