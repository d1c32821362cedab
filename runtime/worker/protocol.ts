import type { Author } from "../authoring/context.ts";
import type { ErrorReport } from "../errors/error-report.ts";
import type { ResultRef, RunEventBody } from "../events/run-event.ts";
import type { State } from "../events/states.ts";
import type { TaskReads } from "./recorded-reads.ts";

/** What a future among a task's arguments came to that was let through though it failed. */
export interface FailedInput {
  readonly failed: true;
  readonly state: State;
  readonly error?: ErrorReport;
}

/** What a future among a task's arguments came to. */
export type TaskInput =
  | ResultRef
  | FailedInput
  /** Of a map: what each of its task runs came to. */
  | { readonly items: readonly TaskInput[] };

/** What a thread needs to know of the run; the same for all its tasks. */
export interface RunEnvironment {
  /** The flow's bundle, a file URL. */
  readonly bundle: string;
  readonly folder: string;
  readonly runFolder: string;
  readonly session: string;
  readonly threads: number;
  /** For `secret()`, besides what the surroundings have. */
  readonly given: { readonly [name: string]: string };
  /** Values that the run's process knows to be secret. */
  readonly secrets: readonly string[];
  /** What the engines in the run's threads may take together: bytes, and processors. */
  readonly memory: number;
  readonly cores: number;
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
  /** Values that are known to be secret by now. */
  readonly secrets: readonly string[];
  /** Handles of the tables among them, by number. */
  readonly tables: readonly unknown[];
  /** What the futures among them came to. */
  readonly inputs: { readonly [run: string]: TaskInput };
  readonly resources: { readonly [id: string]: { readonly name: string; readonly handle: unknown } };
  /** Its result may be cached: what it reads is part of what that is known by. */
  readonly recordsReads: boolean;
  /** Beginning of the names of files that the result takes, relative to the run folder. */
  readonly resultFile: string;
  /** What the thread shares with whoever keeps it, by {@link share}. */
  readonly shared: Int32Array;
}

/** One try of a task run as it crosses to a thread. */
export interface OrderBytes {
  /** Its number, over all threads. */
  readonly call: number;
  /** All of its {@link TaskRequest} that isn't beside it, by `v8.serialize`. */
  readonly order: Uint8Array;
  readonly args: Uint8Array;
}

/** What crosses to a thread: tries that it runs one after the other. */
export interface RequestBytes {
  /** {@link ThreadSurroundings} as JSON. */
  readonly surroundings: string;
  readonly orders: readonly OrderBytes[];
  readonly shared: Int32Array;
  /** How many queries run in each of the process's threads, and which of them this is. */
  readonly busy: Int32Array;
  readonly slot: number;
}

/** What stays the same for all tasks of a thread. */
export interface ThreadSurroundings {
  readonly environment: RunEnvironment;
  /** Name of the BroadcastChannel on which threads get {@link ThreadNotice}s. */
  readonly channel: string;
  /** Where it writes {@link FromThread}: a file descriptor. Without one it posts that to its keeper. */
  readonly outlet?: number;
}

/** What a thread tells of the orders that it was given, one after the other. */
export type FromThread =
  | { readonly from: "said"; readonly message: TaskMessage }
  /**
   * Followed by a {@link TaskResponse}, by `v8.serialize`. `took`: milliseconds. `next`: the thread has begun with the
   * next of its orders.
   */
  | { readonly from: "response"; readonly call: number; readonly took: number; readonly next: boolean };

/** The same as it is posted, with the bytes that follow it. */
export interface PostedByThread {
  readonly told: FromThread;
  readonly bytes?: Uint8Array;
}

/** What is written to a thread's pipe, by itself and by its keeper, for the run's process. */
export type ToRun =
  | FromThread
  /** These were not begun, and won't be. */
  | { readonly from: "returned"; readonly calls: readonly number[] }
  /** The thread ended under it. */
  | { readonly from: "ended"; readonly call: number; readonly end: ThreadEnd };

export interface ThreadEnd {
  /** `shared`: it ended under several tasks, and it isn't known which of them ended it. */
  readonly reason: "exit" | "memory" | "process" | "uncaught" | "ended" | "error" | "shared";
  readonly message: string;
  /** What was thrown, if anything was. */
  readonly report?: ErrorReport;
}

/** The numbers that a thread and whoever keeps it share: where which one is. */
export const share = {
  /** How much of what the thread said is not on disk yet. See {@link TaskScope}. */
  backlog: 0,
  /** The system's number of the thread, by which its child processes are known; 0 where there is none. */
  id: 1,
  /**
   * Why the try is to stop, by number in {@link stopReasons}: a thread that only starts hears no notice yet.
   */
  stop: 2,
  /** 1 once the try's own function has been called. */
  called: 3,
  /** Which of the arrays of such numbers that the thread's keeper has this is. */
  seat: 4,
  /** 1 once the try has looked whether it is to stop, since it was set to 0: its thread isn't blocked. */
  heard: 5,
  /**
   * How many of the orders the thread has begun with, which it does with the first in any case; {@link noMore}
   * besides, once it is to begin with no other.
   */
  begun: 6,
} as const;

/** See {@link share}. */
const noMore = 1 << 30;

/** Lets the thread begin with the order at `index`, from 1, if it may. @returns whether it may. */
export function beginOrder(shared: Int32Array, index: number): boolean {
  if (Atomics.compareExchange(shared, share.begun, index, index + 1) !== index) return false;
  Atomics.store(shared, share.called, 0);
  return true;
}

/** Lets the thread begin with no other order. @returns how many it has begun with. */
export function beginNoMore(shared: Int32Array): number {
  return Atomics.or(shared, share.begun, noMore) & ~noMore;
}

/** Such numbers, 0 at first. */
export function sharedNumbers(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Object.keys(share).length * Int32Array.BYTES_PER_ELEMENT));
}

export type TaskResponse =
  | {
      readonly outcome: "completed";
      readonly result: ResultRef;
      /** Where that was recorded: what it read, or what of it no version can be told of. */
      readonly reads?: TaskReads | { readonly unknown: string };
    }
  | {
      readonly outcome: "failed";
      readonly error: ErrorReport;
      /** By the task's own retryCondition. */
      readonly retriable: boolean;
    };

/** What a task says while it runs, and what it left behind says after that. */
export interface TaskMessage {
  /** By {@link share}. */
  readonly seat?: number;
  readonly events: readonly RunEventBody[];
  /** Values that the try has found out to be secret. */
  readonly secrets?: readonly string[];
  /** What these events added to the thread's backlog. */
  readonly weight: number;
}

/** Why a try is to stop. */
export const stopReasons = ["none", "timeout", "cancelled"] as const;

export type StopReason = Exclude<(typeof stopReasons)[number], "none">;

export type ThreadNotice =
  /** Look whether the try is to stop. */
  { readonly notice: "abort" } | { readonly notice: "detach"; readonly resource: string };
