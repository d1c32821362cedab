import type { JaccardPairs } from "./pairs.ts";
import type { JoinPlan } from "./plan.ts";
import { type Band, joinPart, type Probe, takeProbes } from "./work.ts";

/** What a helping thread is given. */
export interface HelperRequest {
  readonly plan: JoinPlan;
  readonly band: Band;
  /** One cell for each helper, set to 1 before it takes work. */
  readonly begun: Int32Array;
  readonly helper: number;
}

/** A helping thread serves one join. */
let part: Probe | undefined;

/** The task of a helping thread: takes a band's probes until none are left. */
export function helpJoin({ plan, band, begun, helper }: HelperRequest): JaccardPairs {
  Atomics.store(begun, helper, 1);
  part ??= joinPart(plan);
  part.startBand();
  takeProbes(band, part);
  return part.found.pairs();
}
