import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import { hasEnded } from "../../runtime/events/states.ts";
import { h, setText } from "../elements/dom.ts";
import { icon } from "../elements/icons.ts";
import { formatDuration, formatElapsed } from "../format/durations.ts";
import { formatCount } from "../format/values.ts";
import { statusOfRun } from "../graph/run-items.ts";
import { type Status, statusText } from "../state/status.ts";
import { statusIcon } from "../state/status-icon.ts";
import { button } from "../toolkit.ts";
import type { PageContext } from "./page-view.ts";

/** What runs, how it stands, and what can be done about it. */
export class RunHeaderBar {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #sign = h("span", { class: "run-sign" });
  readonly #flow: HTMLButtonElement;
  readonly #run = h("span", { class: "run-name" });
  readonly #state = h("span", { class: "run-state" });
  readonly #chips = h("span", { class: "run-chips" });
  readonly #actions = h("div", { class: "run-actions" });
  readonly #bar = h("div", {
    class: "run-bar",
    role: "progressbar",
    "aria-label": "Task runs that have ended",
  });
  readonly #done = h("div", { class: "run-bar-done" });
  readonly #failed = h("div", { class: "run-bar-failed" });
  #status: Status | undefined;
  #actionsKey = "";
  #chipsKey = "";
  #counts = { done: 0, failed: 0, total: 0 };

  constructor(context: PageContext) {
    this.#context = context;
    this.#flow = h("button", {
      class: "run-flow",
      type: "button",
      title: "Show the flow's own output",
      on: { click: () => context.select(rootFlowRun, true) },
    });
    this.#bar.append(this.#done, this.#failed);
    this.element = h(
      "header",
      { class: "run-header" },
      h(
        "div",
        { class: "run-title" },
        this.#sign,
        h("h1", {}, this.#flow),
        this.#run,
        this.#state,
        this.#chips,
      ),
      this.#actions,
      this.#bar,
    );
  }

  update(): void {
    const { model } = this.#context;
    const { header, view } = model;
    if (header === undefined) return;
    setText(this.#flow, header.flow);
    setText(this.#run, model.isPreview ? "preview" : header.name);
    let done = 0;
    let failed = 0;
    let total = 0;
    for (const run of view.taskRuns.values()) {
      if (run.runAttempt !== view.attempt) continue;
      total++;
      if (run.state.type === "COMPLETED") done++;
      else if (hasEnded(run.state)) failed++;
    }
    this.#counts = { done, failed, total: Math.max(total, this.#planned()) };
    this.tick(Date.now());
    this.#showChips();
    this.#showActions();
  }

  tick(now: number): void {
    const { model } = this.#context;
    const { view } = model;
    const status: Status = model.isPreview ? "Planned" : statusOfRun(view, rootFlowRun);
    if (status !== this.#status) {
      this.#status = status;
      this.#sign.replaceChildren(statusIcon(status));
      this.#state.dataset.status = status;
    }
    const root = view.flowRuns.get(rootFlowRun);
    const { done, failed, total } = this.#counts;
    const parts = [model.isPreview ? "Not run yet" : statusText(status)];
    if (root?.started !== undefined) {
      parts.push(
        root.ended === undefined
          ? formatElapsed(now - root.started)
          : formatDuration(root.ended - root.started),
      );
    }
    if (total > 0 && !model.isPreview) parts.push(`${formatCount(done)} of ${formatCount(total)} done`);
    if (failed > 0) parts.push(`${formatCount(failed)} not completed`);
    setText(this.#state, parts.join(" · "));
    this.#bar.classList.toggle("hidden", model.isPreview);
    this.#done.style.width = total === 0 ? "0" : `${(100 * done) / total}%`;
    this.#failed.style.width = total === 0 ? "0" : `${(100 * failed) / total}%`;
    this.#bar.setAttribute(
      "aria-valuenow",
      String(total === 0 ? 0 : Math.round((100 * (done + failed)) / total)),
    );
  }

  #planned(): number {
    const { plan } = this.#context.model;
    return plan?.nodes.reduce((count, node) => count + (node.kind === "task" ? 1 : 0), 0) ?? 0;
  }

  #showChips(): void {
    const { header, view } = this.#context.model;
    if (header === undefined) return;
    const key = `${header.session} ${header.host} ${header.container} ${view.threads} ${view.attempt} ${view.damages.length}`;
    if (key === this.#chipsKey) return;
    this.#chipsKey = key;
    this.#chips.replaceChildren(
      h("span", { class: "chip", title: "Session" }, icon("database"), header.session),
      h(
        "span",
        { class: "chip", title: header.container ? "Container that it runs in" : "Machine that it runs on" },
        icon(header.container ? "container" : "layers"),
        header.host,
      ),
      ...(view.damages.length > 0
        ? [h("span", { class: "chip", title: view.damages.join("\n") }, icon("text"), "events damaged")]
        : []),
      ...(view.attempt > 1 ? [h("span", { class: "chip" }, icon("refresh"), `attempt ${view.attempt}`)] : []),
    );
  }

  #showActions(): void {
    const { model, host } = this.#context;
    const { header, view } = model;
    if (header === undefined) return;
    const root = view.flowRuns.get(rootFlowRun);
    const ended = root !== undefined && (hasEnded(root.state) || !header.alive);
    const failed = ended && root.state.type !== "COMPLETED";
    const cancelling = view.cancelRequested;
    const key = `${header.alive} ${ended} ${failed} ${cancelling} ${model.isPreview}`;
    if (key === this.#actionsKey) return;
    this.#actionsKey = key;
    const actions: HTMLElement[] = [];
    if (model.isPreview) {
      actions.push(button("Run", () => host.act({ kind: "run-again" }), { icon: "play", primary: true }));
      actions.push(button("Debug", () => host.act({ kind: "debug" }), { icon: "debug" }));
    } else if (!ended) {
      const cancel = button(cancelling ? "Cancelling" : "Cancel", () => host.act({ kind: "cancel" }), {
        icon: "stop",
      });
      cancel.disabled = cancelling;
      actions.push(cancel);
    } else {
      if (failed) {
        actions.push(
          button("Resume", () => host.act({ kind: "resume" }), { icon: "run-from", primary: true }),
        );
      }
      actions.push(button("Run Again", () => host.act({ kind: "run-again" }), { icon: "refresh" }));
      actions.push(button("Debug", () => host.act({ kind: "debug" }), { icon: "debug" }));
    }
    this.#actions.replaceChildren(...actions);
  }
}
