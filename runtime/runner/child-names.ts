import { childOf, type FlowRunId, type TaskRunId } from "../events/run-ids.ts";

/** Names and ids of what a flow's body starts: the same in each run of the same calls. */
export class ChildNames {
  readonly #flowRun: FlowRunId;
  readonly #counts = new Map<string, number>();

  /** @param flowRun id of the flow run that the body is of. */
  constructor(flowRun: FlowRunId) {
    this.#flowRun = flowRun;
  }

  /** `Load-0`, `Load-1`, ... for the runs of the task or flow `Load`. */
  next<Id extends TaskRunId | FlowRunId>(base: string): { readonly name: string; readonly id: Id } {
    const index = this.#counts.get(base) ?? 0;
    this.#counts.set(base, index + 1);
    const name = `${base}-${index}`;
    return { name, id: childOf(this.#flowRun, name) };
  }

  /** The id of the runs of one `.map` call. */
  nextMapGroup(task: string): string {
    return this.next(`${task}[]`).id;
  }
}
