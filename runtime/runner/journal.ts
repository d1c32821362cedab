import { describe } from "../errors/stack-location.ts";
import type { RunEventBody } from "../events/run-event.ts";

/** Where what happens in a run is told, in order: {@link EventWriter} puts it on the disk. */
export interface Journal {
  /** @returns the event's number. */
  append(event: RunEventBody): number;
  /** Calls back when everything appended so far is on the disk. */
  whenDurable(callback: () => void): void;
  /** Waits until everything appended so far is on the disk. */
  flush(): Promise<void>;
}

/** Tells what went wrong without ending anything. */
export function warn(journal: Journal, what: string, ...error: readonly unknown[]): void {
  const message = [what, ...error.map(describe)].join(": ");
  journal.append({ type: "log", level: "WARNING", message });
}
