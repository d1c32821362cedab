import { nameOfRun } from "../../runtime/events/run-ids.ts";
import type { ArtifactView } from "../../runtime/events/run-view.ts";
import { h } from "../elements/dom.ts";
import { icon } from "../elements/icons.ts";
import { formatClock } from "../format/durations.ts";
import type { PageContext, PageView } from "../page/page-view.ts";
import type { RunChanges } from "../run/run-model.ts";
import { artifactElement } from "./artifact-content.ts";
import { artifactKind } from "./artifact-kinds.ts";

/** All artifacts: a list, and the chosen one beside it. */
export class ArtifactsView implements PageView {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #list = h("div", {
    class: "artifact-list",
    role: "listbox",
    "aria-label": "Artifacts",
    tabindex: 0,
  });
  readonly #body = h("div", { class: "artifact-body" });
  readonly #empty = h(
    "div",
    { class: "empty" },
    "The run published no artifacts. A task publishes tables, plots, text and images with artifact.",
  );
  readonly #split = h("div", { class: "artifact-split" }, this.#list, this.#body);
  #all: readonly ArtifactView[] = [];
  #shown = "";

  constructor(context: PageContext) {
    this.#context = context;
    this.element = h("div", { class: "view" }, this.#empty, this.#split);
    this.#list.addEventListener("keydown", (event) => this.#onKey(event));
    context.choices.onChange((now, before) => {
      if (now.artifact !== before.artifact) this.#draw();
    });
  }

  update(changes: RunChanges): void {
    if (changes.everything || changes.artifacts) this.#draw();
  }

  focus(): void {
    this.#list.focus();
  }

  #draw(): void {
    this.#all = [...this.#context.model.view.artifacts.values()];
    const { artifact: wanted } = this.#context.choices.now;
    const chosen = this.#all.find(({ key }) => key === wanted) ?? this.#all[0];
    this.#empty.hidden = chosen !== undefined;
    this.#split.hidden = chosen === undefined;
    if (chosen === undefined) return;
    this.#list.replaceChildren(
      ...this.#all.map((artifact, i) =>
        h(
          "div",
          {
            class: artifact === chosen ? "artifact-item selected" : "artifact-item",
            role: "option",
            id: `artifact-${i}`,
            "aria-selected": String(artifact === chosen),
            on: { click: () => this.#context.choices.set({ artifact: artifact.key }) },
          },
          icon(artifactKind(artifact.kind).icon),
          h(
            "span",
            { class: "artifact-name" },
            h("span", {}, artifact.title),
            h("span", { class: "quiet" }, origin(artifact)),
          ),
        ),
      ),
    );
    this.#list.setAttribute("aria-activedescendant", `artifact-${this.#all.indexOf(chosen)}`);
    const version = `${chosen.key} ${chosen.time}`;
    if (version === this.#shown) return;
    this.#shown = version;
    this.#body.replaceChildren(artifactElement(this.#context, chosen));
  }

  #onKey(event: KeyboardEvent): void {
    const { artifact } = this.#context.choices.now;
    const at = Math.max(
      0,
      this.#all.findIndex(({ key }) => key === artifact),
    );
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: this.#all.length - 1,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    const next = this.#all[Math.max(0, Math.min(this.#all.length - 1, step))];
    if (next !== undefined) this.#context.choices.set({ artifact: next.key });
    event.preventDefault();
  }
}

function origin(artifact: ArtifactView): string {
  const from = artifact.taskRun === undefined ? "" : `${nameOfRun(artifact.taskRun)} · `;
  return `${from}${formatClock(artifact.time)}`;
}
