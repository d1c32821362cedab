import { setTimeout as wait } from "node:timers/promises";
import { TransientFailure } from "./download-error.ts";

/** Milliseconds to wait after the first, second, ... failure in a row; after the last one there is no more try. */
export type RetryDelays = readonly number[];

export const DEFAULT_RETRY_DELAYS: RetryDelays = [1000, 2000, 4000, 8000, 16_000];

/** A server that asks for a longer wait than this is not waited for that long. */
const LONGEST_WAIT = 60_000;

/** Repeats an attempt that ends in a {@link TransientFailure}. Other errors, and the last failure, are thrown. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  delays: RetryDelays,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientFailure)) throw error;
      if (error.progressed) failures = 0;
      const delay = delays[failures];
      if (delay === undefined) throw error;
      try {
        await wait(
          Math.min(Math.max(delay, error.retryAfter), LONGEST_WAIT),
          undefined,
          signal ? { signal } : {},
        );
      } catch (cause) {
        signal?.throwIfAborted();
        throw cause;
      }
    }
  }
}
