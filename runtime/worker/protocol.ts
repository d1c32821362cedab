import type { Author } from "../authoring/context.ts";
import type { RunFailure } from "../authoring/future.ts";
import type { ErrorReport } from "../errors/error-report.ts";
import type { ResultRef, RunEventBody } from "../events/run-event.ts";

/** What a thread needs to know of the run; the same for all its tasks. */
export interface RunEnvironment {
  /** The flow's bundle, a file URL. */
  readonly bundle: string;
  readonly folder: string;
  readonly runFolder: string;
  readonly session: string;
  readonly threads: number;
  /** Name of the BroadcastChannel on which threads get {@link ThreadNotice}s. */
  readonly channel: string;
}

/** One try of a task run, for a thread. */
export interface TaskRequest {
  readonly environment: RunEnvironment;
  readonly author: Author;
  readonly taskRun: string;
  readonly task: string;
  readonly attempt: number;
  /** The bytes of its encoded arguments, as they were when it was called. */
  readonly args: Uint8Array;
  /** Handles of the tables among them, by number. */
  readonly tables: readonly unknown[];
  /** What the futures among them came to. */
  readonly inputs: { readonly [run: string]: ResultRef | RunFailure };
  readonly resources: { readonly [id: string]: { readonly name: string; readonly handle: unknown } };
  /** Shared: how much of what the thread said is not on disk yet. See {@link TaskScope}. */
  readonly backlog: Int32Array;
  /** Shared: why the try is to stop, by number in {@link stopReasons}. A thread that only starts hears no notice yet. */
  readonly stop: Int32Array;
  /** Beginning of the names of files that the result takes, relative to the run folder. */
  readonly resultFile: string;
}

export type TaskResponse =
  | { readonly outcome: "completed"; readonly result: ResultRef; readonly batches: number }
  | {
      readonly outcome: "failed";
      readonly error: ErrorReport;
      /** By the task's own retryCondition. */
      readonly retriable: boolean;
      readonly batches: number;
    };

/**
 * What a task says while it runs, and what it left behind says after that. Batches are counted so that the
 * response can wait for the last.
 */
export interface TaskMessage {
  readonly taskRun: string;
  readonly attempt: number;
  readonly events: readonly RunEventBody[];
  /** What these events added to the thread's backlog. */
  readonly weight: number;
}

/** Why a try is to stop. */
export const stopReasons = ["none", "timeout", "cancelled"] as const;

export type ThreadNotice =
  | { readonly notice: "abort"; readonly taskRun: string }
  | { readonly notice: "detach"; readonly resource: string };
