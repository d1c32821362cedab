import type { ErrorReport } from "../errors/error-report.ts";
import type { RunEnvironment, StopReason } from "../worker/protocol.ts";

/** What a run's process tells the process of its threads. Calls are numbered, over all threads. */
export type ToHost =
  /** Of all orders that follow. */
  | { readonly to: "prepare"; readonly environment: RunEnvironment }
  /** Followed by its order and arguments. A thread begins with them in the order that they come in. */
  | { readonly to: "run"; readonly call: number; readonly thread: number }
  /** `first`: what the thread is told to run now; it may only be about to. */
  | {
      readonly to: "stop";
      readonly call: number;
      readonly thread: number;
      readonly first: number;
      readonly reason: StopReason;
    }
  /** Begin with nothing more of what was given to the thread but `first`, and return it. */
  | { readonly to: "recall"; readonly thread: number; readonly first: number }
  /** What a thread said is on disk. */
  | { readonly to: "heard"; readonly seat: number; readonly weight: number }
  | { readonly to: "detach"; readonly resource: string }
  | { readonly to: "destroy" };

/** What the process of the threads tells by itself; the threads have pipes of their own. */
export type FromHost =
  | { readonly from: "stray"; readonly error: ErrorReport }
  | { readonly from: "destroyed" };

/** The file descriptor of a thread's pipe in the process of the threads. */
export function pipeOf(thread: number): number {
  return firstPipe + thread - 1;
}

/** After stdin, stdout, stderr and the run's orders. */
export const firstPipe = 4;
