import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import { artifactKind } from "../artifacts/artifact-kinds.ts";
import { ArtifactsView } from "../artifacts/artifacts-view.ts";
import { comparisonView } from "../comparison/comparison-view.ts";
import type { HostMessage, Tab } from "../contract.ts";
import { dataView } from "../data/data-view.ts";
import { DetailsPane } from "../details/details-pane.ts";
import { h, setText } from "../elements/dom.ts";
import { GraphPanel } from "../graph/graph-panel.ts";
import { LogsView } from "../logs/logs-view.ts";
import type { Host } from "../messages.ts";
import { onceAFrame } from "../run/on-frame.ts";
import { type RunChanges, RunModel } from "../run/run-model.ts";
import { type ChoiceStore, choicesForRun } from "../state/choices.ts";
import { TimelineView } from "../timeline/timeline-view.ts";
import { tabPanels } from "../toolkit.ts";
import { Announcer } from "./announcer.ts";
import { Answers } from "./answers.ts";
import type { PageContext, PageView } from "./page-view.ts";
import { RunHeaderBar } from "./run-header.ts";
import { splitter } from "./splitter.ts";

const tickEvery = 500;
const drawPause = 45;

/** The whole page: header, tabs, and the output of what is selected beside them. */
export class Page {
  readonly #model: RunModel;
  readonly #choices: ChoiceStore;
  readonly #answers: Answers;
  readonly #header: RunHeaderBar;
  readonly #graph: GraphPanel;
  readonly #views: Readonly<Record<Tab, PageView>>;
  readonly #details: DetailsPane;
  readonly #announcer: Announcer;
  readonly #tabs: ReturnType<typeof tabPanels>;
  readonly #area = h("main", { class: "area" });
  readonly #nothing = h("div", { class: "nothing", role: "status" });
  readonly #root: HTMLElement;

  constructor(root: HTMLElement, host: Host, choices: ChoiceStore) {
    this.#root = root;
    this.#choices = choices;
    this.#model = new RunModel(onceAFrame(() => this.#draw(), drawPause));
    this.#answers = new Answers(host);
    const context: PageContext = {
      host,
      model: this.#model,
      choices,
      answers: this.#answers,
      select: (id, enter) => this.#select(id, enter),
    };
    this.#header = new RunHeaderBar(context);
    this.#graph = new GraphPanel(context);
    this.#views = {
      graph: this.#graph,
      timeline: new TimelineView(context),
      logs: new LogsView(context),
      data: dataView(context),
      comparison: comparisonView(context),
      artifacts: new ArtifactsView(context),
    };
    this.#details = new DetailsPane(
      context,
      (id) => this.#graph.nodeOf(id),
      () => this.#closeDetails(),
    );
    this.#announcer = new Announcer(this.#model);
    this.#tabs = tabPanels(
      "Views of the run",
      [
        { id: "graph", label: "Graph", content: this.#views.graph.element },
        { id: "timeline", label: "Timeline", content: this.#views.timeline.element },
        { id: "logs", label: "Logs", content: this.#views.logs.element },
        { id: "data", label: "Data", content: this.#views.data.element },
        { id: "comparison", label: "Comparison", content: this.#views.comparison.element },
        { id: "artifacts", label: "Artifacts", content: this.#views.artifacts.element },
      ],
      (id) => choices.set({ tab: id as Tab }), // one of the ids above
    );
    this.#area.append(this.#tabs.element, splitter(choices, this.#area), this.#details.element);
    root.append(this.#header.element, this.#area, this.#nothing, this.#announcer.element);
    this.#showNothing("Waiting for the run…");
    choices.onChange((now, before) => {
      if (now.tab !== before.tab) this.#showTab();
      if (now.selected !== before.selected) this.#showDetails();
    });
    this.#showTab();
    setInterval(() => this.#tick(), tickEvery);
  }

  receive(message: Exclude<HostMessage, { type: "answer" }>): void {
    switch (message.type) {
      case "snapshot": {
        const { run } = message.snapshot;
        const next = choicesForRun(this.#choices.now, run.id);
        if (next.run !== this.#choices.now.run) this.#answers.clear();
        this.#choices.set(next);
        this.#showNothing(undefined);
        this.#model.load(message.snapshot);
        return;
      }
      case "empty":
        this.#model.clear();
        this.#showNothing(message.message);
        return;
      case "events":
        this.#model.apply(message.events);
        return;
      case "reveal":
        if (message.tab !== undefined) this.#choices.set({ tab: message.tab });
        if (message.node !== undefined) {
          this.#select(message.node, true);
          this.#graph.reveal(message.node);
        }
        return;
      default:
        message satisfies never;
    }
  }

  #draw(): void {
    const changes = this.#model.takeChanges();
    this.#header.update();
    this.#views[this.#choices.now.tab].update(changes);
    if (this.#choices.now.tab !== "graph" && (changes.everything || changes.structure)) {
      this.#graph.update(changes);
    }
    if (changes.everything) this.#showDetails();
    this.#details.update(changes);
    this.#announcer.note(changes);
    if (changes.everything || changes.artifacts) this.#countArtifacts();
  }

  #tick(): void {
    if (document.hidden || !(this.#model.header?.alive ?? false)) return;
    const now = Date.now();
    this.#header.tick(now);
    this.#views[this.#choices.now.tab].tick?.(now);
    this.#details.tick(now);
  }

  #select(id: string | undefined, enter: boolean): void {
    this.#choices.set({ selected: id });
    if (enter && id !== undefined) this.#details.focus();
  }

  #closeDetails(): void {
    this.#choices.set({ selected: undefined });
    this.#views[this.#choices.now.tab].focus?.();
  }

  #showTab(): void {
    const { tab } = this.#choices.now;
    this.#tabs.choose(tab);
    // Hidden views were not kept up to date.
    if (this.#model.header !== undefined) requestAnimationFrame(() => this.#views[tab].update(everything()));
  }

  #showDetails(): void {
    const { selected } = this.#choices.now;
    this.#area.classList.toggle("with-details", selected !== undefined);
    this.#details.show(selected);
  }

  #showNothing(message: string | undefined): void {
    this.#root.classList.toggle("without-run", message !== undefined);
    setText(this.#nothing, message ?? "");
  }

  #countArtifacts(): void {
    const kinds = [...this.#model.view.artifacts.values()].map(({ kind }) => kind);
    const label = (name: string, count: number) => (count === 0 ? name : `${name} (${count})`);
    this.#tabs.label("data", label("Data", kinds.filter((kind) => artifactKind(kind).tab === "data").length));
    this.#tabs.label("artifacts", label("Artifacts", kinds.length));
  }
}

function everything(): RunChanges {
  return { everything: true, structure: true, artifacts: true, logs: true, ids: new Set([rootFlowRun]) };
}
