import type { RunEvent } from "../../events/run-event.ts";
import type { State } from "../../events/states.ts";

/** Shows a run while it happens. */
export interface RunReporter {
  started(run: { readonly id: string; readonly path: string }): void;
  events(events: readonly RunEvent[]): void;
  ended(run: { readonly id: string; readonly path: string; readonly state: State }): void | Promise<void>;
  /** Shows no more, since what shows the run has failed. */
  stop(): void;
}
