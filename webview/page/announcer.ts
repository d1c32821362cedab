import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import { hasEnded } from "../../runtime/events/states.ts";
import { h } from "../elements/dom.ts";
import type { RunChanges, RunModel } from "../run/run-model.ts";
import { statusText } from "../state/status.ts";

/** Longer than it takes to read a sentence out. */
const pause = 2500;
const mostNamed = 3;

/** Tells screen readers what changed state: at most one sentence every few seconds, however much happens. */
export class Announcer {
  readonly element = h("div", { class: "announcer", role: "status", "aria-live": "polite" });
  readonly #model: RunModel;
  readonly #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: RunModel) {
    this.#model = model;
  }

  note(changes: RunChanges): void {
    if (changes.everything) {
      this.#changed.clear();
      return;
    }
    for (const id of changes.ids) this.#changed.add(id);
    if (this.#changed.size > 0) this.#timer ??= setTimeout(() => this.#speak(), pause);
  }

  #speak(): void {
    this.#timer = undefined;
    const text = summarize(this.#model, this.#changed);
    this.#changed.clear();
    if (text !== "" && text !== this.element.textContent) this.element.textContent = text;
  }
}

/** `Load, completed. Boom, failed. And 12 more. 14 of 20 done.` */
function summarize(model: RunModel, changed: ReadonlySet<string>): string {
  const { view } = model;
  const sentences: string[] = [];
  const root = view.flowRuns.get(rootFlowRun);
  if (changed.has(rootFlowRun) && root !== undefined) {
    sentences.push(`Flow ${root.flow}, ${statusText(root.state.name).toLowerCase()}.`);
  }
  const runs = [...changed].flatMap((id) => view.taskRuns.get(id) ?? []);
  // Failures first: if not all can be told, those must be.
  runs.sort((a, b) => Number(b.error !== undefined) - Number(a.error !== undefined));
  for (const run of runs.slice(0, mostNamed)) {
    sentences.push(`${run.name}, ${statusText(run.state.name).toLowerCase()}.`);
  }
  if (runs.length > mostNamed) sentences.push(`And ${runs.length - mostNamed} more.`);
  if (runs.length > 0) {
    let done = 0;
    for (const run of view.taskRuns.values()) if (hasEnded(run.state)) done++;
    sentences.push(`${done} of ${view.taskRuns.size} ended.`);
  }
  return sentences.join(" ");
}
