import { nearestName } from "../authoring/nearest-name.ts";
import { UserError } from "../errors/user-error.ts";
import type { PartOrder } from "../events/part-order.ts";
import { type SelectableTaskRun, selects } from "../events/select-task-runs.ts";
import { makeState } from "../events/states.ts";
import { reportError } from "../worker/error-report.ts";
import type { DeferredResults } from "./deferred-results.ts";
import type { RunNode } from "./run-node.ts";
import type { Scheduler } from "./scheduler.ts";
import { TaskRun } from "./task-run.ts";

/** What is known of a task run when it is decided whether it runs. */
interface PartTaskRun extends SelectableTaskRun {
  readonly isCheck: boolean;
}

/** Thrown where a body awaits what isn't run in this part: the rest of the body isn't, then. */
export class NotSelectedError extends Error {
  override readonly name = "NotSelectedError";
}

/**
 * Decides what of a flow runs where only a part of it is asked for. The graph is not known beforehand: a task run that
 * isn't selected waits until one that is needs it, or the body awaits it, and then it runs, or is what an earlier run
 * had. What nobody needs until the body has ended is left out.
 */
export class RunPart {
  readonly order: PartOrder;
  readonly #deferred: DeferredResults | undefined;
  readonly #scheduler: Scheduler;
  readonly #matches: (run: PartTaskRun) => boolean;
  readonly #held = new Map<RunNode, string>();
  readonly #leftOut = new Set<RunNode>();
  /** What is selected, what is below it, and the maps and subflows that this is in. */
  readonly #fresh = new Set<string>();
  /** Maps whose task runs somebody needs. */
  readonly #neededMaps = new Set<string>();
  /** Maps that only the body needs, and that aren't run for it. */
  readonly #cut = new Set<string>();
  /** Maps of which some task runs are selected. */
  readonly #selectedMaps = new Set<string>();
  readonly #lists = new Map<string, readonly RunNode[]>();
  /** Flow runs whose bodies have ended. */
  readonly #over = new Set<string>();
  #matched = false;

  constructor(order: PartOrder, deferred: DeferredResults | undefined, scheduler: Scheduler) {
    this.order = order;
    this.#deferred = deferred;
    this.#scheduler = scheduler;
    this.#matches = order.kind === "only-checks" ? ({ isCheck }) => isCheck : selects(order.selectors);
  }

