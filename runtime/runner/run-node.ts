import type { ErrorReport } from "../errors/error-report.ts";
import type { ResultRef, Upstream } from "../events/run-event.ts";
import type { FlowRunId, TaskRunId } from "../events/run-ids.ts";
import { hasEnded, makeState, type State } from "../events/states.ts";
import type { Journal } from "./journal.ts";

/** A node that another waits for. */
export interface Dependency {
  readonly node: RunNode;
  readonly allowFailure: boolean;
}

/** What a node failed with. */
export interface Failure {
  /** As it is thrown where the node is awaited: a body's own error where it ran in this thread, else a copy. */
  readonly error: unknown;
  readonly report: ErrorReport;
}

/** What a node came to, beside its state. */
export interface NodeEnd {
  readonly result?: ResultRef;
  readonly failure?: Failure;
}

/** A node of the graph while the run goes on: a task run or a subflow's run. */
export abstract class RunNode {
  readonly id: TaskRunId | FlowRunId;
  /** What others of this run's graph wait for. */
  readonly upstream: readonly Upstream[];
  /**
   * Ids of the resources that its result may need, as a table needs its session: those that it was given, and
   * those that the results it was given may need.
   */
  readonly held: readonly string[];
  readonly #journal: Journal;
  #state = makeState("Pending");
  #end: NodeEnd = {};
  #execution: string | undefined;
  #blockedBy: RunNode | undefined;
  #isHandled = false;
  #listeners: (() => void)[] | undefined = [];

  protected constructor(
    journal: Journal,
    id: TaskRunId | FlowRunId,
    upstream: readonly Upstream[],
    held: readonly string[],
  ) {
    this.#journal = journal;
    this.id = id;
    this.upstream = upstream;
    this.held = held;
  }

  get state(): State {
    return this.#state;
  }

  get result(): ResultRef | undefined {
    return this.#end.result;
  }

  /** Of a map, the nodes that its result is put together from; undefined for others, and until they are known. */
  get items(): readonly RunNode[] | undefined {
    return undefined;
  }

  /** What it failed with. */
  get failure(): Failure | undefined {
    return this.#end.failure;
  }

  /**
   * What it completed by, for those that take its result: of a task run the `seq` of the event that said so, which an
   * adopted one keeps; of a subflow's run what its result holds and what its children completed by. Two are the same
   * if nothing has run again. Undefined until it completed.
   */
  get execution(): string | undefined {
    return this.#execution;
  }

  /**
   * Records what it is now and, if that is its end, what it came to. Its end counts once it is on disk.
   * @param tell tells it, and returns its {@link execution}.
   */
  protected enter(state: State, end: NodeEnd, tell: (journal: Journal) => string | undefined): void {
    this.#state = state;
    this.#end = end;
    this.#execution = tell(this.#journal);
    if (hasEnded(state)) this.#journal.whenDurable(() => this.notifyEnded());
  }

  /** The body looks at how it ends: a failure is the body's to handle. */
  handle(): void {
    for (const node of this.#blockage()) node.#isHandled = true;
  }

  /** The body has looked at how it, or what kept it from running, ended. */
  get isHandled(): boolean {
    for (const node of this.#blockage()) if (node.#isHandled) return true;
    return false;
  }

  /** Keeps it from running, since an upstream didn't complete. */
  protected block(upstream: RunNode): void {
    this.#blockedBy = upstream;
    if (this.#isHandled) upstream.handle();
  }

  /** What failed first of all that kept it from running, or itself. */
  get firstFailure(): RunNode {
    let first: RunNode = this;
    for (const node of this.#blockage()) first = node;
    return first;
  }

  /** Itself, what kept it from running, what kept that from running: there may be thousands. */
  *#blockage(): Iterable<RunNode> {
    for (let node: RunNode | undefined = this; node !== undefined; node = node.#blockedBy) yield node;
  }

  get ended(): boolean {
    return this.#listeners === undefined;
  }

  /** Calls back when the run has ended, and that is on disk. */
  onEnd(listener: () => void): void {
    if (this.#listeners === undefined) listener();
    else this.#listeners.push(listener);
  }

  whenEnded(): Promise<void> {
    return new Promise((resolve) => this.onEnd(resolve));
  }

  /** Settles when its {@link items} are known, if it has any, or else when it has ended. */
  whenExpanded(): Promise<void> {
    return this.whenEnded();
  }

  protected notifyEnded(): void {
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener();
  }
}

/** The upstream that keeps a node from running, once all have ended. */
export function blockerOf(dependencies: readonly Dependency[]): RunNode | undefined {
  return dependencies.find(({ node, allowFailure }) => !allowFailure && node.state.type !== "COMPLETED")
    ?.node;
}

/** The state of a node that is kept from running. */
export function notReady(blocker: RunNode): State {
  return makeState("NotReady", `Upstream task run '${blocker.id}' did not reach a 'COMPLETED' state.`);
}
