import type { ErrorReport } from "../errors/error-report.ts";
import type { ResultRef } from "../events/run-event.ts";
import { makeState, type State } from "../events/states.ts";
import { reportError } from "../worker/error-report.ts";
import type { StopReason, TaskResponse } from "../worker/protocol.ts";
import { HostEndedError, NotBegunError, ThreadEndedError } from "./task-threads.ts";

/** What a try read, where that was recorded. */
type TaskResponseReads = Extract<TaskResponse, { outcome: "completed" }>["reads"];

/** What a try came to. */
export type Outcome =
  | { readonly kind: "completed"; readonly result: ResultRef; readonly reads: TaskResponseReads }
  | {
      readonly kind: "failed";
      readonly state: State;
      readonly error: ErrorReport;
      readonly retriable: boolean;
    }
  | { readonly kind: "cancelled" }
  /** No thread has begun with it. */
  | { readonly kind: "not begun" }
  /** It, or a task that ran beside it, took the threads' process with it. Alone, it will show which. */
  | { readonly kind: "interrupted"; readonly message: string };

/** What a thread says that a task came to. */
export function responseOutcome(response: TaskResponse): Outcome {
  switch (response.outcome) {
    case "completed":
      return { kind: "completed", result: response.result, reads: response.reads };
    case "failed":
      return failed(response.error, response.retriable);
    default:
      return response satisfies never;
  }
}

/** @param timeout milliseconds that the task had. */
export function stoppedOutcome(reason: StopReason, timeout = 0): Outcome {
  switch (reason) {
    case "cancelled":
      return { kind: "cancelled" };
    case "timeout":
      return timedOut(timeout);
    default:
      return reason satisfies never;
  }
}

/** Errors whose messages say all: their names would say nothing more. */
const plainNames = new Set(["Error", "UserError", "TableError", "CommandError"]);

/** An error that the task threw, or that kept it from running. */
function failed(error: ErrorReport, retriable: boolean): Outcome {
  const plain = plainNames.has(error.name);
  const full = error.name === "RangeError" && error.message === "Array buffer allocation failed";
  const advice = full ? ". Memory is at an end: give the task less at a time, or the machine more." : "";
  const message = `${plain ? "" : `${error.name}: `}${error.message}${advice}`;
  return { kind: "failed", state: makeState("Failed", message), error, retriable };
}

function timedOut(timeout: number): Outcome {
  const message = `Task run exceeded timeout of ${timeout / 1000} second(s)`;
  return {
    kind: "failed",
    state: makeState("TimedOut", message),
    error: { name: "TimedOut", message },
    retriable: true,
  };
}

/** What kept a thread from telling how its task ended. */
export function threadDied(error: unknown): Outcome {
  if (error instanceof NotBegunError) return { kind: "not begun" };
  if (error instanceof HostEndedError) return { kind: "interrupted", message: error.message };
  // An argument's table that could not be written, say.
  if (!(error instanceof ThreadEndedError)) return failed(reportError(error), true);
  if (error.reason === "shared") return { kind: "interrupted", message: error.message };
  const cause = error.report;
  const message = cause === undefined ? error.message : `${error.message} ${cause.name}: ${cause.message}`;
  return {
    kind: "failed",
    state: makeState(error.reason === "uncaught" || error.reason === "error" ? "Failed" : "Crashed", message),
    error: { ...cause, name: cause?.name ?? error.name, message },
    retriable: true,
  };
}
