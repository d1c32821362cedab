import { NearestProbe } from "./nearest.ts";
import type { JoinPlan } from "./plan.ts";
import { PairProbe } from "./probe.ts";
import { sharedInt32 } from "./shared-arrays.ts";

/** Probes whose pairs are found, sorted and handed on together, and the cells by which threads share their work. */
export interface Band {
  /** The probes' positions, ascending. */
  readonly positions: Uint32Array;
  /** Once it has more pairs, nothing more of it is begun. */
  readonly limit: number;
  /** Cells: how many probes were taken, how many pairs were found, and 1 once nothing more is to be taken. */
  readonly cells: Int32Array;
}

const takenCell = 0;
const foundCell = 1;
const stoppedCell = 2;

/** Probes that a thread takes at a time: few enough that all threads end together, and a time slice isn't overdrawn. */
const largestBlock = 16;

export type Probe = PairProbe | NearestProbe;

/** A thread's part in a join. */
export function joinPart(plan: JoinPlan): Probe {
  return plan.nearestOnly ? new NearestProbe(plan) : new PairProbe(plan);
}

export function newBand(positions: Uint32Array, limit: number): Band {
  return { positions, limit, cells: sharedInt32(3) };
}

/**
 * Takes probes that nobody took and runs them, for about the time.
 * @param milliseconds default: until none are left
 * @returns whether there may be more.
 */
export function takeProbes(
  { positions, limit, cells }: Band,
  part: Probe,
  milliseconds = Number.POSITIVE_INFINITY,
): boolean {
  const deadline = performance.now() + milliseconds;
  const block = Math.max(1, Math.min(largestBlock, positions.length >>> 6));
  do {
    if (Atomics.load(cells, stoppedCell) === 1) return false;
    const first = Atomics.add(cells, takenCell, block);
    if (first >= positions.length) return false;
    const behind = Math.min(first + block, positions.length);
    const before = part.found.length;
    for (let at = first; at < behind; at++) part.run(positions[at]!);
    const found = part.found.length - before;
    if (found > 0 && Atomics.add(cells, foundCell, found) + found > limit) {
      Atomics.store(cells, stoppedCell, 1);
    }
  } while (performance.now() < deadline);
  return true;
}

/** How many of the band's probes were taken. Each was run to its end, unless a thread failed. */
export function takenOf({ positions, cells }: Band): number {
  return Math.min(positions.length, Atomics.load(cells, takenCell));
}

/** Leaves nothing for any thread to take. */
export function withdrawWork({ cells }: Band): void {
  Atomics.store(cells, stoppedCell, 1);
}
