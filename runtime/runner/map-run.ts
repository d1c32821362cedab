import { describe } from "../errors/stack-location.ts";
import type { Upstream } from "../events/run-event.ts";
import type { TaskRunId } from "../events/run-ids.ts";
import { decideFlowState, makeState, type State } from "../events/states.ts";
import { reportError } from "../worker/error-report.ts";
import { usedExecutions } from "./executions.ts";
import type { Journal } from "./journal.ts";
import { blockerOf, type Dependency, type NodeEnd, notReady, RunNode } from "./run-node.ts";

export interface MapRunOptions {
  readonly id: TaskRunId;
  readonly upstream: readonly Upstream[];
  /** Resources that its task runs may need. */
  readonly held: readonly string[];
  /** What it is mapped over. */
  readonly lists: readonly Dependency[];
  /** Starts its task runs, once that is there. */
  readonly expand: () => readonly RunNode[];
  readonly isCancelled: () => boolean;
}

/** A `.map` call over what isn't there yet: its task runs are started when it is. */
export class MapRun extends RunNode {
  readonly #options: MapRunOptions;
  readonly #expanded: Promise<void>;
  #items: readonly RunNode[] | undefined;
  #onExpanded: () => void = () => {};

  constructor(journal: Journal, options: MapRunOptions) {
    super(journal, options.id, options.upstream, options.held);
    this.#options = options;
    this.#expanded = new Promise((resolve) => {
      this.#onExpanded = resolve;
    });
    this.onEnd(() => this.#onExpanded());
  }

  /** Its task runs, once there are any, in the order of what it is mapped over. */
  override get items(): readonly RunNode[] | undefined {
    return this.#items;
  }

  override whenExpanded(): Promise<void> {
    return this.#expanded;
  }

  override handle(): void {
    super.handle();
    for (const item of this.#items ?? []) item.handle();
  }

  override get firstFailure(): RunNode {
    const failed = this.#items?.find(({ state }) => state.type !== "COMPLETED");
    return failed?.firstFailure ?? super.firstFailure;
  }

  /** Runs to its end; never rejects. */
  async run(): Promise<void> {
    const { lists, expand, isCancelled } = this.#options;
    await Promise.all(lists.map(({ node }) => node.whenExpanded()));
    // Of a map, each task run stands for itself.
    const blocker = blockerOf(lists.filter(({ node }) => node.items === undefined));
    if (isCancelled()) {
      this.#move(makeState("Cancelled"));
      return;
    }
    if (blocker !== undefined) {
      this.block(blocker);
      this.#move(notReady(blocker));
      return;
    }
    try {
      this.#items = expand();
    } catch (error) {
      const failure = { error, report: reportError(error) };
      this.#move(makeState("Failed", describe(error)), { failure });
      return;
    }
    if (this.isHandled) this.handle();
    this.#move(makeState("Running"), {}, this.#items.length);
    this.#onExpanded();
    await Promise.all(this.#items.map((item) => item.whenEnded()));
    this.#move(this.#decideState());
  }

  #decideState(): State {
    const state = decideFlowState((this.#items ?? []).map((item) => item.state));
    return state.type === "COMPLETED" ? makeState("Completed") : state;
  }

  #move(state: State, end: NodeEnd = {}, count?: number): void {
    const { failure } = end;
    this.enter(state, end, (journal) => {
      journal.append({
        type: "map-state",
        map: this.id,
        state,
        ...(count === undefined ? {} : { count }),
        ...(failure === undefined ? {} : { error: failure.report }),
      });
      const items = this.#items ?? [];
      return state.type === "COMPLETED" ? usedExecutions(items, [String(items.length)]) : undefined;
    });
  }
}
