import type { PartOrder } from "./part-order.ts";
import type { State } from "./states.ts";
import type { TaskCounts } from "./task-counts.ts";

/** What a list of runs shows of each. */
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly flow: string;
  readonly tags?: readonly string[];
  /** Which part of the flow it is, where it isn't all of it. */
  readonly part?: PartOrder;
  readonly state: State;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number | undefined;
  readonly attempt: number;
  readonly tasks: TaskCounts;
  /** As given, before defaults, without secrets. */
  readonly parameters: { readonly [name: string]: unknown };
  readonly file: string;
  readonly session: string;
  readonly host: string;
  readonly container: boolean;
  readonly path: string;
  /** Whether its process is alive isn't known: it can't be asked from here, and one look at its heartbeat says nothing. */
  readonly unsure?: true;
  /** What of its events can't be read, where something can't; known of runs that have not ended. */
  readonly damages?: readonly string[];
}

/** A run that can't be read, and why. */
export interface UnreadableRun {
  readonly id: string;
  readonly path: string;
  readonly error: string;
}
