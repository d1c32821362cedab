import type { ErrorReport } from "../errors/error-report.ts";
import type { LogLevel, RunEvent } from "./run-event.ts";
import { nameOfRun, parentOf, rootFlowRun } from "./run-ids.ts";
import { formatState, hasEnded, pythonQuote, type State } from "./states.ts";

type TaskRunState = Extract<RunEvent, { type: "task-run-state" }>;

/** A line of a run's log. Times in milliseconds since 1970. */
export interface LogLine {
  readonly seq: number;
  readonly time: number;
  readonly level: LogLevel;
  /** `Flow run 'wise-otter'`, `Task run 'Similarity join-0'`, `millrace.engine`. */
  readonly logger: string;
  readonly message: string;
  readonly flowRun?: string;
  readonly taskRun?: string;
}

/**
 * Makes log lines of events, in the words that users of Prefect know. State changes are told as lines too,
 * so the events need not say things twice. Remembers the flow runs' names from one call to the next.
 */
export class LogLines {
  /** Task runs whose last retry has begun, and that have not ended. */
  readonly #lastTries = new Set<string>();
  readonly #flowRunNames = new Map<string, string>();

  lines(events: Iterable<RunEvent>): LogLine[] {
    const lines: LogLine[] = [];
    for (const event of events) {
      const exhausted = this.#exhausted(event);
      if (exhausted !== undefined) lines.push(exhausted);
      const line = this.#line(event);
      if (line !== undefined) lines.push(line);
    }
    return lines;
  }

