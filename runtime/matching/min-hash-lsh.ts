import { differByMore } from "./bitmaps.ts";
import { rowCount, type SetColumn } from "./columns.ts";
import { jaccardBounds } from "./jaccard-bounds.ts";
import { type JaccardPairs, sortPairs } from "./jaccard-pairs.ts";
import { JavaRandom } from "./java-random.ts";
import { MatchingError } from "./matching-error.ts";
import { orderSets, sharedTokens } from "./ordered-sets.ts";
import { jaccardDistance } from "./overlap.ts";
import { PairBuffer } from "./pair-buffer.ts";
import type { MinHashParams } from "./stages.ts";
import { rankTokens } from "./token-ranks.ts";

const prime = 2038074743;

/** Spark's default: the hash of the class name. PySpark takes a random one instead unless PYTHONHASHSEED is set. */
export const defaultMinHashSeed = 328749633;

/** The fitted hash functions, one for each table: h(i) = ((1 + i) * a + b) mod 2038074743. */
export interface MinHashModel {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

/**
 * Spark's MinHashLSH.fit, which draws the functions from the seed alone and doesn't look at any data.
 * @param params defaults: one table, {@link defaultMinHashSeed}.
 * @throws {MatchingError} for less than one table, or a seed that isn't a Java long.
 */
export function fitMinHash(params: Partial<MinHashParams> = {}): MinHashModel {
  const { numHashTables = 1, seed = defaultMinHashSeed } = params;
  if (!Number.isInteger(numHashTables) || numHashTables < 1) {
    throw new MatchingError(`MinHashLSH: numHashTables is ${numHashTables}. It must be 1 or more.`);
  }
  const random = new JavaRandom(seed);
  const a = new Int32Array(numHashTables);
  const b = new Int32Array(numHashTables);
  for (let table = 0; table < numHashTables; table++) {
    a[table] = 1 + random.nextInt(prime - 1);
    b[table] = random.nextInt(prime - 1);
  }
  return { a, b };
}

/**
 * Spark's MinHashLSHModel.transform: of each row and table the smallest hash of its indices.
 * @returns row i's value in table t at `i * tables + t`.
 * @throws {MatchingError} for a row without indices.
 */
export function minHashSignatures(sets: SetColumn, model: MinHashModel): Float64Array {
  const rows = rowCount(sets);
  const tables = model.a.length;
  const signatures = new Float64Array(rows * tables);
  for (let row = 0; row < rows; row++) {
    const start = sets.offsets[row] ?? 0;
    const end = sets.offsets[row + 1] ?? 0;
    if (start === end) {
      throw new MatchingError(
        `MinHashLSH: the set of row ${row} is empty. Spark fails here too ("Must have at least 1 non zero entry"). Leave such rows out before.`,
      );
    }
    for (let table = 0; table < tables; table++) {
      const a = model.a[table] ?? 0;
      const b = model.b[table] ?? 0;
      let smallest = prime;
      for (let at = start; at < end; at++) {
        const hash = hashIndex(sets.indices[at] ?? 0, a, b);
        if (hash < smallest) smallest = hash;
      }
      signatures[row * tables + table] = smallest;
    }
  }
  return signatures;
}

/**
 * Spark's approxSimilarityJoin: of the pairs that agree in a table's value, those strictly below the threshold, by
 * left row, then right row. Rows are told apart by their number: where Spark's `distinct` takes two rows that are
 * equal in every column for one, both are kept here. A join of a column with itself has each pair twice, and
 * each row with itself, as Spark's has.
 * @throws {MatchingError} for a row without indices, or whose indices don't ascend.
 */
export function approxSimilarityJoin(
  left: SetColumn,
  right: SetColumn,
  model: MinHashModel,
  threshold: number,
): JaccardPairs {
  const leftSignatures = minHashSignatures(left, model);
  const rightSignatures = left === right ? leftSignatures : minHashSignatures(right, model);
  const found = new PairBuffer();
  // The hash functions map no two indices to one value: those that agree share an index, and lie below 1.
  const maxDistance = Math.min(threshold, 1);
  if (!(maxDistance > 0)) return sortPairs([], 0, 0);

  const ranks = rankTokens([left, right]);
  const probes = orderSets(left, ranks);
  const sets = left === right ? probes : orderSets(right, ranks);
  const bounds = jaccardBounds(maxDistance, Math.max(probes.positionOf.length, sets.positionOf.length) - 2);
  const tables = model.a.length;
  const buckets = Array.from({ length: tables }, (_, table) =>
    bucketsOf(sets.rows, rightSignatures, table, tables),
  );
  const met = new Int32Array(sets.rows.length);
  const has = new Int32Array(ranks.count);
  for (let probe = 0; probe < probes.rows.length; probe++) {
    const mark = probe + 1;
    const row = probes.rows[probe] ?? 0;
    const start = probes.starts[probe] ?? 0;
    const end = probes.starts[probe + 1] ?? 0;
    for (let at = start; at < end; at++) has[probes.tokens[at] ?? 0] = mark;
    for (let table = 0; table < tables; table++) {
      const positions = buckets[table]?.get(leftSignatures[row * tables + table] ?? -1) ?? none;
      for (let at = 0; at < positions.length; at++) {
        const position = positions[at] ?? 0;
        if (met[position] === mark) continue;
        met[position] = mark;
        const otherSize = (sets.starts[position + 1] ?? 0) - (sets.starts[position] ?? 0);
        const sum = end - start + otherSize;
        // A bit that only one of the two has is a token that they don't share.
        const unshared = sum - 2 * (bounds.overlapOf[sum] ?? 0);
        if (differByMore(probes.bitmaps, probe, sets.bitmaps, position, unshared)) continue;
        const distance = jaccardDistance(sharedTokens(sets, position, has, mark), end - start, otherSize);
        if (distance < threshold) found.push(row, sets.rows[position] ?? 0, distance);
      }
    }
  }
  return sortPairs([found.pairs()], rowCount(left), rowCount(right));
}

const none = new Uint32Array(0);

/** By a table's value: the positions of the sets that have it, ascending. */
function bucketsOf(
  rows: Uint32Array,
  signatures: Float64Array,
  table: number,
  tables: number,
): Map<number, Uint32Array> {
  const valueAt = (position: number) => signatures[(rows[position] ?? 0) * tables + table] ?? -1;
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

/** ((1 + index) * a + b) mod prime in doubles, which are exact below 2^53; Java has 64-bit integers for it. */
function hashIndex(index: number, a: number, b: number): number {
  const factor = 1 + index;
  if (factor < 1 << 21) return modulo(factor * a + b);
  const high = Math.floor(a / 0x10000);
  const low = a % 0x10000;
  return modulo(modulo(factor * high) * 0x10000 + factor * low + b);
}

/** `%` on doubles costs several times as much. */
function modulo(value: number): number {
  const rest = value - Math.floor(value * (1 / prime)) * prime;
  return rest < 0 ? rest + prime : rest >= prime ? rest - prime : rest;
}
