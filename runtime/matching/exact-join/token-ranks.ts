import type { SetColumn } from "../columns.ts";
import { MatchingError } from "../matching-error.ts";

/** Ranks of the feature indices by how often they occur, the rarest first. */
export interface TokenRanks {
  readonly count: number;
  rankOf(index: number): number;
}

/** Indices below this are ranked by an array, others by a map. */
const denseLimit = 1 << 22;

/** @throws {MatchingError} for a row whose indices don't ascend. */
export function rankTokens(columns: readonly SetColumn[]): TokenRanks {
  let largest = -1;
  for (const column of columns) largest = Math.max(largest, checkSets(column));
  return largest < denseLimit ? denseRanks(columns, largest + 1) : sparseRanks(columns);
}

/** @returns the largest index. */
function checkSets({ offsets, indices }: SetColumn): number {
  let largest = -1;
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = offsets[row + 1]!;
    let before = -1;
    for (let at = offsets[row]!; at < end; at++) {
      const index = indices[at]!;
      // An offset behind the last index gives undefined, which compares with nothing.
      if (!(index > before)) {
        throw new MatchingError(
          `The indices of row ${row} must ascend from 0 without duplicates, but ${index} follows ${before}. setColumn() makes such a column of any sets.`,
        );
      }
      before = index;
    }
    if (before > largest) largest = before;
  }
  return largest;
}

function denseRanks(columns: readonly SetColumn[], limit: number): TokenRanks {
  const frequency = new Uint32Array(limit);
  for (const { offsets, indices } of columns) {
    const end = offsets[offsets.length - 1]!;
    for (let at = offsets[0]!; at < end; at++) {
      const index = indices[at]!;
      frequency[index]! += 1;
    }
  }
  const present: number[] = [];
  for (let index = 0; index < limit; index++) if (frequency[index]! > 0) present.push(index);
  present.sort((x, y) => frequency[x]! - frequency[y]! || x - y);
  const ranks = new Int32Array(limit);
  for (const [rank, index] of present.entries()) ranks[index] = rank;
  return { count: present.length, rankOf: (index) => ranks[index]! };
}

function sparseRanks(columns: readonly SetColumn[]): TokenRanks {
  const frequency = new Map<number, number>();
  for (const { offsets, indices } of columns) {
    for (const index of indices.subarray(offsets[0], offsets[offsets.length - 1])) {
      frequency.set(index, (frequency.get(index) ?? 0) + 1);
    }
  }
  const present = [...frequency].sort(([x, timesX], [y, timesY]) => timesX - timesY || x - y);
  const ranks = new Map(present.map(([index], rank) => [index, rank]));
  return { count: ranks.size, rankOf: (index) => ranks.get(index)! };
}