  #line(event: RunEvent): LogLine | undefined {
    const at = { seq: event.seq, time: event.time };
    switch (event.type) {
      case "run-started":
        this.#flowRunNames.set(rootFlowRun, event.runName);
        return {
          ...at,
          level: "INFO",
          logger: "millrace.engine",
          message:
            event.attempt === 1
              ? `Created flow run '${event.runName}' for flow '${event.flow}'`
              : `Resuming flow run '${event.runName}' for flow '${event.flow}', attempt ${event.attempt}`,
        };
      case "flow-run-created":
        this.#flowRunNames.set(event.flowRun, event.name);
        return {
          ...at,
          level: "INFO",
          logger: this.flowLogger(event.parent),
          message: `Created subflow run '${event.name}' for flow '${event.flow}'`,
          flowRun: event.parent,
        };
      case "flow-run-state": {
        if (!hasEnded(event.state)) return undefined;
        const failed = event.state.type !== "COMPLETED";
        return {
          ...at,
          level: failed ? "ERROR" : "INFO",
          logger: this.flowLogger(event.flowRun),
          message: ended(formatState(event.state), event.error?.stack),
          flowRun: event.flowRun,
        };
      }
      case "task-run-created":
        return {
          ...at,
          level: "INFO",
          logger: this.flowLogger(event.flowRun),
          message: event.adopted
            ? `Took the result of task run '${event.name}' from an earlier attempt`
            : `Created task run '${event.name}' for task '${event.task}'`,
          flowRun: event.flowRun,
        };
      case "map-created":
        return undefined;
      case "map-state": {
        const name = nameOfRun(event.map);
        const logger = this.flowLogger(parentOf(event.map));
        if (event.count !== undefined)
          return { ...at, level: "INFO", logger, message: `Map '${name}' has ${counted(event.count)}` };
        if (!hasEnded(event.state) || event.state.type === "COMPLETED") return undefined;
        const message = `Map '${name}' finished in state ${formatState(event.state)}`;
        return { ...at, level: "ERROR", logger, message };
      }
      case "task-run-adopted":
        return {
          ...at,
          level: "INFO",
          logger: taskLogger(event.taskRun),
          message: "Took the result from an earlier attempt",
          taskRun: event.taskRun,
        };
      case "task-run-state": {
        const logger = taskLogger(event.taskRun);
        if (event.state.name === "AwaitingRetry") return this.#awaitingRetry(event);
        if (!hasEnded(event.state)) return undefined;
        return {
          ...at,
          level: event.state.type === "COMPLETED" ? "INFO" : "ERROR",
          logger,
          message: ended(formatState(event.state), event.error?.stack),
          taskRun: event.taskRun,
        };
      }
      case "log":
        return {
          ...at,
          level: event.level,
          logger:
            event.taskRun !== undefined
              ? taskLogger(event.taskRun)
              : event.flowRun !== undefined
                ? this.flowLogger(event.flowRun)
                : "millrace.engine",
          message: event.message,
          ...(event.flowRun === undefined ? {} : { flowRun: event.flowRun }),
          ...(event.taskRun === undefined ? {} : { taskRun: event.taskRun }),
        };
      case "resource-state":
        if (event.state !== "Failed") return undefined;
        return {
          ...at,
          level: "ERROR",
          logger: "millrace.engine",
          message: `Resource '${event.resource}' failed: ${event.error?.message ?? "unknown error"}`,
        };
      case "cancel-requested":
        return {
          ...at,
          level: "WARNING",
          logger: this.flowLogger(rootFlowRun),
          message: `Cancelling: ${event.reason}`,
        };
      case "resource-created":
      case "artifact":
      case "progress":
        return undefined;
      default:
        event satisfies never;
        return undefined;
    }
  }

  /** A try that fails and is followed by another; one that only lost its process is no failure of its own. */
  #awaitingRetry(event: TaskRunState): LogLine {
    const { seq, time, taskRun, retry, error, state, due } = event;
    const at = { seq, time, logger: taskLogger(taskRun), taskRun };
    const start = retryTime(time, due);
    if (retry === undefined)
      return { ...at, level: "WARNING", message: `${state.message ?? ""} It will start ${start}` };
    if (retry.number === retry.of) this.#lastTries.add(taskRun);
    const message = `Task run failed with exception: ${exceptionText(error, state)} - Retry ${retry.number}/${retry.of} will start ${start}`;
    return { ...at, level: "INFO", message };
  }

  /** What is told before the end of a task run whose retries have all failed. */
  #exhausted(event: RunEvent): LogLine | undefined {
    if (event.type !== "task-run-state" || !hasEnded(event.state)) return undefined;
    const { seq, time, taskRun, state, error } = event;
    if (!this.#lastTries.delete(taskRun) || state.type !== "FAILED") return undefined;
    const message = `Task run failed with exception: ${exceptionText(error, state)} - Retries are exhausted`;
    return { seq, time, level: "ERROR", logger: taskLogger(taskRun), message, taskRun };
  }

  /** How a flow run is called in the log. */
  flowLogger(flowRun: string): string {
    return `Flow run '${this.#flowRunNames.get(flowRun) ?? flowRun}'`;
  }
}

function counted(taskRuns: number): string {
  return taskRuns === 1 ? "1 task run" : `${taskRuns} task runs`;
}

function taskLogger(taskRun: string): string {
  return `Task run '${nameOfRun(taskRun)}'`;
}

function ended(state: string, stack: string | undefined): string {
  return stack === undefined ? `Finished in state ${state}` : `Finished in state ${state}\n${stack}`;
}

/** `RangeError('no')`, as Python shows an exception. */
function exceptionText(error: ErrorReport | undefined, state: State): string {
  return error === undefined
    ? formatState(state)
    : `${error.name}(${error.message === error.name ? "" : pythonQuote(error.message)})`;
}

function retryTime(now: number, due: number | undefined): string {
  const seconds = Math.round(((due ?? now) - now) / 100) / 10;
  return seconds <= 0 ? "immediately" : `${seconds} second(s) from now`;
}

/** `12:00:00.000 | INFO    | Flow run 'wise-otter' - Created task run ...`, in local time. */
export function formatLogLine(line: LogLine): string {
  return `${clock(line.time)} | ${line.level.padEnd(7)} | ${line.logger} - ${line.message}`;
}

function clock(time: number): string {
  const date = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}
