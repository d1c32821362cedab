import { join } from "node:path";
import type { TaskOptions } from "../authoring/task.ts";
import type { CrossingTable } from "../crossing/marks.ts";
import type { LoadedTask } from "../discovery/load-flow.ts";
import { thrownFrom } from "../errors/error-from.ts";
import type { ErrorReport } from "../errors/error-report.ts";
import type { ResultRef, Upstream } from "../events/run-event.ts";
import type { TaskRunId } from "../events/run-ids.ts";
import { hasEnded, type State } from "../events/states.ts";
import type { FailedInput, TaskInput } from "../worker/protocol.ts";
import type { Candidate } from "./earlier-attempt.ts";
import { tableIdentity, usedExecutions } from "./executions.ts";
import type { HeldArguments } from "./held-arguments.ts";
import type { Journal } from "./journal.ts";
import { blockerOf, type Dependency, notReady, RunNode } from "./run-node.ts";

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

export interface TaskRunOptions {
  readonly id: TaskRunId;
  /** Beginning of the names of its files. */
  readonly fileName: string;
  readonly task: LoadedTask;
  /** Digest of the code that it can reach, and its resources'. */
  readonly code: string;
  /** The task's options under those of the call. */
  readonly options: TaskOptions;
  readonly inputs: TaskInputs;
  readonly upstream: readonly Upstream[];
  readonly dependencies: readonly Dependency[];
  /** What it came to in an earlier attempt: taken if that was made from the same executions. */
  readonly candidate: Candidate | undefined;
}

/** What is told with a state that isn't the last. */
export interface OnTheWay {
  readonly attempt?: number;
  readonly thread?: number;
  readonly due?: number;
  readonly retry?: { readonly number: number; readonly of: number };
  readonly error?: ErrorReport;
}

/** One task run, from its call to its end. */
export class TaskRun extends RunNode {
  declare readonly id: TaskRunId;
  readonly task: LoadedTask;
  readonly code: string;
  readonly options: TaskOptions;
  readonly inputs: TaskInputs;
  readonly dependencies: readonly Dependency[];
  readonly fileName: string;
  readonly candidate: Candidate | undefined;
  #used: string | undefined;
  #handles: Promise<readonly unknown[]> | undefined;

  constructor(journal: Journal, options: TaskRunOptions) {
    super(journal, options.id, options.upstream, options.inputs.resources);
    this.task = options.task;
    this.code = options.code;
    this.options = options.options;
    this.inputs = options.inputs;
    this.dependencies = options.dependencies;
    this.fileName = options.fileName;
    this.candidate = options.candidate;
  }

  /** Records and tells a state on its way. */
  move(state: State, more: OnTheWay = {}): void {
    this.enter(state, {}, (journal) => {
      journal.append({ type: "task-run-state", taskRun: this.id, state, ...more });
      return undefined;
    });
  }

  /** Records and tells its end, once. @returns whether it had not ended before. */
  finish(state: State, came: { readonly result?: ResultRef; readonly error?: ErrorReport } = {}): boolean {
    if (hasEnded(this.state)) return false;
    const { result, error } = came;
    const end = {
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { failure: { error: thrownFrom(error), report: error } }),
    };
    const used = result !== undefined && this.#used !== "" ? { used: this.#used ?? "what failed" } : {};
    this.enter(state, end, (journal) => {
      const seq = journal.append({ type: "task-run-state", taskRun: this.id, state, ...came, ...used });
      return state.type === "COMPLETED" ? String(seq) : undefined;
    });
    return true;
  }

  /** Ends it, since one that it takes its input from didn't complete. */
  finishBlockedBy(blocker: RunNode): void {
    this.block(blocker);
    this.finish(notReady(blocker));
  }

  /** Makes it what it came to in an earlier attempt. @param tell by an event of its own; else its creation told it. */
  adopt(tell: boolean): void {
    const { candidate } = this;
    if (candidate?.completion === undefined) return;
    const { state, result, seq } = candidate.completion;
    candidate.take();
    this.enter(state, { result }, (journal) => {
      if (tell) journal.append({ type: "task-run-adopted", taskRun: this.id });
      return String(seq);
    });
  }

  protected override notifyEnded(): void {
    this.inputs.args.release();
    super.notifyEnded();
  }

  /**
   * Finds out the executions that it takes results from, once they have ended, for which tables that are only rows in
   * memory are written first; see {@link usedExecutions}.
   */
  async findUsed(runFolder: string): Promise<void> {
    if (this.inputs.tables.length === 0) {
      this.findUsedNow();
      return;
    }
    const handles = await this.tableHandles(runFolder);
    const ownFiles = `results/${this.fileName}-in-`;
    const tables = await Promise.all(handles.map((handle) => tableIdentity(handle, ownFiles, runFolder)));
    this.#used = usedExecutions(this.#above, tables);
  }

  /** The same for a run without tables among its arguments. */
  findUsedNow(): void {
    this.#used = usedExecutions(this.#above, []);
  }

  get #above(): RunNode[] {
    return this.dependencies.map(({ node }) => node);
  }

  /** Whether it came to a result in an earlier attempt that was made from the same. */
  get isDone(): boolean {
    const { completion } = this.candidate ?? {};
    return completion !== undefined && this.#used !== undefined && (completion.used ?? "") === this.#used;
  }

  /** The upstream that keeps this from running, once all have ended. */
  get blocker(): RunNode | undefined {
    return blockerOf(this.dependencies);
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
  upstreamResults(): Record<string, TaskInput> {
    return Object.fromEntries(this.dependencies.map(({ node }) => [node.id, inputOf(node)]));
  }
}

function inputOf(node: RunNode): TaskInput {
  if (node.items !== undefined) return { items: node.items.map(inputOf) };
  return node.state.type === "COMPLETED" && node.result !== undefined ? node.result : failedInput(node);
}

function failedInput({ state, firstFailure }: RunNode): FailedInput {
  const report = firstFailure.failure?.report;
  return { failed: true, state, ...(report === undefined ? {} : { error: report }) };
}
