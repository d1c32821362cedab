import { rowCount, type SetColumn } from "./columns.ts";
import { jaccardDistance } from "./exact-join/measure.ts";
import { MatchingError } from "./matching-error.ts";
import { type MinHashModel, minHashSignatures } from "./min-hash-lsh.ts";
import { overlap } from "./overlap.ts";

/** Rows near to a key, nearest first. */
export interface Neighbors {
  readonly rows: Uint32Array;
  readonly distance: Float64Array;
}

/**
 * Spark's approxNearestNeighbors (the public one, of a single probe): of the rows that agree with the key in a
 * table's value the `count` nearest. There may be fewer. Rows of one distance come in their order, where Spark
 * promises none.
 * @param key the key's distinct indices, in any order.
 * @throws {MatchingError} for a count below 1, an empty key, a row without indices.
 */
export function approxNearestNeighbors(
  sets: SetColumn,
  key: Iterable<number>,
  model: MinHashModel,
  count: number,
): Neighbors {
  if (!Number.isInteger(count) || count < 1) {
    throw new MatchingError(`The number of nearest neighbors is ${count}. It can't be less than 1.`);
  }
  const indices = Int32Array.from(new Set(key)).sort();
  const keyColumn: SetColumn = { offsets: Uint32Array.of(0, indices.length), indices };
  if (indices.length === 0)
    throw new MatchingError("MinHashLSH: the key has no index. It needs one or more.");
  const tables = model.a.length;
  const keySignature = minHashSignatures(keyColumn, model);
  const signatures = minHashSignatures(sets, model);
  const found: { readonly row: number; readonly distance: number }[] = [];
  for (let row = 0; row < rowCount(sets); row++) {
    const agrees = keySignature.some((value, table) => signatures[row * tables + table] === value);
    if (agrees) found.push({ row, distance: rowDistance(sets, row, keyColumn, 0) });
  }
  // Sorting keeps the order of equals.
  const nearest = found.sort((x, y) => x.distance - y.distance).slice(0, count);
  return {
    rows: Uint32Array.from(nearest, ({ row }) => row),
    distance: Float64Array.from(nearest, ({ distance }) => distance),
  };
}

function rowDistance(left: SetColumn, leftRow: number, right: SetColumn, rightRow: number): number {
  const leftStart = left.offsets[leftRow]!;
  const leftEnd = left.offsets[leftRow + 1]!;
  const rightStart = right.offsets[rightRow]!;
  const rightEnd = right.offsets[rightRow + 1]!;
  const shared = overlap(left.indices, leftStart, leftEnd, right.indices, rightStart, rightEnd);
  return jaccardDistance(shared, leftEnd - leftStart, rightEnd - rightStart);
}
