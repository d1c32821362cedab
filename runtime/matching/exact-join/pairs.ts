/** Pairs of rows with their distance (of whichever measure), by left row, then right row. Arrays of one length. */
export interface JaccardPairs {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly distance: Float64Array;
}

/**
 * Pairs of several parts, in any order, sorted by left row, then right row: two counting sorts, the last one first.
 * The parts are taken out of their list on the way, so that their memory is free for the second sort.
 * @param leftRows of the left rows that there are, `firstLeft` the smallest that occurs
 */
export function sortPairs(
  parts: JaccardPairs[],
  leftRows: number,
  rightRows: number,
  firstLeft = 0,
): JaccardPairs {
  const byRight = countingSort(parts, "right", 0, rightRows);
  parts.length = 0;
  return countingSort([byRight], "left", firstLeft, leftRows);
}

/** Sorted batches, one behind the other. They are taken out of their list. */
export function joinBatches(batches: JaccardPairs[]): JaccardPairs {
  const [first] = batches;
  if (first !== undefined && batches.length === 1) return first;
  const pairs = emptyPairs(countPairs(batches));
  let filled = 0;
  for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
    pairs.left.set(batch.left, filled);
    pairs.right.set(batch.right, filled);
    pairs.distance.set(batch.distance, filled);
    filled += batch.left.length;
  }
  return pairs;
}

export function countPairs(parts: readonly JaccardPairs[]): number {
  return parts.reduce((sum, part) => sum + part.left.length, 0);
}

function emptyPairs(count: number): JaccardPairs {
  return {
    left: new Uint32Array(count),
    right: new Uint32Array(count),
    distance: new Float64Array(count),
  };
}

function countingSort(
  parts: readonly JaccardPairs[],
  by: "left" | "right",
  first: number,
  behind: number,
): JaccardPairs {
  const next = new Uint32Array(behind - first + 1);
  for (const part of parts) {
    const key = part[by];
    for (let at = 0; at < key.length; at++) next[key[at]! - first + 1]! += 1;
  }
  for (let value = 1; value < next.length; value++) next[value]! += next[value - 1]!;
  const { left, right, distance } = emptyPairs(countPairs(parts));
  for (const part of parts) {
    const key = part[by];
    for (let at = 0; at < key.length; at++) {
      const value = key[at]! - first;
      const place = next[value]!;
      next[value] = place + 1;
      left[place] = part.left[at]!;
      right[place] = part.right[at]!;
      distance[place] = part.distance[at]!;
    }
  }
  return { left, right, distance };
}
