import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import { h, setText } from "../elements/dom.ts";
import { icon } from "../elements/icons.ts";
import { formatCount, formatQuantity } from "../format/values.ts";
import type { PageContext, PageView } from "../page/page-view.ts";
import { savePicture } from "../plots/save-picture.ts";
import type { RunChanges } from "../run/run-model.ts";
import type { Choices } from "../state/choices.ts";
import { Choose, iconButton, setPressed, textField } from "../toolkit.ts";
import { bracketBox } from "./bracket-shape.ts";
import { fittingDirection } from "./fitting-direction.ts";
import { GraphCanvas } from "./graph-canvas.ts";
import { LayoutClient } from "./layout/layout-client.ts";
import { boxAround, layoutRequest } from "./layout-request.ts";
import { collectItems, type RunItems } from "./run-items.ts";
import {
  makeVisibleGraph,
  mostUngrouped,
  related,
  type VisibleGraph,
  type VisibleNode,
} from "./visible-graph.ts";

const showings = [
  { value: "all", label: "Show everything" },
  { value: "upstream", label: "Only what leads to the selection" },
  { value: "downstream", label: "Only what comes from the selection" },
  { value: "both", label: "What leads to and comes from it" },
];

/** The graph with its tools: search, direction, follow, zoom. */
export class GraphPanel implements PageView {
  readonly element: HTMLElement;
  readonly canvas: GraphCanvas;
  readonly #context: PageContext;
  readonly #layout: LayoutClient;
  readonly #search: ReturnType<typeof textField>;
  readonly #found = h("span", { class: "toolbar-note", role: "status" });
  readonly #show: Choose;
  readonly #follow: HTMLElement;
  readonly #group: HTMLElement;
  readonly #rotateButton: HTMLElement;
  readonly #banner = h("div", { class: "banner" });
  readonly #empty = h("div", { class: "empty" }, "No task was called yet.");
  #items: RunItems = { items: new Map(), resources: [] };
  #graph: VisibleGraph = { nodes: [], edges: [], brackets: [] };
  #layoutStale = false;
  #drawn = false;
  #running = "";
  #afterLayout: (() => void) | undefined;

