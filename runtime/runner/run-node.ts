import type { ErrorReport } from "../errors/error-report.ts";
import type { ResultRef, Upstream } from "../events/run-event.ts";
import type { State } from "../events/states.ts";

/** A node of the graph while the run goes on: a task run or a subflow's run. */
export class RunNode {
  readonly id: string;
  /** What others of this run's graph wait for. */
  readonly upstream: readonly Upstream[];
  state: State;
  result: ResultRef | undefined;
  /**
   * Ids of the resources that its result may need, as a table needs its session: those that it was given, and
   * those that the results it was given may need.
   */
  readonly held: readonly string[];
  /** What it failed with: a body's own error where it ran in this thread, else a copy of a task's. */
  error: unknown;
  /** The same as it is kept, of a task's. */
  report: ErrorReport | undefined;
  /**
   * What it completed by, for those that take its result: of a task run the `seq` of the event that said so, which an
   * adopted one keeps; of a subflow's run what its result holds and what its children completed by. Two are the same
   * if nothing has run again. Undefined until it completed.
   */
  execution: string | undefined;
  /** The first upstream that kept it from running. */
  blockedBy: RunNode | undefined;
  #isHandled = false;
  #listeners: (() => void)[] | undefined = [];

  constructor(id: string, upstream: readonly Upstream[], state: State, held: readonly string[]) {
    this.id = id;
    this.held = held;
    this.upstream = upstream;
    this.state = state;
  }

  /** The body looks at how it ends: a failure is the body's to handle. */
  handle(): void {
    this.#isHandled = true;
    this.blockedBy?.handle();
  }

  /** The body has looked at how it, or what kept it from running, ended. */
  get isHandled(): boolean {
    return this.#isHandled || (this.blockedBy?.isHandled ?? false);
  }

  /** Keeps it from running, since an upstream didn't complete. */
  block(upstream: RunNode): void {
    this.blockedBy = upstream;
    if (this.#isHandled) upstream.handle();
  }

  /** What failed first of all that kept it from running, or itself. */
  get firstFailure(): RunNode {
    return this.blockedBy?.firstFailure ?? this;
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

  end(): void {
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener();
  }
}
