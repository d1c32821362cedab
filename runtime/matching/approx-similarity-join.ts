import { rowCount, type SetColumn } from "./columns.ts";
import { differByMore } from "./exact-join/bitmaps.ts";
import { type Batch, PairCollector } from "./exact-join/collect.ts";
import { jaccardDistance, leastShared } from "./exact-join/measure.ts";
import { PairBuffer } from "./exact-join/pair-buffer.ts";
import { type JaccardPairs, sortPairs } from "./exact-join/pairs.ts";
import { type OrderedSets, orderSets, sharedTokens } from "./exact-join/prepare.ts";
import { rankTokens } from "./exact-join/token-ranks.ts";
import { type MinHashModel, minHashSignatures } from "./min-hash-lsh.ts";

export interface ApproxJoinOptions {
  /** More pairs are an error. Default 2^24. */
  readonly maxPairs?: number;
}

export interface ApproxJoinBatchesOptions {
  /** Of each left row only the pairs at its smallest distance, ties included. Default false. */
  readonly nearestOnly?: boolean;
}

/**
 * Spark's approxSimilarityJoin: of the pairs that agree in a table's value, those strictly below the threshold, by
 * left row, then right row. Rows are told apart by their number: where Spark's `distinct` takes two rows that are
 * equal in every column for one, both are kept here. A join of a column with itself has each pair twice, and
 * each row with itself, as Spark's has.
 * @throws {MatchingError} for a row without indices, or whose indices don't ascend, and for more pairs than allowed.
 */
export function approxSimilarityJoin(
  left: SetColumn,
  right: SetColumn,
  model: MinHashModel,
  threshold: number,
  { maxPairs }: ApproxJoinOptions = {},
): JaccardPairs {
  const collector = new PairCollector(maxPairs);
  for (const batch of batches(left, right, model, threshold, false)) if (!collector.add(batch)) break;
  return collector.joined();
}

/**
 * The same a batch at a time, which takes some 100 MB however many pairs there are: rows ascend from batch to batch.
 * @throws {MatchingError} as {@link approxSimilarityJoin}, but for the number of pairs.
 */
export function* approxSimilarityJoinBatches(
  left: SetColumn,
  right: SetColumn,
  model: MinHashModel,
  threshold: number,
  { nearestOnly = false }: ApproxJoinBatchesOptions = {},
): Generator<JaccardPairs> {
  for (const { pairs } of batches(left, right, model, threshold, nearestOnly)) yield pairs;
}

/** Pairs that a batch has, and those of one row more. */
const batchPairs = 1 << 19;

function* batches(
  left: SetColumn,
  right: SetColumn,
  model: MinHashModel,
  threshold: number,
  nearestOnly: boolean,
): Generator<Batch> {
  const leftSignatures = minHashSignatures(left, model);
  const rightSignatures = left === right ? leftSignatures : minHashSignatures(right, model);
  // The hash functions map no two indices to one value: those that agree share an index, and lie below 1.
  const maxDistance = Math.min(threshold, 1);
  if (!(maxDistance > 0)) return;
  const ranks = rankTokens([left, right]);
  const probes = orderSets(left, ranks);
  const sets = left === right ? probes : orderSets(right, ranks);
  const partners = new PartnerFinder(probes, sets, maxDistance, nearestOnly);
  const tables = model.a.length;
  const buckets = Array.from({ length: tables }, (_, table) =>
    bucketsOf(sets.rows, rightSignatures, table, tables),
  );
  const rows = rowCount(left);
  const positionOf = new Uint32Array(rows);
  for (const [position, row] of probes.rows.entries()) positionOf[row] = position;
  const found = new PairBuffer();
  let first = 0;
  for (let row = 0; row < rows; row++) {
    partners.start(positionOf[row]!);
    for (let table = 0; table < tables; table++) {
      partners.look(buckets[table]?.get(leftSignatures[row * tables + table] ?? -1) ?? none);
    }
    partners.give(found);
    if (found.length >= batchPairs || row === rows - 1) {
      const pairs = sortPairs([found.pairs()], row + 1, rowCount(right), first);
      yield { pairs, share: (row + 1) / rows };
      found.clear();
      first = row + 1;
    }
  }
}

