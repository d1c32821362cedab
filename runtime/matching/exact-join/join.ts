import { availableParallelism } from "node:os";
import type { SetColumn } from "../columns.ts";
import { MatchingError } from "../matching-error.ts";
import { pairsByRows, pairsBySize } from "./bands.ts";
import { type Batch, PairCollector } from "./collect.ts";
import { type Comparison, type Criterion, criterionProblem, type Measure } from "./measure.ts";
import type { JaccardPairs } from "./pairs.ts";
import { planJoin } from "./plan.ts";

export interface ExactSelfJoinOptions {
  /**
   * From 0 to 1; pairs strictly below it are kept, unless `comparison` says otherwise. At 1 that is all that share an
   * index.
   */
  readonly maxDistance: number;
  /** Default `jaccard`. `containment` is how much of the left set lies in the right one, and has no self join. */
  readonly measure?: Measure;
  /** Of similarities, as in py_stringsimjoin: default `>`. `>=` and `=` keep what is at the distance, to the last bit. */
  readonly comparison?: Comparison;
  /** At most so many threads, the calling one among them; default all that the machine has. Short work takes one. */
  readonly threads?: number;
  /** More pairs are an error. Default 2^24, which take 512 MB while they are sorted. */
  readonly maxPairs?: number;
  /** Ends the join. Default: none. */
  readonly signal?: AbortSignal;
}

export interface ExactJoinOptions extends ExactSelfJoinOptions {
  /** Of each left row only the pairs at its smallest distance, all of them where there are several. Default false. */
  readonly nearestOnly?: boolean;
}

export type JaccardSelfJoinOptions = Omit<ExactSelfJoinOptions, "measure">;
export type JaccardJoinOptions = Omit<ExactJoinOptions, "measure">;

/**
 * All pairs of a left and a right row whose sets are near: those whose distance (1 less the similarity: Jaccard's
 * `|A∩B| / |A∪B|`, cosine's `|A∩B| / sqrt(|A||B|)`, containment's `|A∩B| / |A|`) is strictly below the largest
 * allowed, by left row, then right row. Exact: no pair is missed, and Jaccard distances are Spark's to the last bit.
 * Rows without indices take part in no pair.
 *
 * Prefix, length and position filters as in AllPairs and PPJoin (Mann, Augsten, Bouros: An Empirical Evaluation of
 * Set Similarity Join Techniques, PVLDB 2016), and bitmaps (Sandes, Teodoro, Melo: Bitmap Filter, 2020).
 * @throws {MatchingError} for a distance out of range, a row whose indices don't ascend, and more pairs than allowed.
 * @throws the signal's reason
 */
export async function exactJoin(
  left: SetColumn,
  right: SetColumn,
  options: ExactJoinOptions,
): Promise<JaccardPairs> {
  const collector = new PairCollector(options.maxPairs);
  for await (const batch of batches(left, right, options)) if (!collector.add(batch)) break;
  return collector.joined();
}

/**
 * The same a batch at a time, which takes some 100 MB however many pairs there are: rows ascend from batch to batch.
 * @throws {MatchingError} as {@link exactJoin}, but for the number of pairs.
 */
export async function* exactJoinBatches(
  left: SetColumn,
  right: SetColumn,
  options: Omit<ExactJoinOptions, "maxPairs">,
): AsyncGenerator<JaccardPairs> {
  for await (const { pairs } of batches(left, right, options)) yield pairs;
}

/**
 * The same among the rows of one column: each pair once, its smaller row number on the left, and no row with
 * itself.
 * @throws {MatchingError} as {@link exactJoin}, and for containment.
 */
export async function exactSelfJoin(sets: SetColumn, options: ExactSelfJoinOptions): Promise<JaccardPairs> {
  const criterion = criterionOf(options);
  if (criterion.measure === "containment")
    throw new MatchingError(
      "The containment of a set in another isn't that of the other in it, so that a pair has two: join the column with itself by exactJoin.",
    );
  options.signal?.throwIfAborted();
  const plan = planJoin(sets, undefined, criterion, false);
  const { threads = availableParallelism(), signal } = options;
  const collector = new PairCollector(options.maxPairs);
  for await (const batch of pairsBySize(plan, { threads, signal })) if (!collector.add(batch)) break;
  return collector.sorted(plan.leftRows, plan.rightRows);
}

/** {@link exactJoin} by Jaccard distance. */
export async function jaccardJoin(
  left: SetColumn,
  right: SetColumn,
  options: JaccardJoinOptions,
): Promise<JaccardPairs> {
  return exactJoin(left, right, options);
}

/** {@link exactSelfJoin} by Jaccard distance. */
export async function jaccardSelfJoin(
  sets: SetColumn,
  options: JaccardSelfJoinOptions,
): Promise<JaccardPairs> {
  return exactSelfJoin(sets, options);
}

async function* batches(left: SetColumn, right: SetColumn, options: ExactJoinOptions): AsyncGenerator<Batch> {
  const { threads = availableParallelism(), signal, nearestOnly = false } = options;
  const criterion = criterionOf(options);
  signal?.throwIfAborted();
  yield* pairsByRows(planJoin(left, right, criterion, nearestOnly), { threads, signal });
}

/** @throws {MatchingError} */
function criterionOf(options: ExactSelfJoinOptions): Criterion {
  const { maxDistance, measure = "jaccard", comparison = ">" } = options;
  const criterion = { measure, comparison, maxDistance };
  const problem = criterionProblem(criterion);
  if (problem !== undefined) throw new MatchingError(problem);
  return criterion;
}
