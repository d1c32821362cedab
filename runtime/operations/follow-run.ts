import type { RunEvent } from "../events/run-event.ts";
import { EventReader, followEvents } from "../store/event-reader.ts";
import { readRunInfo, runPaths } from "../store/run-folder.ts";
import { RunnerWatch } from "../store/run-liveness.ts";

/** Milliseconds between two looks at whether a run's process is alive. */
const aliveInterval = 200;

/**
 * A run's events from its beginning, in batches, until it has ended or its process is gone.
 * `signal` ends it before that.
 */
export async function* followRun(path: string, signal?: AbortSignal): AsyncGenerator<RunEvent[], void> {
  const stop = new AbortController();
  const watch = new RunnerWatch(path);
  let looked = Number.NEGATIVE_INFINITY;
  let gone = false;
  const signals = signal === undefined ? [stop.signal] : [stop.signal, signal];
  const reader = new EventReader(runPaths(path).events);
  for await (const events of followEvents(reader, { signal: AbortSignal.any(signals) })) {
    if (events.length > 0) yield events;
    // What is written before the process is seen to be gone is read once more.
    if (gone) stop.abort();
    else if (performance.now() - looked >= aliveInterval) {
      gone = (await watch.look(await readRunInfo(path))) === "gone";
      looked = performance.now();
    }
  }
}
