import { join } from "node:path";
import type { RunFailure } from "../authoring/future.ts";
import type { TaskOptions } from "../authoring/task.ts";
import type { LoadedTask } from "../discovery/load-flow.ts";
import type { ResultRef, Upstream } from "../events/run-event.ts";
import { makeState } from "../events/states.ts";
import type { CrossingTable } from "../worker/crossing-marks.ts";
import { RunNode } from "./run-node.ts";

/** What a task run was called with, as it was then. */
export interface TaskInputs {
  /** Bytes of the encoded arguments. */
  readonly args: Uint8Array;
  /** Their digest. */
  readonly digest: string;
  /** Resources that they may need. */
  readonly resources: readonly string[];
  /** Tables among the arguments, whose rows may have to be written before a thread can read them. */
  readonly tables: readonly CrossingTable[];
}

/** One task run, from its call to its end. */
export class TaskRun extends RunNode {
  readonly task: LoadedTask;
  /** The task's options under those of the call. */
  readonly options: TaskOptions;
  readonly inputs: TaskInputs;
  readonly dependencies: readonly { readonly node: RunNode; readonly allowFailure: boolean }[];
  /** Beginning of the names of its files. */
  readonly fileName: string;
  #handles: Promise<readonly unknown[]> | undefined;
  /** Ends the try that is under way: a try's thread is told, and has a second to stop by itself. */
  stop: ((reason: "timeout" | "cancelled") => void) | undefined;

  constructor(
    id: string,
    fileName: string,
    task: LoadedTask,
    options: TaskOptions,
    inputs: TaskInputs,
    upstream: readonly Upstream[],
    dependencies: TaskRun["dependencies"],
  ) {
    super(id, upstream, makeState("Pending"), inputs.resources);
    this.fileName = fileName;
    this.task = task;
    this.options = options;
    this.inputs = inputs;
    this.dependencies = dependencies;
  }

  /** The upstream that keeps this from running, once all have ended. */
  get blocker(): RunNode | undefined {
    return this.dependencies.find(
      ({ node, allowFailure }) => !allowFailure && node.state.type !== "COMPLETED",
    )?.node;
  }

  /** Handles of the tables among the arguments, by number. Tables that are only rows in memory are written first. */
  tableHandles(runFolder: string): Promise<readonly unknown[]> {
    this.#handles ??= Promise.all(
      this.inputs.tables.map((table, index) =>
        table.handle(() => join(runFolder, "results", `${this.fileName}-in-${index}.parquet`)),
      ),
    );
    return this.#handles;
  }

  /** What the futures among the arguments came to. */
  upstreamResults(): Record<string, ResultRef | RunFailure> {
    const results: Record<string, ResultRef | RunFailure> = {};
    for (const { node } of this.dependencies) {
      results[node.id] =
        node.state.type === "COMPLETED" && node.result !== undefined
          ? node.result
          : { failed: true, state: node.state };
    }
    return results;
  }
}
