import type { ErrorReport } from "../errors/error-report.ts";
import type { RunEnvironment, StopReason, TaskMessage } from "../worker/protocol.ts";
import type { ThreadEnd } from "./task-threads.ts";

/** What a run's process tells the process of its threads. Calls are numbered, over all threads. */
export type ToHost =
  /** Of all orders that follow. */
  | { readonly to: "prepare"; readonly environment: RunEnvironment }
  /** Followed by its order and arguments. */
  | { readonly to: "run"; readonly call: number; readonly thread: number }
  | { readonly to: "stop"; readonly call: number; readonly reason: StopReason }
  /** The oldest `said` that has not been heard yet is on disk. */
  | { readonly to: "heard" }
  | { readonly to: "detach"; readonly resource: string }
  | { readonly to: "destroy" };

/** What the process of the threads tells. */
export type FromHost =
  | { readonly from: "said"; readonly message: TaskMessage }
  /** Followed by it, by `v8.serialize`. */
  | { readonly from: "response"; readonly call: number }
  | { readonly from: "ended"; readonly call: number; readonly end: ThreadEnd }
  | { readonly from: "stray"; readonly error: ErrorReport }
  | { readonly from: "destroyed" };
