import { format } from "node:util";
import type { LogLevel } from "../events/run-event.ts";
import { currentContext } from "./context.ts";

type Log = (message: unknown, ...values: unknown[]) => void;

/**
 * Writes to the log of the run that the caller's code is in, as `console.log` formats. Outside of a run, as
 * in a unit test of a task's plain function, it writes to stderr.
 */
export const log: { readonly debug: Log; readonly info: Log; readonly warn: Log; readonly error: Log } = {
  debug: at("DEBUG"),
  info: at("INFO"),
  warn: at("WARNING"),
  error: at("ERROR"),
};

function at(level: LogLevel): Log {
  return (...values) => {
    const message = format(...values);
    const context = currentContext();
    if (context !== undefined) context.log(level, message);
    else process.stderr.write(`${level} ${message}\n`);
  };
}

/** How far the task is: `done` of `total` (absent where it isn't known). Does nothing outside of a task. */
export function progress(done: number, total?: number, message?: string): void {
  const context = currentContext();
  if (context?.kind === "task") context.progress(done, total, message);
}

/** The signal that is aborted when the run is cancelled or the task's time is up; never, outside of a run. */
export function cancellation(): AbortSignal {
  return currentContext()?.signal ?? neverAborted;
}

/** The task run that the caller's code is in. */
export function currentTaskRun():
  | { readonly id: string; readonly task: string; readonly attempt: number }
  | undefined {
  const context = currentContext();
  return context?.kind === "task"
    ? { id: context.taskRun, task: context.task, attempt: context.attempt }
    : undefined;
}

const neverAborted = new AbortController().signal;
