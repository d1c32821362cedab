import type { JaccardPairs } from "./jaccard-pairs.ts";
import type { JaccardPlan } from "./jaccard-plan.ts";
import { joinPart, takeProbes } from "./jaccard-work.ts";

/** What a helping thread is given. */
export interface HelperRequest {
  readonly plan: JaccardPlan;
  /** One cell for each helper, set to 1 before it takes work. */
  readonly begun: Int32Array;
  readonly helper: number;
}

/** The task of a helping thread: takes probes until none are left. */
export function helpJoin({ plan, begun, helper }: HelperRequest): JaccardPairs {
  Atomics.store(begun, helper, 1);
  const part = joinPart(plan);
  takeProbes(plan, part);
  return part.found.pairs();
}