/** Compares one set at a time with those of its buckets. */
class PartnerFinder {
  readonly #probes: OrderedSets;
  readonly #sets: OrderedSets;
  readonly #maxDistance: number;
  readonly #nearestOnly: boolean;
  /** By the sum of two sizes: how many tokens may belong to one of them only, and 1 more; 0 where it isn't known yet. */
  readonly #unshared: Int32Array;
  readonly #met: Int32Array;
  readonly #has: Int32Array;
  #probe = 0;
  #mark = 0;
  #size = 0;
  #best = 0;
  #rows: number[] = [];
  #distances: number[] = [];

  constructor(probes: OrderedSets, sets: OrderedSets, maxDistance: number, nearestOnly: boolean) {
    this.#probes = probes;
    this.#sets = sets;
    this.#maxDistance = maxDistance;
    this.#nearestOnly = nearestOnly;
    this.#unshared = new Int32Array(probes.positionOf.length + sets.positionOf.length);
    this.#met = new Int32Array(sets.rows.length);
    const last = (tokens: Int32Array) => tokens.reduce((most, token) => Math.max(most, token), 0);
    this.#has = new Int32Array(Math.max(last(probes.tokens), last(sets.tokens)) + 1);
  }

  start(probe: number): void {
    const { starts, tokens } = this.#probes;
    const mark = ++this.#mark;
    const end = starts[probe + 1]!;
    for (let at = starts[probe]!; at < end; at++) this.#has[tokens[at]!] = mark;
    this.#probe = probe;
    this.#size = end - starts[probe]!;
    this.#best = this.#maxDistance;
    this.#rows = [];
    this.#distances = [];
  }

  look(positions: Uint32Array): void {
    const sets = this.#sets;
    const mark = this.#mark;
    for (let at = 0; at < positions.length; at++) {
      const position = positions[at]!;
      if (this.#met[position] === mark) continue;
      this.#met[position] = mark;
      const otherSize = sets.starts[position + 1]! - sets.starts[position]!;
      // A bit that only one of the two has is a token that they don't share.
      const unshared = this.#unsharedOf(this.#size + otherSize);
      if (differByMore(this.#probes.bitmaps, this.#probe, sets.bitmaps, position, unshared)) continue;
      const shared = sharedTokens(sets, position, this.#has, mark);
      this.#take(sets.rows[position]!, jaccardDistance(shared, this.#size, otherSize));
    }
  }

  give(found: PairBuffer): void {
    const row = this.#probes.rows[this.#probe]!;
    for (const [at, other] of this.#rows.entries()) found.push(row, other, this.#distances[at]!);
  }

  #take(row: number, distance: number): void {
    if (!(distance < this.#maxDistance)) return;
    if (this.#nearestOnly && distance > this.#best) return;
    if (this.#nearestOnly && distance < this.#best) {
      this.#best = distance;
      this.#rows = [];
      this.#distances = [];
    }
    this.#rows.push(row);
    this.#distances.push(distance);
  }

  #unsharedOf(sum: number): number {
    const known = this.#unshared[sum]!;
    if (known > 0) return known - 1;
    const half = Math.floor(sum / 2);
    const unshared = sum - 2 * leastShared("jaccard", this.#maxDistance, false, half, sum - half);
    this.#unshared[sum] = Math.max(0, unshared) + 1;
    return Math.max(0, unshared);
  }
}

const none = new Uint32Array(0);

/** By a table's value: the positions of the sets that have it, ascending. */
function bucketsOf(
  rows: Uint32Array,
  signatures: Float64Array,
  table: number,
  tables: number,
): Map<number, Uint32Array> {
  const valueAt = (position: number) => signatures[rows[position]! * tables + table]!;
  const sizes = new Map<number, number>();
  for (let position = 0; position < rows.length; position++) {
    sizes.set(valueAt(position), (sizes.get(valueAt(position)) ?? 0) + 1);
  }
  const buckets = new Map<number, Uint32Array>();
  for (const [value, size] of sizes) buckets.set(value, new Uint32Array(size));
  const filled = new Map<number, number>();
  for (let position = 0; position < rows.length; position++) {
    const value = valueAt(position);
    const at = filled.get(value) ?? 0;
    filled.set(value, at + 1);
    const bucket = buckets.get(value);
    if (bucket !== undefined) bucket[at] = position;
  }
  return buckets;
}
