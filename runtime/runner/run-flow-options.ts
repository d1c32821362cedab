import type { LoadedFlow } from "../discovery/load-flow.ts";
import type { PartOrder } from "../events/part-order.ts";
import type { RunEvent } from "../events/run-event.ts";
import type { DeferredRun } from "./deferred-results.ts";
import type { Again } from "./earlier-attempt.ts";
import type { TaskPool } from "./task-pool.ts";

export interface RunFlowOptions {
  readonly loaded: LoadedFlow;
  /** As given, before defaults. */
  readonly parameters: { readonly [name: string]: unknown };
  /** The same checked and with defaults, where that was done already: a default may be another the next time. */
  readonly values?: Record<string, unknown>;
  /** Where relative paths of the flow start. */
  readonly folder: string;
  /** Where `.millrace/` is. */
  readonly base: string;
  /** The run's name; default: one at random. Stands in its id. */
  readonly name?: string;
  /** By which it can be found. */
  readonly tags?: readonly string[];
  /** The engine that `openSession()` gives, for the threads. */
  readonly session: string;
  /** The same without secrets, for the run folder. */
  readonly sessionLabel: string;
  readonly version: string;
  /** Bytes that the engines in the run's processes may take together; default: most of what there is. */
  readonly memory?: number;
  /** Threads for the tasks, started beforehand where the caller could. */
  readonly pool: TaskPool;
  /** Gets each batch of events when it is in the run folder. */
  readonly onEvents: (events: readonly RunEvent[]) => void;
  /** Told when the run's folder is there. */
  readonly onStarted?: (run: { readonly id: string; readonly path: string }) => void;
  /** Cancels the run when aborted; the reason's message says why. */
  readonly signal?: AbortSignal;
  /** The process has more to do than this run: how V8 is to tell of its end is no business of the run's. */
  readonly sharesProcess?: true;
  /** Runs a part of the flow; what isn't run is what these runs had, the first that has it. */
  readonly part?: { readonly order: PartOrder; readonly runs: readonly DeferredRun[] };
  /** Goes on with an earlier run, from its folder. */
  readonly resume?: { readonly path: string; readonly again: Again };
}
