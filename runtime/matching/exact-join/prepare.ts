import type { SetColumn } from "../columns.ts";
import { bitmapWords } from "./bitmaps.ts";
import { sharedInt32, sharedUint32 } from "./shared-arrays.ts";
import type { TokenRanks } from "./token-ranks.ts";

// How the data of a join lies, for the sets {5,9}, {9}, {} and {2,5,9} of the rows 0 to 3. Tokens are ranks by how
// often an index occurs: 2 -> 0, 5 -> 1, 9 -> 2. A place in the order by size is a position.
//
//   position     0     1      2          3 (behind the last)
//   rows         1     0      3
//   starts       0     1      3          6
//   tokens       2     1 2    0 1 2          rarest first, so that a set's prefix tells it best
//   bitmaps      4 words each                one bit for each token
//   positionOf   by size: 0 -> 0, 1 -> 0, 2 -> 1, 3 -> 2, 4 -> 3
//
// The inverted index (index.ts) of the prefixes, where each set has two tokens in its prefix (but one of one):
//
//   token        0         1           2
//   segments     0         1           3         5    a token's segments lie between its number and the next
//   segment      0         1     2     3     4
//   sizes        3         2     3     1     2        of the sets in it, ascending
//   starts       0         4     8     12    16   20  in words of `entries`
//   entries      {2}       {1}   {2}   {0}   {1}      by position, 4 words each: reach, 2 of the bitmap, position
//
// A probe (probe.ts) goes through its own prefix, for each token through the segments of admissible sizes, and in a
// segment through the entries until their reach ends. What passes the bitmap is compared once: `met` holds the mark of
// the last probe that a position was compared with, `has` that of the last probe that has a token.

/**
 * The non-empty sets of a column, smallest first; the place in this order is a set's position. Tokens are ranks, the
 * rarest 0, and ascend within a set, so that a set's prefix holds its rarest. All arrays can be shared between threads.
 */
export interface OrderedSets {
  /** The column's row of each position. */
  readonly rows: Uint32Array;
  /** Where each position's tokens begin, and one more. */
  readonly starts: Uint32Array;
  readonly tokens: Int32Array;
  /**
   * For each position {@link bitmapWords} words in which each token set one bit. The most frequent tokens have bits
   * of their own, the others share them.
   */
  readonly bitmaps: Int32Array;
  /** By size: the first position of a set that is at least as large. */
  readonly positionOf: Uint32Array;
}

/** For each token the positions of all sets that have it, ascending. */
interface TokenPositions {
  readonly starts: Uint32Array;
  readonly positions: Uint32Array;
}

/**
 * Orders a column's sets. Their tokens are sorted by going from the sets to the tokens and back, in linear time.
 */
export function orderSets(column: SetColumn, ranks: TokenRanks): OrderedSets {
  const { rows, starts, positionOf } = orderBySize(column.offsets);
  const total = starts[rows.length]!;
  const byToken = invert(column, rows, total, ranks);
  const tokens = sharedInt32(total);
  const bitmaps = sharedInt32(rows.length * bitmapWords);
  const filled = starts.slice();
  for (let token = 0; token < ranks.count; token++) {
    const bit = (ranks.count - 1 - token) % (32 * bitmapWords);
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    const end = byToken.starts[token + 1]!;
    for (let at = byToken.starts[token]!; at < end; at++) {
      const position = byToken.positions[at]!;
      const place = filled[position]!;
      filled[position] = place + 1;
      tokens[place] = token;
      const cell = position * bitmapWords + word;
      bitmaps[cell]! |= mask;
    }
  }
  return { rows, starts, tokens, bitmaps, positionOf };
}

/** How many tokens of a set are marked: `marks` holds the mark by token. */
export function sharedTokens(sets: OrderedSets, position: number, marks: Int32Array, mark: number): number {
  const end = sets.starts[position + 1]!;
  let count = 0;
  for (let at = sets.starts[position]!; at < end; at++) count += marks[sets.tokens[at]!] === mark ? 1 : 0;
  return count;
}

function orderBySize(offsets: Uint32Array): Pick<OrderedSets, "rows" | "starts" | "positionOf"> {
  let maxSize = 0;
  for (let row = 0; row + 1 < offsets.length; row++) maxSize = Math.max(maxSize, sizeOf(offsets, row));
  // First the number of sets by size, then the position behind the sets that are smaller.
  const positionOf = sharedUint32(maxSize + 2);
  for (let row = 0; row + 1 < offsets.length; row++) {
    const size = sizeOf(offsets, row);
    if (size > 0) positionOf[size + 1]! += 1;
  }
  for (let size = 1; size <= maxSize + 1; size++) {
    positionOf[size]! += positionOf[size - 1]!;
  }
  const next = positionOf.slice();
  const rows = sharedUint32(positionOf[maxSize + 1]!);
  for (let row = 0; row + 1 < offsets.length; row++) {
    const size = sizeOf(offsets, row);
    if (size === 0) continue;
    const position = next[size]!;
    next[size] = position + 1;
    rows[position] = row;
  }
  const starts = sharedUint32(rows.length + 1);
  for (let position = 0; position < rows.length; position++) {
    starts[position + 1] = starts[position]! + sizeOf(offsets, rows[position]!);
  }
  return { rows, starts, positionOf };
}

function invert(column: SetColumn, rows: Uint32Array, total: number, ranks: TokenRanks): TokenPositions {
  const starts = new Uint32Array(ranks.count + 1);
  const positions = new Uint32Array(total);
  for (let at = column.offsets[0]!, end = at + total; at < end; at++) {
    const token = ranks.rankOf(column.indices[at]!);
    starts[token + 1]! += 1;
  }
  for (let token = 0; token < ranks.count; token++) starts[token + 1]! += starts[token]!;
  const next = starts.slice();
  for (let position = 0; position < rows.length; position++) {
    const row = rows[position]!;
    const end = column.offsets[row + 1]!;
    for (let at = column.offsets[row]!; at < end; at++) {
      const token = ranks.rankOf(column.indices[at]!);
      const place = next[token]!;
      next[token] = place + 1;
      positions[place] = position;
    }
  }
  return { starts, positions };
}

function sizeOf(offsets: Uint32Array, row: number): number {
  return offsets[row + 1]! - offsets[row]!;
}
