import type { SparseVectorColumn, TokenColumn } from "./columns.ts";
import { MatchingError } from "./matching-error.ts";
import { murmur3 } from "./murmur3.ts";
import { RowSorter } from "./row-sorter.ts";

export interface HashingTFOptions {
  /** Size of the vectors, 1 to 2^31 - 1. Default 2^18. */
  readonly numFeatures?: number;
  /** Every count is 1. Default false. */
  readonly binary?: boolean;
}

/** Beyond so many different tokens those that are new are hashed each time, which bounds the memory. */
const remembered = 1 << 20;

/**
 * Spark's HashingTF: each token counts at the index that is its hash (murmur3, seed 42) modulo the number of
 * features.
 * @throws {MatchingError} for a number of features out of range.
 */
export function hashingTF(column: TokenColumn, options: HashingTFOptions = {}): SparseVectorColumn {
  const { numFeatures = 1 << 18, binary = false } = options;
  const indexOfToken = rememberingHash(numFeatures);
  const total = column.tokens.length;
  const sorter = new RowSorter(total);
  const values = new Float64Array(total);
  const offsets = new Uint32Array(column.offsets.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = column.offsets[row + 1]!;
    for (let at = column.offsets[row]!; at < end; at++) sorter.add(indexOfToken(column.tokens[at] ?? null));
    offsets[row + 1] = sorter.endRow(values);
  }
  const count = offsets[offsets.length - 1]!;
  const counts = values.slice(0, count);
  if (binary) counts.fill(1);
  return { size: numFeatures, offsets, indices: sorter.indices.slice(0, count), values: counts };
}

/**
 * Spark's `HashingTF.indexOf`: a term's index in the vectors of so many features.
 * @throws {MatchingError} for a number of features out of range.
 */
export function indexOf(
  term: string | null,
  { numFeatures = 1 << 18 }: Pick<HashingTFOptions, "numFeatures"> = {},
): number {
  checkNumFeatures(numFeatures);
  return featureIndex(term, numFeatures);
}

const seed = 42;

/** A token's feature index. A null's hash is the seed. */
export function featureIndex(token: string | null, numFeatures: number): number {
  const index = (token === null ? seed : murmur3(token, seed)) % numFeatures;
  return index < 0 ? index + numFeatures : index;
}

export function checkNumFeatures(numFeatures: number): void {
  if (Number.isInteger(numFeatures) && numFeatures > 0 && numFeatures <= 0x7fffffff) return;
  throw new MatchingError(`HashingTF: numFeatures is ${numFeatures}. It must be from 1 to 2147483647.`);
}

function rememberingHash(numFeatures: number): (token: string | null) => number {
  checkNumFeatures(numFeatures);
  const known = new Map<string | null, number>();
  return (token) => {
    const seen = known.get(token);
    if (seen !== undefined) return seen;
    const index = featureIndex(token, numFeatures);
    if (known.size < remembered) known.set(token, index);
    return index;
  };
}
