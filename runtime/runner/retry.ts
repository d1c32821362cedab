import type { RetryDelay, TaskOptions } from "../authoring/task.ts";

/** Milliseconds to wait before try `attempt + 1`, after try `attempt` (from 1) failed. */
export function retryWait(
  options: Pick<TaskOptions, "retryDelay" | "retryJitter">,
  attempt: number,
  random: () => number,
): number {
  const base = delayOf(options.retryDelay ?? 0, attempt);
  return Math.round(base * (1 + (options.retryJitter ?? 0) * random()));
}

function delayOf(delay: RetryDelay, attempt: number): number {
  if (typeof delay === "number") return delay;
  if (isList(delay)) return delay[Math.min(attempt, delay.length) - 1] ?? 0;
  const { initial, factor = 2, max = Number.POSITIVE_INFINITY } = delay;
  return Math.min(max, initial * factor ** (attempt - 1));
}

function isList(delay: RetryDelay): delay is readonly number[] {
  return Array.isArray(delay);
}