  constructor(context: PageContext) {
    this.#context = context;
    const { choices } = context;
    this.#layout = new LayoutClient((error) => context.host.report(error));
    this.canvas = new GraphCanvas({
      select: (id, enter) => context.select(id, enter),
      toggle: (node) => this.#toggle(node),
      resized: () => this.#onResize(),
      zoomed: (zoom) => choices.set({ zoom, follow: false }),
    });
    this.#search = textField("Search the graph", "Search", () => this.#mark());
    this.#search.addEventListener("keydown", (event) => this.#onSearchKey(event));
    this.#show = new Choose(
      "What is shown",
      (value) => choices.set({ show: value as Choices["show"] }), // one of the showings
    );
    this.#follow = iconButton("Follow what runs", "target", () => {
      choices.set({ follow: !choices.now.follow });
    });
    this.#group = iconButton("Group like tasks in a large graph", "layers", () => {
      choices.set({ grouped: !choices.now.grouped, zoom: undefined });
    });
    this.#rotateButton = iconButton("Draw from top to bottom", "layout-down", () => {
      choices.set({ direction: this.#direction === "right" ? "down" : "right", zoom: undefined });
    });
    this.element = h(
      "div",
      { class: "view graph-view" },
      h(
        "div",
        { class: "toolbar", role: "toolbar", "aria-label": "Graph" },
        this.#search,
        this.#found,
        this.#show.element,
        h("span", { class: "spring" }),
        this.#follow,
        this.#group,
        this.#rotateButton,
        h("span", { class: "toolbar-gap" }),
        iconButton("Zoom out", "zoom-out", () => this.canvas.viewport.zoomBy(0.8)),
        iconButton("Zoom in", "zoom-in", () => this.canvas.viewport.zoomBy(1.25)),
        iconButton("Fit the graph in view", "fit", () => {
          choices.set({ zoom: undefined });
          this.canvas.fit(true);
        }),
        h("span", { class: "toolbar-gap" }),
        iconButton("Save the graph as SVG", "save", () => this.#save("svg")),
        iconButton("Save the graph as PNG", "image", () => this.#save("png")),
      ),
      this.#banner,
      h("div", { class: "graph-area" }, this.canvas.element, this.#empty),
    );
    choices.onChange((now, before) => this.#onChoice(now, before));
  }

  update(changes: RunChanges): void {
    const { model } = this.#context;
    if (changes.everything) {
      this.#drawn = this.#drawn && this.#graph.nodes.length > 0;
      this.#showTools();
    }
    if (changes.everything || changes.structure || changes.ids.has(rootFlowRun)) {
      this.#items = collectItems(model.plan, model.view);
      this.#arrange();
    }
    if (changes.everything) this.canvas.updateAll(model.view, Date.now());
    else this.canvas.update(model.view, changes.ids, Date.now());
    this.#showBanner();
    this.#followRunning();
  }

  tick(now: number): void {
    this.canvas.tick(this.#context.model.view, now);
  }

  focus(): void {
    this.canvas.focus();
  }

  /** Opens whatever holds a node and brings it into view. */
  reveal(id: string): void {
    if (this.canvas.boxes.has(id)) {
      this.canvas.reveal([id]);
      return;
    }
    const opened = new Set(this.#context.choices.now.opened);
    const holder = this.#graph.nodes.find((node) => !node.open && node.runs.includes(id));
    if (holder === undefined) return;
    opened.add(holder.id);
    this.#afterLayout = () => this.reveal(id);
    this.#context.choices.set({ opened: [...opened] });
  }

  nodeOf(id: string): VisibleNode | undefined {
    return this.#graph.nodes.find((node) => node.id === id);
  }

  #onResize(): void {
    // Before its first size there was nothing to choose a direction by.
    if (this.#directionFor === 0 && this.#items.items.size > 0) this.#arrange();
    if (this.#context.choices.now.zoom === undefined) this.canvas.fit(false, true);
  }

  #onChoice(now: Choices, before: Choices): void {
    if (now.selected !== before.selected) this.canvas.select(now.selected);
    if (
      now.direction !== before.direction ||
      now.opened !== before.opened ||
      now.closed !== before.closed ||
      now.grouped !== before.grouped ||
      now.show !== before.show ||
      (now.show !== "all" && now.selected !== before.selected)
    ) {
      this.#arrange();
    }
    if (now.follow !== before.follow) {
      this.#running = "";
      this.#followRunning();
    }
    this.#showTools();
  }

  #showTools(): void {
    const { now } = this.#context.choices;
    const down = this.#direction === "right";
    this.#rotateButton.setAttribute(
      "aria-label",
      down ? "Draw from top to bottom" : "Draw from left to right",
    );
    this.#rotateButton.title = down ? "Draw from top to bottom" : "Draw from left to right";
    this.#rotateButton.replaceChildren(icon(down ? "layout-down" : "layout-right"));
    setPressed(this.#follow, now.follow);
    setPressed(this.#group, now.grouped);
    this.#group.classList.toggle("hidden", this.#items.items.size <= mostUngrouped);
    this.#show.set(showings, now.show);
    this.canvas.select(now.selected);
  }

  /** Decides what is drawn and has it laid out; the answer is drawn when it comes. */
  #arrange(): void {
    const { choices } = this.#context;
    if (this.#layout.busy) {
      this.#layoutStale = true;
      return;
    }
    const { opened, closed, grouped, show, selected } = choices.now;
    const only =
      show === "all" || selected === undefined || this.#runsOf(selected).length === 0
        ? undefined
        : related(this.#items.items, this.#runsOf(selected), show);
    const graph = makeVisibleGraph(this.#items, {
      opened: new Set(opened),
      closed: new Set(closed),
      grouped,
      only,
    });
    const direction = this.#chooseDirection(graph);
    if (sameGraph(graph, this.#graph) && this.#drawn && direction === this.#direction) {
      this.#graph = graph;
      return;
    }
    const earlier = this.#drawn && direction === this.#direction ? this.canvas.boxes : undefined;
    this.#graph = graph;
    const turned = this.#direction !== direction;
    this.#direction = direction;
    this.#empty.hidden = graph.nodes.length > 0;
    this.#showTools();
    this.#layout.layOut(layoutRequest(graph, direction, earlier), (result) => {
      const first = !this.#drawn;
      this.#drawn = true;
      this.canvas.show(graph, result, direction, this.#context.model.view, Date.now());
      this.canvas.select(choices.now.selected);
      this.#mark();
      this.#placePicture(first || turned);
      const after = this.#afterLayout;
      this.#afterLayout = undefined;
      after?.();
      if (this.#layoutStale) {
        this.#layoutStale = false;
        // A graph that grows fast is laid out a few times a second, not in every frame.
        setTimeout(() => this.#arrange(), graph.nodes.length > 300 ? 250 : 60);
      }
    });
  }
  #direction: "right" | "down" = "right";
  #directionFor = 0;

  /** What the user chose, or what fits best; that is asked again only when the graph has grown twice as large. */
  #chooseDirection(graph: VisibleGraph): "right" | "down" {
    const { direction } = this.#context.choices.now;
    if (direction !== "auto") return direction;
    if (graph.nodes.length <= 2 * this.#directionFor) return this.#direction;
    const { width, height } = this.canvas.viewport.size;
    if (width === 0) return this.#direction;
    this.#directionFor = graph.nodes.length;
    return fittingDirection(graph, width, height);
  }

  #placePicture(first: boolean): void {
    const { zoom } = this.#context.choices.now;
    if (zoom === undefined) this.canvas.fit(!first, true);
    else if (first) this.canvas.viewport.zoom = zoom;
  }

  /** The runs that a selection stands for: a group's are all in it. */
  #runsOf(id: string): readonly string[] {
    if (this.#items.items.has(id)) return [id];
    return this.#graph.nodes.find((node) => node.id === id)?.runs ?? [];
  }

  #toggle(node: VisibleNode): void {
    const { choices } = this.#context;
    const opened = new Set(choices.now.opened);
    const closed = new Set(choices.now.closed);
    opened.delete(node.id);
    closed.delete(node.id);
    (node.open ? closed : opened).add(node.id);
    this.#afterLayout = () => {
      this.canvas.focus(node.id);
      this.canvas.reveal([node.id]);
    };
    choices.set({ opened: [...opened], closed: [...closed] });
  }

  #matches(): string[] {
    const wanted = this.#search.value.trim().toLowerCase();
    if (wanted === "") return [];
    return this.#graph.nodes
      .filter(
        (node) =>
          node.label.toLowerCase().includes(wanted) ||
          (!node.open && node.runs.some((run) => run.toLowerCase().includes(wanted))),
      )
      .map(({ id }) => id);
  }

  #mark(): void {
    const matches = this.#matches();
    const searching = this.#search.value.trim() !== "";
    this.canvas.setMatches(searching ? new Set(matches) : undefined);
    setText(this.#found, searching ? formatQuantity(matches.length, "match").replace(/hs$/, "hes") : "");
    this.#found.classList.toggle("hidden", !searching);
  }

  #onSearchKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      this.#search.value = "";
      this.#mark();
      this.canvas.focus();
    } else if (event.key === "Enter") {
      const matches = this.#matches();
      const at = matches.indexOf(this.#context.choices.now.selected ?? "");
      const next = matches[(at + (event.shiftKey ? matches.length - 1 : 1)) % matches.length];
      if (next === undefined) return;
      this.#context.select(next, false);
      this.canvas.reveal([next]);
    }
  }

  #showBanner(): void {
    const { model } = this.#context;
    const shown = model.isPreview && model.plan !== undefined;
    this.#banner.classList.toggle("hidden", !shown);
    if (!shown) return;
    const partial = model.plan?.partial;
    setText(
      this.#banner,
      `Preview, read without running: ${formatCount(this.#items.items.size)} planned.${partial === undefined ? "" : ` It ends before the flow does: ${partial}`}`,
    );
  }

  #followRunning(): void {
    if (!this.#context.choices.now.follow) return;
    const running = this.canvas.running();
    const key = running.join("\n");
    if (running.length === 0 || key === this.#running) return;
    this.#running = key;
    this.canvas.reveal(running);
  }

  #save(format: "svg" | "png"): void {
    const { host, model } = this.#context;
    const all = boxAround([...this.canvas.boxes.values()]);
    if (all === undefined) return;
    const around = bracketBox(all, Math.max(0, this.#graph.brackets.length - 1));
    const area = { x: around.x - 16, y: around.y - 16, width: around.width + 32, height: around.height + 32 };
    const before = this.canvas.viewport.zoom;
    this.canvas.viewport.zoom = { x: 0, y: 0, k: 1 };
    savePicture(host, this.canvas.element, { name: model.header?.flow ?? "graph", format, area }).catch(
      (error: unknown) => host.report(error),
    );
    this.canvas.viewport.zoom = before;
  }
}

function sameGraph(a: VisibleGraph, b: VisibleGraph): boolean {
  return (
    a.nodes.length === b.nodes.length &&
    a.edges.length === b.edges.length &&
    a.brackets.length === b.brackets.length &&
    a.nodes.every((node, i) => {
      const other = b.nodes[i];
      return (
        other !== undefined &&
        node.id === other.id &&
        node.open === other.open &&
        node.label === other.label &&
        node.parent === other.parent &&
        node.runs.length === other.runs.length
      );
    }) &&
    a.edges.every((edge, i) => edge.id === b.edges[i]?.id) &&
    a.brackets.every((bracket, i) => bracket.nodes.length === b.brackets[i]?.nodes.length)
  );
}
