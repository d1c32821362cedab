import type { TokenColumn } from "./columns.ts";
import { MatchingError } from "./matching-error.ts";

/**
 * Spark's NGram: every `n` neighbouring tokens, joined by one space; a row of fewer has none. A null token is the
 * text `null` in it.
 * @param n default 2
 * @throws {MatchingError} for an n that isn't an integer from 1.
 */
export function nGrams(column: TokenColumn, n = 2): TokenColumn {
  if (!Number.isInteger(n) || n < 1) throw new MatchingError(`NGram: n is ${n}. It must be 1 or more.`);
  const offsets = new Uint32Array(column.offsets.length);
  const tokens: string[] = [];
  for (let row = 0; row + 1 < offsets.length; row++) {
    const last = column.offsets[row + 1]! - n;
    for (let start = column.offsets[row]!; start <= last; start++) {
      let gram = column.tokens[start] ?? "null";
      for (let at = start + 1; at < start + n; at++) gram += ` ${column.tokens[at] ?? "null"}`;
      tokens.push(gram);
    }
    offsets[row + 1] = tokens.length;
  }
  return { offsets, tokens };
}
