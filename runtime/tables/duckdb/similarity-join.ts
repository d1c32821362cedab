import type * as DuckDb from "@duckdb/node-api";
import type { SetColumn } from "../../matching/columns.ts";
import { jaccardJoin } from "../../matching/jaccard-join.ts";
import type { JaccardPairs } from "../../matching/jaccard-pairs.ts";
import { MatchingError } from "../../matching/matching-error.ts";
import { approxSimilarityJoin, fitMinHash } from "../../matching/min-hash-lsh.ts";
import type { SimilarityJoinOptions } from "../../matching/stages.ts";
import { checkJoin, hashPrime, wrongFeatures } from "../check-matching.ts";
import { TableError } from "../session.ts";
import { SetGatherer, ValueGatherer } from "./matching-columns.ts";
import type { PlanNode } from "./plan.ts";
import type { QueryRunner } from "./query-runner.ts";
import { quoted } from "./quoting.ts";
import { storeTable } from "./stored-table.ts";
import type { ComputedColumns } from "./transform.ts";

/** Rows that have features, with what stands for each of them in the result. */
interface Side {
  readonly ids: readonly DuckDb.DuckDBValue[];
  readonly sets: SetColumn;
}

/** Finds the pairs of rows of two tables whose feature sets are near. */
export async function joinBySimilarity(
  runner: QueryRunner,
  left: PlanNode,
  right: PlanNode,
  options: SimilarityJoinOptions,
  signal: AbortSignal | undefined,
): Promise<ComputedColumns> {
  const { featuresCol, leftId, rightId } = options;
  const { columns, types } = checkJoin(left.columns, right.columns, options);
  const limit = options.method.name === "minhash" ? hashPrime : undefined;
  const leftSide = await readSide(runner, left, leftId, featuresCol, limit);
  const rightSide = await readSide(runner, right, rightId, featuresCol, limit);
  const pairs = await findPairs(leftSide.sets, rightSide.sets, options, signal);
  return {
    columns,
    types,
    store: (connection, api, name) =>
      storeTable(
        connection,
        api,
        { name, columns, types, rowCount: pairs.left.length },
        (column, start, end) => {
          if (column === 2) return Array.from(pairs.distance.subarray(start, end));
          const { ids } = column === 0 ? leftSide : rightSide;
          const rows = (column === 0 ? pairs.left : pairs.right).subarray(start, end);
          return Array.from(rows, (row) => ids[row] ?? null);
        },
      ),
  };
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

async function findPairs(
  left: SetColumn,
  right: SetColumn,
  { method, maxDistance, nearestOnly = false }: SimilarityJoinOptions,
  signal: AbortSignal | undefined,
): Promise<JaccardPairs> {
  try {
    if (method.name === "exact")
      return await jaccardJoin(left, right, { maxDistance, nearestOnly, ...(signal && { signal }) });
    const pairs = approxSimilarityJoin(left, right, fitMinHash(method), maxDistance);
    return nearestOnly ? nearestPairs(pairs) : pairs;
  } catch (error) {
    if (error instanceof MatchingError) throw new TableError(`similarityJoin: ${error.message}`);
    throw error;
  }
}

/** Of each left row the pairs at its smallest distance. Pairs come by left row. */
function nearestPairs({ left, right, distance }: JaccardPairs): JaccardPairs {
  const kept: number[] = [];
  for (let start = 0; start < left.length; ) {
    let end = start;
    let smallest = Number.POSITIVE_INFINITY;
    while (end < left.length && left[end] === left[start]) {
      smallest = Math.min(smallest, distance[end] ?? smallest);
      end++;
    }
    for (let at = start; at < end; at++) if (distance[at] === smallest) kept.push(at);
    start = end;
  }
  return {
    left: Uint32Array.from(kept, (at) => left[at] ?? 0),
    right: Uint32Array.from(kept, (at) => right[at] ?? 0),
    distance: Float64Array.from(kept, (at) => distance[at] ?? 0),
  };
}
