import type { RunEvent } from "../events/run-event.ts";
import { followEvents } from "../store/event-reader.ts";
import { isRunnerAlive, readRunInfo, runPaths } from "../store/run-folder.ts";

/** Milliseconds between two looks at whether a run's process is alive. */
const aliveInterval = 200;

/**
 * A run's events from its beginning, in batches, until it has ended or its process is gone.
 * `signal` ends it before that.
 */
export async function* followRun(path: string, signal?: AbortSignal): AsyncGenerator<RunEvent[], void> {
  const stop = new AbortController();
  let looked = Number.NEGATIVE_INFINITY;
  let alive = true;
  const signals = signal === undefined ? [stop.signal] : [stop.signal, signal];
  for await (const events of followEvents(runPaths(path).events, { signal: AbortSignal.any(signals) })) {
    if (events.length > 0) yield events;
    // What is written before the process is seen to be gone is read once more.
    if (!alive) stop.abort();
    else if (performance.now() - looked >= aliveInterval) {
      alive = await isRunnerAlive(path, await readRunInfo(path));
      looked = performance.now();
    }
  }
}