  /** Takes on a task run in place of the scheduler. */
  take(run: TaskRun, about: PartTaskRun & { readonly flowRun: string }): void {
    const { kind } = this.order;
    const isSelected = this.#matches(about);
    this.#matched ||= isSelected;
    const group = about.mapped?.group ?? "";
    const isBelow =
      this.#isBelow(run.dependencies) || this.#fresh.has(group) || this.#fresh.has(about.flowRun);
    if (isSelected || isBelow) this.#fresh.add(run.id);
    if (isSelected || (isBelow && kind === "from")) this.#start(run);
    // What is between two that are selected may run with the lower one.
    else if (
      (isBelow && !this.#takesAbove) ||
      this.#cut.has(group) ||
      run.dependencies.some(({ node }) => this.isLeftOut(node))
    )
      this.#leaveOut(run);
    else {
      this.#held.set(run, about.flowRun);
      if (this.#neededMaps.has(group)) this.need(run);
      else if (this.#over.has(about.flowRun)) this.#leaveOut(run);
    }
  }

  /** Takes on a map over what isn't there yet. */
  takeMap(map: RunNode, lists: readonly RunNode[], about: PartTaskRun): void {
    this.#lists.set(map.id, lists);
    if (this.#isBelow(lists.map((node) => ({ node })))) this.#fresh.add(map.id);
    const isNamed = this.order.selectors.some((selector) => selector.startsWith(`${map.id}[`));
    const isSelected = isNamed || this.#matches(about);
    if (isSelected || (this.#fresh.has(map.id) && this.order.kind === "from"))
      for (const list of lists) this.need(list);
    if (isSelected) this.#selectedMaps.add(map.id);
  }

  /** A subflow's body runs: what is selected may be in it. */
  takeSubflow(id: string, dependencies: readonly { readonly node: RunNode }[]): void {
    if (this.#isBelow(dependencies)) this.#fresh.add(id);
    for (const { node } of dependencies)
      if (this.order.kind === "only-checks") this.need(node);
      else this.needInBody(node);
  }

  /** The body needs what a node comes to. What is only below what was asked for isn't run for that: the body ends there. */
  needInBody(node: RunNode): void {
    if (!this.#takesAbove || !this.#fresh.has(node.id) || this.#isHad(node)) {
      this.need(node);
      return;
    }
    const lists = this.#lists.get(node.id);
    if (lists === undefined) {
      if (this.#held.delete(node) && node instanceof TaskRun) this.#leaveOut(node);
    } else if (!this.#neededMaps.has(node.id) && !this.#cut.has(node.id)) {
      this.#cut.add(node.id);
      for (const part of [...lists, ...(node.items ?? [])]) this.needInBody(part);
    }
  }

  /** Somebody needs what a node comes to. */
  need(node: RunNode): void {
    const lists = this.#lists.get(node.id);
    if (lists !== undefined && !this.#neededMaps.has(node.id)) {
      this.#neededMaps.add(node.id);
      for (const list of lists) this.need(list);
      for (const item of node.items ?? []) this.need(item);
    }
    if (!this.#held.delete(node) || !(node instanceof TaskRun)) return;
    if (this.#takesAbove && !this.#isHad(node)) this.#start(node);
    else void this.#defer(node);
  }

  /** What a flow run's body has called and nobody needs is left out. */
  settle(flowRun: string): void {
    this.#over.add(flowRun);
    for (const [node, of] of [...this.#held])
      if (of === flowRun && this.#held.delete(node) && node instanceof TaskRun) this.#leaveOut(node);
  }

  /** A resource is closed that they would need: what nobody has needed until now is left out, else it would be waited for. */
  giveUp(nodes: readonly RunNode[]): void {
    for (const node of nodes) if (this.#held.delete(node) && node instanceof TaskRun) this.#leaveOut(node);
  }

  /** Whether a node is no part of what was asked for, or couldn't run for want of one that isn't. */
  isLeftOut(node: RunNode): boolean {
    return this.#leftOut.has(node.firstFailure);
  }

  /** @throws {UserError} where nothing was selected. */
  check(nodes: Iterable<RunNode>): void {
    if (this.#matched) return;
    const { kind, selectors } = this.order;
    if (kind === "only-checks")
      throw new UserError("--only-checks: the flow called no check. A check is defined by check(...).");
    const names = [...nodes].flatMap((node) => (node instanceof TaskRun ? [node.options.name, node.id] : []));
    const hint = nearestName(selectors[0] ?? "", names);
    throw new UserError(
      `--${kind} ${selectors.join(", ")}: the flow called no such task.${hint === undefined ? "" : ` Did you mean '${hint}'?`}`,
    );
  }

  /** Whether what isn't selected runs where something selected needs it, and no earlier run has it. */
  get #takesAbove(): boolean {
    return this.order.kind === "until" || this.order.kind === "only-checks";
  }

  /** Whether an earlier run's result stands for it. A check hands on what it was given, so that it makes nothing stale. */
  #isHad(node: RunNode): boolean {
    if (this.#deferred === undefined) return false;
    if (this.order.kind !== "only-checks" && this.#fresh.has(node.id)) return false;
    return this.#deferred.has(node.id);
  }

  /** As the command line has it. */
  get #option(): string {
    return [`--${this.order.kind}`, this.order.selectors.join(", ")].join(" ").trim();
  }

  #isBelow(dependencies: readonly { readonly node: RunNode }[]): boolean {
    return dependencies.some(({ node }) => this.#fresh.has(node.id) || this.#selectedMaps.has(node.id));
  }

  #start(run: TaskRun): void {
    for (const { node } of run.dependencies) this.need(node);
    this.#scheduler.add(run);
  }

  #leaveOut(run: TaskRun): void {
    this.#leftOut.add(run);
    run.finish(makeState("NotReady", `Not selected by ${this.#option}.`));
  }

  async #defer(run: TaskRun): Promise<void> {
    try {
      if (this.#deferred === undefined)
        throw new UserError(
          `${this.#option} needs the result of '${run.id}', and no run of the flow has completed. Run it with --until, or name a run that has it: --defer <run>.`,
        );
      const { result, from } = await this.#deferred.bring(run.id);
      run.finish(makeState("Cached", `As run '${from}' had it.`), { result });
    } catch (error) {
      const report = reportError(error);
      run.finish(makeState("Failed", report.message), { error: report });
    }
  }
}
