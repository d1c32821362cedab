import { join } from "node:path";
import type { TaskOptions } from "../authoring/task.ts";
import type { LoadedTask } from "../discovery/load-flow.ts";
import type { ResultRef, Upstream } from "../events/run-event.ts";
import { makeState } from "../events/states.ts";
import type { CrossingTable } from "../worker/crossing-marks.ts";
import type { FailedInput } from "../worker/protocol.ts";
import type { Candidate } from "./earlier-attempt.ts";
import { tableIdentity, usedExecutions } from "./executions.ts";
import type { HeldArguments } from "./held-arguments.ts";
import { RunNode } from "./run-node.ts";

/** What a task run was called with, as it was then. */
export interface TaskInputs {
  /** Bytes of the encoded arguments. */
  readonly args: HeldArguments;
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
  /** Digest of the code that it can reach, and its resources'. */
  readonly code: string;
  /** The task's options under those of the call. */
  readonly options: TaskOptions;
  readonly inputs: TaskInputs;
  readonly dependencies: readonly { readonly node: RunNode; readonly allowFailure: boolean }[];
  /** Beginning of the names of its files. */
  readonly fileName: string;
  /** What it came to in an earlier attempt: taken if that was made from the same executions. */
  readonly candidate: Candidate | undefined;
  /** Digest of the executions that it takes results from, once they have ended; see {@link usedExecutions}. */
  used: string | undefined;
  #handles: Promise<readonly unknown[]> | undefined;
  /** Ends the try that is under way: a try's thread is told, and has a second to stop by itself. */
  stop: ((reason: "timeout" | "cancelled") => void) | undefined;

  constructor(
    id: string,
    fileName: string,
    task: LoadedTask,
    code: string,
    options: TaskOptions,
    inputs: TaskInputs,
    upstream: readonly Upstream[],
    dependencies: TaskRun["dependencies"],
    candidate: Candidate | undefined,
  ) {
    super(id, upstream, makeState("Pending"), inputs.resources);
    this.fileName = fileName;
    this.task = task;
    this.code = code;
    this.options = options;
    this.inputs = inputs;
    this.dependencies = dependencies;
    this.candidate = candidate;
  }

  override end(): void {
    this.inputs.args.release();
    super.end();
  }

  /** Finds out {@link used}, for which tables that are only rows in memory are written first. */
  async findUsed(runFolder: string): Promise<void> {
    if (this.inputs.tables.length === 0) {
      this.findUsedNow();
      return;
    }
    const handles = await this.tableHandles(runFolder);
    const ownFiles = `results/${this.fileName}-in-`;
    const tables = await Promise.all(handles.map((handle) => tableIdentity(handle, ownFiles, runFolder)));
    this.used = usedExecutions(this.#above, tables);
  }

  /** The same for a run without tables among its arguments. */
  findUsedNow(): void {
    this.used = usedExecutions(this.#above, []);
  }

  get #above(): RunNode[] {
    return this.dependencies.map(({ node }) => node);
  }

  /** Whether it came to a result in an earlier attempt that was made from the same. */
  get isDone(): boolean {
    const { completion } = this.candidate ?? {};
    return completion !== undefined && this.used !== undefined && (completion.used ?? "") === this.used;
  }

  /** Makes it what it came to in an earlier attempt. */
  adopt(): void {
    const { candidate } = this;
    if (candidate?.completion === undefined) return;
    candidate.take();
    this.state = candidate.completion.state;
    this.result = candidate.completion.result;
    this.execution = String(candidate.completion.seq);
  }

  /** The upstream that keeps this from running, once all have ended. */
  get blocker(): RunNode | undefined {
    return this.dependencies.find(
      ({ node, allowFailure }) => !allowFailure && node.state.type !== "COMPLETED",
    )?.node;
  }

  /** Handles of the tables among the arguments, by number. Tables that are only rows in memory are written first. */
  async tableHandles(runFolder: string): Promise<readonly unknown[]> {
    this.#handles ??= Promise.all(
      this.inputs.tables.map((table, index) =>
        table.handle(() => join(runFolder, "results", `${this.fileName}-in-${index}.parquet`)),
      ),
    );
    try {
      return await this.#handles;
    } catch (error) {
      this.#handles = undefined; // the next try makes them anew
      throw error;
    }
  }

  /** What the futures among the arguments came to. */
  upstreamResults(): Record<string, ResultRef | FailedInput> {
    const results: Record<string, ResultRef | FailedInput> = {};
    for (const { node } of this.dependencies) {
      results[node.id] =
        node.state.type === "COMPLETED" && node.result !== undefined ? node.result : failedInput(node);
    }
    return results;
  }
}

function failedInput({ state, firstFailure }: RunNode): FailedInput {
  const { report } = firstFailure;
  return { failed: true, state, ...(report === undefined ? {} : { error: report }) };
}
