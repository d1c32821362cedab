import { nameOfRun } from "../../runtime/events/run-ids.ts";
import type { ArtifactView } from "../../runtime/events/run-view.ts";
import { h, setText } from "../elements/dom.ts";
import type { PageContext, PageView } from "../page/page-view.ts";
import type { RunChanges } from "../run/run-model.ts";
import type { Choices } from "../state/choices.ts";
import { Choose } from "../toolkit.ts";
import { artifactElement } from "./artifact-content.ts";

export interface ArtifactTabOptions {
  readonly shows: (artifact: ArtifactView) => boolean;
  /** Where the artifact that was chosen is kept. */
  readonly choice: "dataArtifact" | "comparisonArtifact";
  /** Shown under the chosen one, all of them. */
  readonly below?: (artifact: ArtifactView) => boolean;
  readonly label: string;
  /** What is said where there is none. */
  readonly none: string;
}

/** A tab that shows the artifacts of some kinds, one at a time. */
export class ArtifactTab implements PageView {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #options: ArtifactTabOptions;
  readonly #choose: Choose;
  readonly #from = h("span", { class: "toolbar-note" });
  readonly #description = h("span", { class: "quiet ellipsis" });
  readonly #toolbar: HTMLElement;
  readonly #empty = h("div", { class: "empty" });
  readonly #body = h("div", { class: "artifact-body" });
  #shown = "";

  constructor(context: PageContext, options: ArtifactTabOptions) {
    this.#context = context;
    this.#options = options;
    this.#choose = new Choose(options.label, (key) =>
      context.choices.set({ [options.choice]: key } as Partial<Choices>),
    ); // one key of it
    this.#toolbar = h(
      "div",
      { class: "toolbar", role: "toolbar", "aria-label": options.label },
      this.#choose.element,
      this.#from,
      this.#description,
    );
    this.element = h("div", { class: "view" }, this.#toolbar, this.#empty, this.#body);
    setText(this.#empty, options.none);
    context.choices.onChange((now, before) => {
      if (now[options.choice] !== before[options.choice]) this.#draw();
    });
  }

  update(changes: RunChanges): void {
    if (changes.everything || changes.artifacts) this.#draw();
  }

  #draw(): void {
    const published = [...this.#context.model.view.artifacts.values()];
    const { shows, below } = this.#options;
    const chosenKinds = published.filter(shows);
    const lower = below === undefined ? [] : published.filter(below);
    // Where there is only what would stand below, that is what is shown.
    const all = chosenKinds.length > 0 ? chosenKinds : lower;
    const under = chosenKinds.length > 0 ? lower : [];
    const wanted = this.#context.choices.now[this.#options.choice];
    const artifact = all.find(({ key }) => key === wanted) ?? all[0];
    this.#empty.hidden = artifact !== undefined;
    this.#toolbar.hidden = artifact === undefined;
    this.#body.hidden = artifact === undefined;
    if (artifact === undefined) {
      this.#shown = "";
      return;
    }
    this.#choose.set(
      all.map(({ key, title }) => ({ value: key, label: title })),
      artifact.key,
    );
    setText(this.#from, artifact.taskRun === undefined ? "" : `from ${nameOfRun(artifact.taskRun)}`);
    setText(this.#description, artifact.description ?? "");
    const version = [artifact, ...under].map(({ key, time }) => `${key} ${time}`).join("\n");
    if (version === this.#shown) return;
    this.#shown = version;
    this.#body.replaceChildren(
      artifactElement(this.#context, artifact),
      ...(under.length === 0
        ? []
        : [
            h("div", { class: "artifact-below" }, ...under.map((one) => artifactElement(this.#context, one))),
          ]),
    );
  }
}
