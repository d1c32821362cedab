import { rowCount, type SetColumn } from "./columns.ts";
import { JavaRandom } from "./java-random.ts";
import { MatchingError } from "./matching-error.ts";
import type { MinHashParams } from "./stages.ts";

/** Spark's, a bound of its indices too. */
const minHashPrime = 2038074743;

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
    a[table] = 1 + random.nextInt(minHashPrime - 1);
    b[table] = random.nextInt(minHashPrime - 1);
  }
  return { a, b };
}

/**
 * Spark's MinHashLSHModel.transform: of each row and table the smallest hash of its indices.
 * @returns row i's value in table t at `i * tables + t`.
 * @throws {MatchingError} for a row without indices, or with one from 2038074743 on.
 */
export function minHashSignatures(sets: SetColumn, model: MinHashModel): Float64Array {
  const rows = rowCount(sets);
  const tables = model.a.length;
  const signatures = new Float64Array(rows * tables);
  for (let row = 0; row < rows; row++) {
    const start = sets.offsets[row]!;
    const end = sets.offsets[row + 1]!;
    if (start === end) {
      throw new MatchingError(
        `MinHashLSH: the set of row ${row} is empty. Spark fails here too ("Must have at least 1 non zero entry"). Leave such rows out before.`,
      );
    }
    const last = sets.indices[end - 1]!;
    if (last >= minHashPrime) {
      throw new MatchingError(
        `MinHashLSH: row ${row} has the index ${last}. Spark takes vectors of at most ${minHashPrime} dimensions: choose a smaller numFeatures.`,
      );
    }
    for (let table = 0; table < tables; table++) {
      const a = model.a[table]!;
      const b = model.b[table]!;
      let smallest = minHashPrime;
      for (let at = start; at < end; at++) {
        const hash = hashIndex(sets.indices[at]!, a, b);
        if (hash < smallest) smallest = hash;
      }
      signatures[row * tables + table] = smallest;
    }
  }
  return signatures;
}

/** ((1 + index) * a + b) mod minHashPrime in doubles, which are exact below 2^53; Java has 64-bit integers for it. */
function hashIndex(index: number, a: number, b: number): number {
  const factor = 1 + index;
  if (factor < 1 << 21) return modulo(factor * a + b);
  const high = Math.floor(a / 0x10000);
  const low = a % 0x10000;
  return modulo(modulo(factor * high) * 0x10000 + factor * low + b);
}

/** `%` on doubles costs several times as much. */
function modulo(value: number): number {
  const rest = value - Math.floor(value * (1 / minHashPrime)) * minHashPrime;
  return rest < 0 ? rest + minHashPrime : rest >= minHashPrime ? rest - minHashPrime : rest;
}
