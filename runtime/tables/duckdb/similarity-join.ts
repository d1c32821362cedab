import { setImmediate } from "node:timers/promises";
import type * as DuckDb from "@duckdb/node-api";
import { approxSimilarityJoinBatches } from "../../matching/approx-similarity-join.ts";
import type { SetColumn } from "../../matching/columns.ts";
import { exactJoinBatches } from "../../matching/exact-join/join.ts";
import { type JaccardPairs, joinBatches } from "../../matching/exact-join/pairs.ts";
import { MatchingError } from "../../matching/matching-error.ts";
import { fitMinHash } from "../../matching/min-hash-lsh.ts";
import type { SimilarityJoinOptions } from "../../matching/stages.ts";
import { checkJoin, hashPrime, wrongFeatures } from "../check-matching.ts";
import { TableError } from "../table-error.ts";
import { SetGatherer, ValueGatherer } from "./matching-columns.ts";
import type { PlanNode } from "./plan.ts";
import type { QueryRunner } from "./query-runner.ts";
import { quoted } from "./quoting.ts";
import type { StoredColumns } from "./stored-table.ts";
import type { TemporaryFiles } from "./temporary-files.ts";

/** Rows that have features, with what stands for each of them in the result. */
interface Side {
  readonly ids: readonly DuckDb.DuckDBValue[];
  readonly sets: SetColumn;
}

/** So many pairs are kept in the engine's memory, where they take 24 MB; more go to files as they come. */
const pairsInMemory = 1 << 20;

/**
 * Finds the pairs of rows of two tables whose feature sets are near.
 * @returns the pairs, but for those that were added to the files: then none are left.
 */
export async function joinBySimilarity(
  runner: QueryRunner,
  left: PlanNode,
  right: PlanNode,
  options: SimilarityJoinOptions,
  files: TemporaryFiles,
  signal: AbortSignal | undefined,
): Promise<{ readonly pairs: StoredColumns; readonly inFiles: boolean }> {
  const { featuresCol, leftId, rightId } = options;
  const shape = checkJoin(left.columns, right.columns, options);
  const limit = options.method.name === "minhash" ? hashPrime : undefined;
  const sides = [
    await readSide(runner, left, leftId, featuresCol, limit),
    await readSide(runner, right, rightId, featuresCol, limit),
  ] as const;
  const columnsOf = (pairs: JaccardPairs): StoredColumns => ({
    ...shape,
    rowCount: pairs.left.length,
    values: (column, start, end) => pairValues(sides, pairs, column, start, end),
  });
  const kept: JaccardPairs[] = [];
  let count = 0;
  let inFiles = false;
  try {
    for await (const pairs of pairBatches(sides[0].sets, sides[1].sets, options, signal)) {
      kept.push(pairs);
      count += pairs.left.length;
      if (count <= pairsInMemory && !inFiles) continue;
      inFiles = true;
      for (const batch of kept.splice(0)) await files.add(columnsOf(batch));
      signal?.throwIfAborted();
      await setImmediate();
    }
  } catch (error) {
    await files.delete();
    if (error instanceof MatchingError) throw new TableError(`similarityJoin: ${error.message}`);
    throw error;
  }
  return { pairs: columnsOf(joinBatches(kept)), inFiles };
}

function pairValues(
  [left, right]: readonly [Side, Side],
  pairs: JaccardPairs,
  column: number,
  start: number,
  end: number,
): readonly DuckDb.DuckDBValue[] {
  if (column === 2) return Array.from(pairs.distance.subarray(start, end));
  const { ids } = column === 0 ? left : right;
  const rows = column === 0 ? pairs.left : pairs.right;
  const values: DuckDb.DuckDBValue[] = [];
  for (let at = start; at < end; at++) values.push(ids[rows[at] ?? 0] ?? null);
  return values;
}

async function readSide(
  runner: QueryRunner,
  node: PlanNode,
  id: string,
  featuresCol: string,
  limit: number | undefined,
): Promise<Side> {
  let ids = new ValueGatherer();
  let sets: SetGatherer | undefined;
  await runner.chunks(
    node,
    "Reading features",
    // Rows without features have no distance to anything.
    (query) =>
      `SELECT ${quoted(id)}, ${quoted(featuresCol)} FROM (${query}) WHERE len(${quoted(featuresCol)}) > 0`,
    (chunk, api) => {
      sets ??= new SetGatherer(
        api,
        (row, what) => wrongFeatures(id, String(ids.column()[row]), featuresCol, what),
        "refused",
        limit,
      );
      ids.add(chunk.getColumnVector(0), chunk.rowCount);
      sets.add(chunk.getColumnVector(1), chunk.rowCount, () => false);
    },
    () => {
      ids = new ValueGatherer();
      sets = undefined;
    },
  );
  const empty: SetColumn = { offsets: new Uint32Array(1), indices: new Int32Array(0) };
  return { ids: ids.column(), sets: sets?.column() ?? empty };
}

/** By left row, then right row. */
async function* pairBatches(
  left: SetColumn,
  right: SetColumn,
  { method, maxDistance, nearestOnly = false }: SimilarityJoinOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<JaccardPairs> {
  if (method.name === "minhash") {
    yield* approxSimilarityJoinBatches(left, right, fitMinHash(method), maxDistance, { nearestOnly });
    return;
  }
  const { measure = "jaccard", comparison = ">" } = method;
  yield* exactJoinBatches(left, right, {
    maxDistance,
    nearestOnly,
    measure,
    comparison,
    ...(signal && { signal }),
  });
}
