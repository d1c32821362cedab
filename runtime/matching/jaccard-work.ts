import { NearestProbe } from "./jaccard-nearest.ts";
import type { JaccardPlan } from "./jaccard-plan.ts";
import { JaccardProbe } from "./jaccard-probe.ts";

/** Probes that a thread takes at a time: few enough that all threads end together, and a time slice isn't overdrawn. */
const blockSize = 16;

/** A thread's part in a join. */
export function joinPart(plan: JaccardPlan): JaccardProbe | NearestProbe {
  return plan.nearestOnly ? new NearestProbe(plan) : new JaccardProbe(plan);
}

/**
 * Takes probes that nobody took and runs them, for about the time.
 * @param milliseconds default: until none are left
 * @returns whether there may be more.
 */
export function takeProbes(
  plan: JaccardPlan,
  part: JaccardProbe | NearestProbe,
  milliseconds = Number.POSITIVE_INFINITY,
): boolean {
  const count = plan.probes.rows.length;
  const deadline = performance.now() + milliseconds;
  do {
    const first = Atomics.add(plan.next, 0, blockSize);
    if (first >= count) return false;
    const behind = Math.min(first + blockSize, count);
    for (let probe = first; probe < behind; probe++) part.run(probe);
  } while (performance.now() < deadline);
  return true;
}

/** From 0 to 1: about how much of the work has been taken. */
export function takenShare(plan: JaccardPlan): number {
  const probes = Math.min(1, Atomics.load(plan.next, 0) / plan.probes.rows.length);
  // In a self join a probe is compared with those before it, of which there are more and more.
  return plan.self ? probes ** 2 : probes;
}

/** Leaves nothing for any thread to take. */
export function withdrawWork(plan: JaccardPlan): void {
  Atomics.store(plan.next, 0, plan.probes.rows.length);
}
