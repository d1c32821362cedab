import { setTimeout } from "node:timers/promises";

const firstDelay = 50;
const longestDelay = 2_000;

/** Waits longer each time, up to a limit of the whole. */
export class Backoff {
  readonly #budget: number;
  #started: number | undefined;
  #tries = 0;

  /** @param budget milliseconds from the first failure in which tries may begin. */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** @returns whether there is time for another try, after the wait. */
  async wait(signal: AbortSignal | undefined): Promise<boolean> {
    this.#started ??= performance.now();
    if (performance.now() - this.#started >= this.#budget) return false;
    const delay = Math.min(longestDelay, firstDelay * 2 ** this.#tries++);
    await setTimeout(delay * (0.75 + Math.random() / 2), undefined, signal === undefined ? {} : { signal });
    return true;
  }

  /** It worked again: the next failure is a first one. */
  reset(): void {
    this.#started = undefined;
    this.#tries = 0;
  }
}
