/** What an engine within this process may take of the machine, beside those of the run's other threads. */
export interface EngineShare {
  /** Bytes. */
  readonly memory: number;
  /** Processors of the run, shared by the engines that are at work. */
  readonly cores: number;
  /** Shared by the run's threads: how many queries run in each. */
  readonly busy: Int32Array;
  /** Which of them is this thread's: 0 for the flow's own, from 1 for the workers. */
  readonly slot: number;
}

/** What the flow's own thread gets, whose engine seldom does more than show rows. */
const flowPart = 1 / 8;

/**
 * A thread's part of the memory that a run's engines may take together. Each has its own for as long as the run
 * lasts: what an engine holds can't be taken from it when another begins.
 * @param memory bytes, of all.
 */
export function memoryShare(memory: number, workers: number, slot: number): number {
  return Math.floor(slot === 0 ? memory * flowPart : (memory * (1 - flowPart)) / workers);
}

/** How many threads an engine takes for what it begins now: its part of the processors, of those at work. */
export function threadShare({ cores, busy }: Pick<EngineShare, "cores" | "busy">): number {
  let atWork = 0;
  for (let slot = 0; slot < busy.length; slot++) if (Atomics.load(busy, slot) > 0) atWork++;
  return Math.max(1, Math.floor(cores / Math.max(1, atWork)));
}
