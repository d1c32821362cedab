import { rootFlowRun } from "../events/run-event.ts";
import { encodeRunName } from "../events/run-names.ts";

/** Names and ids of what a flow's body starts: the same in each run of the same calls. */
export class ChildNames {
  readonly #prefix: string;
  readonly #counts = new Map<string, number>();

  /** @param flowRun id of the flow run that the body is of. */
  constructor(flowRun: string) {
    this.#prefix = flowRun === rootFlowRun ? "" : `${flowRun}/`;
  }

  /** `Load-0`, `Load-1`, ... for the runs of the task or flow `Load`. */
  next(base: string): { readonly name: string; readonly id: string } {
    const index = this.#counts.get(base) ?? 0;
    this.#counts.set(base, index + 1);
    const name = `${base}-${index}`;
    return { name, id: this.#prefix + encodeRunName(name) };
  }

  /** The id of the runs of one `.map` call. */
  nextMapGroup(task: string): string {
    return this.next(`${task}[]`).id;
  }
}
