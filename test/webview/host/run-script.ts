import type { LogLevel, RunEvent, RunEventBody, Upstream } from "../../../runtime/events/run-event.ts";
import { rootFlowRun } from "../../../runtime/events/run-ids.ts";
import { makeState, type StateName } from "../../../runtime/events/states.ts";

/** Writes the events of a run as its runner would, at times that the script says. */
export class RunScript {
  readonly events: RunEvent[] = [];
  now: number;

  constructor(start = Date.UTC(2026, 5, 1, 10, 0, 0)) {
    this.now = start;
  }

  add(body: RunEventBody): this {
    this.events.push({ seq: this.events.length + 1, time: this.now, ...body });
    return this;
  }

  after(milliseconds: number): this {
    this.now += milliseconds;
    return this;
  }

  start(flow: string, runName: string, threads = 4): this {
    return this.add({ type: "run-started", attempt: 1, flow, runName, threads, parameters: {} }).flowState(
      rootFlowRun,
      "Running",
    );
  }

  flowState(flowRun: string, name: StateName, message?: string): this {
    return this.add({ type: "flow-run-state", flowRun, state: makeState(name, message) });
  }

  subflow(flowRun: string, flow: string, upstream: readonly string[] = [], parent = rootFlowRun): this {
    return this.add({
      type: "flow-run-created",
      flowRun,
      name: flowRun,
      flow,
      parent,
      upstream: upstream.map((run, i) => ({ run, argument: `.${i}` })),
    });
  }

  task(
    taskRun: string,
    options: {
      readonly task?: string;
      readonly upstream?: readonly (string | Upstream)[];
      readonly resources?: readonly string[];
      readonly flowRun?: string;
      readonly mapped?: { readonly group: string; readonly index: number };
      readonly arguments?: readonly string[];
      readonly line?: number;
    } = {},
  ): this {
    const name = taskRun.split("/").at(-1) ?? taskRun;
    const upstream = (options.upstream ?? []).map((run, i) =>
      typeof run === "string" ? { run, argument: `[${i + 1}]` } : run,
    );
    return this.add({
      type: "task-run-created",
      taskRun,
      name,
      task: options.task ?? name.replace(/-\d+$/, ""),
      flowRun: options.flowRun ?? rootFlowRun,
      upstream,
      resources: options.resources ?? [],
      inputs: taskRun,
      arguments: options.arguments ?? [],
      source: { file: "/home/me/flows/example.flow.ts", line: options.line ?? 12, column: 3 },
      ...(options.mapped === undefined ? {} : { mapped: options.mapped }),
    });
  }

  run(taskRun: string, thread = 1, attempt = 1): this {
    return this.add({
      type: "task-run-state",
      taskRun,
      state: makeState(attempt === 1 ? "Running" : "Retrying"),
      attempt,
      thread,
    });
  }

  complete(taskRun: string, preview = "undefined", name: StateName = "Completed"): this {
    return this.add({
      type: "task-run-state",
      taskRun,
      state: makeState(name),
      result: { stored: { file: `${taskRun}.bin` }, sha256: `${taskRun}`, bytes: 100, preview },
    });
  }

  fail(taskRun: string, message: string, name: StateName = "Failed"): this {
    return this.add({
      type: "task-run-state",
      taskRun,
      state: makeState(name, message),
      error: {
        name: "Error",
        message,
        stack: `Error: ${message}\n    at check (/home/me/flows/example.tasks.ts:41:11)\n    at <anonymous> (/home/me/flows/example.tasks.ts:58:3)`,
        source: { file: "/home/me/flows/example.tasks.ts", line: 41, column: 11 },
      },
    });
  }

  state(taskRun: string, name: StateName, message?: string): this {
    return this.add({ type: "task-run-state", taskRun, state: makeState(name, message) });
  }

  log(taskRun: string, message: string, level: LogLevel = "INFO"): this {
    return this.add({ type: "log", level, message, taskRun });
  }
}
