import { nameOfRun, rootFlowRun } from "../../runtime/events/run-ids.ts";
import { h, setText } from "../elements/dom.ts";
import { icon } from "../elements/icons.ts";
import { formatDuration, formatElapsed } from "../format/durations.ts";
import { resourceTexts } from "../graph/bracket-shape.ts";
import { captionOf } from "../graph/captions.ts";
import { statusOfRun } from "../graph/run-items.ts";
import type { VisibleNode } from "../graph/visible-graph.ts";
import type { PageContext } from "../page/page-view.ts";
import type { RunChanges } from "../run/run-model.ts";
import { type Status, statusText } from "../state/status.ts";
import { statusIcon } from "../state/status-icon.ts";
import { iconButton } from "../toolkit.ts";
import { writeFlow } from "./flow-output.ts";
import { writeGroup } from "./group-output.ts";
import { Output } from "./output.ts";
import { writeResource } from "./resource-output.ts";
import { writeTask } from "./task-output.ts";

/** The output of a node, beside whatever is shown: state, tries, what went in and what came out, its log. */
export class DetailsPane {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #nodeOf: (id: string) => VisibleNode | undefined;
  readonly #onClose: () => void;
  readonly #title = h("h2", { tabindex: -1 });
  readonly #sign = h("span", { class: "details-sign" });
  readonly #state = h("div", { class: "details-state" });
  readonly #output: Output;
  #id: string | undefined;
  #signKey = "";

  constructor(context: PageContext, nodeOf: (id: string) => VisibleNode | undefined, onClose: () => void) {
    this.#context = context;
    this.#nodeOf = nodeOf;
    this.#onClose = onClose;
    this.#output = new Output(context);
    this.element = h(
      "aside",
      { class: "details", "aria-label": "Output" },
      h(
        "header",
        { class: "details-head" },
        h(
          "div",
          { class: "details-title" },
          this.#sign,
          this.#title,
          iconButton("Close", "close", () => this.#onClose()),
        ),
        this.#state,
        this.#output.actions,
      ),
      this.#output.sections.element,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.stopPropagation();
      this.#onClose();
    });
  }

  focus(): void {
    this.#title.focus();
  }

  show(id: string | undefined): void {
    if (id === this.#id) return;
    this.#id = id;
    this.element.scrollTop = 0;
    this.#draw();
  }

  update(changes: RunChanges): void {
    const id = this.#id;
    if (id === undefined) return;
    const node = this.#nodeOf(id);
    const touched =
      changes.everything ||
      changes.structure ||
      changes.artifacts ||
      changes.ids.has(id) ||
      (id === rootFlowRun && changes.ids.size > 0) ||
      (node !== undefined && node.kind !== "task" && changes.ids.size > 0);
    if (touched) this.#draw();
    else if (changes.logs) this.#output.updateLog();
  }

  tick(now: number): void {
    this.#drawState(now);
  }

  #draw(): void {
    const id = this.#id;
    if (id === undefined) return;
    this.#drawState(Date.now());
    this.#output.write(() => this.#write(id));
  }

  #write(id: string): void {
    const { view } = this.#context.model;
    const task = view.taskRuns.get(id);
    const flow = view.flowRuns.get(id);
    const resource = view.resources.get(id);
    if (task !== undefined) writeTask(this.#output, task);
    else if (flow !== undefined || id === rootFlowRun) writeFlow(this.#output, id, flow);
    else if (resource !== undefined) writeResource(this.#output, resource);
    else writeGroup(this.#output, id, this.#nodeOf(id));
  }

  #drawState(now: number): void {
    const id = this.#id;
    if (id === undefined) return;
    const { model } = this.#context;
    const { view, header } = model;
    const task = view.taskRuns.get(id);
    const flow = view.flowRuns.get(id);
    const resource = view.resources.get(id);
    const node = this.#nodeOf(id);
    if (task !== undefined || (node !== undefined && flow === undefined)) {
      const visible: VisibleNode = node ?? {
        id,
        kind: "task",
        label: task?.name ?? id,
        parent: undefined,
        open: false,
        runs: [id],
      };
      const caption = captionOf(view, visible, now);
      this.#head(task?.name ?? visible.label, caption.status, caption.text);
    } else if (resource !== undefined) {
      const texts = resourceTexts(resource, now);
      this.#head(nameOfRun(resource.name), "database", texts.state);
    } else if (flow !== undefined || id === rootFlowRun) {
      const status = statusOfRun(view, id);
      const end = flow?.ended ?? now;
      const spent =
        flow?.started === undefined
          ? ""
          : ` · ${flow.ended === undefined ? formatElapsed(end - flow.started) : formatDuration(end - flow.started)}`;
      this.#head(flow?.flow ?? header?.flow ?? "", status, `${statusText(status)}${spent}`);
    } else this.#head(nameOfRun(id), "Planned", "Planned");
  }

  #head(title: string, sign: Status | "database", text: string): void {
    setText(this.#title, title);
    setText(this.#state, text);
    if (this.#signKey === sign) return;
    this.#signKey = sign;
    this.#sign.replaceChildren(sign === "database" ? icon("database") : statusIcon(sign));
    this.#state.dataset.status = sign;
  }
}
