import { availableParallelism } from "node:os";
import { rowCount, type SetColumn } from "./columns.ts";
import { type JaccardPairs, sortPairs } from "./jaccard-pairs.ts";
import { planJoin } from "./jaccard-plan.ts";
import { runPlan } from "./jaccard-threads.ts";
import { MatchingError } from "./matching-error.ts";

export interface JaccardSelfJoinOptions {
  /** Pairs strictly below it; from 0 to 1. At 1 that is all that share an index. */
  readonly maxDistance: number;
  /** At most so many threads, the calling one among them; default all that the machine has. Short work takes one. */
  readonly threads?: number;
  /** Ends the join. */
  readonly signal?: AbortSignal;
}

export interface JaccardJoinOptions extends JaccardSelfJoinOptions {
  /** Of each left row only the pairs at its smallest distance, all of them where there are several. Default false. */
  readonly nearestOnly?: boolean;
}

/**
 * All pairs of a left and a right row whose sets' Jaccard distance `1 - |A∩B| / |A∪B|` is strictly below the
 * largest allowed, by left row, then right row. Exact: no pair is missed, and distances are Spark's to the last bit.
 * Rows without indices take part in no pair.
 *
 * Prefix, length and position filters as in AllPairs and PPJoin (Mann, Augsten, Bouros: An Empirical Evaluation of
 * Set Similarity Join Techniques, PVLDB 2016), and bitmaps (Sandes, Teodoro, Melo: Bitmap Filter, 2020).
 * @throws {MatchingError} for a distance out of range, and a row whose indices don't ascend.
 * @throws the signal's reason
 */
export async function jaccardJoin(
  left: SetColumn,
  right: SetColumn,
  options: JaccardJoinOptions,
): Promise<JaccardPairs> {
  return join(left, right, options, options.nearestOnly ?? false);
}

/**
 * The same among the rows of one column: each pair once, its smaller row number on the left, and no row with
 * itself.
 * @throws {MatchingError} as {@link jaccardJoin}, and the signal's reason
 */
export async function jaccardSelfJoin(
  sets: SetColumn,
  options: JaccardSelfJoinOptions,
): Promise<JaccardPairs> {
  return join(sets, undefined, options, false);
}

async function join(
  left: SetColumn,
  right: SetColumn | undefined,
  { maxDistance, threads = availableParallelism(), signal }: JaccardSelfJoinOptions,
  nearestOnly: boolean,
): Promise<JaccardPairs> {
  if (!(maxDistance >= 0 && maxDistance <= 1)) {
    throw new MatchingError(`maxDistance is ${maxDistance}. A Jaccard distance is from 0 to 1.`);
  }
  signal?.throwIfAborted();
  const plan = planJoin(left, right, maxDistance, nearestOnly);
  const parts = await runPlan(plan, { threads, signal });
  return sortPairs(parts, rowCount(left), rowCount(right ?? left));
}
