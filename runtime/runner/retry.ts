import type { RetryDelay, TaskOptions } from "../authoring/task.ts";

/**
 * Milliseconds to wait before try `attempt + 1`, after try `attempt` (from 1) failed.
 * @param error what it failed with.
 * @throws {RangeError} for what isn't milliseconds, and what the author's function throws.
 */
export function retryWait(
  options: Pick<TaskOptions, "retryDelay" | "retryJitter">,
  attempt: number,
  random: () => number,
  error?: unknown,
): number {
  const base = delayOf(options.retryDelay ?? 0, attempt, error);
  return Math.round(base * (1 + (options.retryJitter ?? 0) * random()));
}

function delayOf(delay: RetryDelay, attempt: number, error: unknown): number {
  if (typeof delay === "number") return delay;
  if (typeof delay === "function") {
    const given = delay(error, attempt) ?? 0;
    if (given >= 0 && given <= longestWait) return given;
    throw new RangeError(`retryDelay gave ${String(given)}; give milliseconds from 0`);
  }
  if (isList(delay)) return delay[Math.min(attempt, delay.length) - 1] ?? 0;
  const { initial, factor = 2, max = Number.POSITIVE_INFINITY } = delay;
  return Math.min(max, initial * factor ** (attempt - 1));
}

/** Milliseconds: what a date can still hold, and more than anybody waits. */
const longestWait = 1e12;

function isList(delay: RetryDelay): delay is readonly number[] {
  return Array.isArray(delay);
}
