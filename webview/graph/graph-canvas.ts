import { type CurveFactory, curveBumpX, curveBumpY, line } from "d3";
import type { RunView } from "../../runtime/events/run-view.ts";
import { s, setAttribute } from "../elements/dom.ts";
import { BracketShape, bracketBox } from "./bracket-shape.ts";
import { captionOf } from "./captions.ts";
import { EdgeShape } from "./edge-shape.ts";
import { GraphViewport, type GraphViewportEvents } from "./graph-viewport.ts";
import type { LayoutResult } from "./layout/layout-graph.ts";
import { type Box, boxAround, boxesOf } from "./layout-request.ts";
import { moveBoxes } from "./moves.ts";
import { type Arrow, nextNode } from "./navigation.ts";
import { NodeShape } from "./node-shape.ts";
import { TextFitter } from "./text-width.ts";
import type { VisibleGraph, VisibleNode } from "./visible-graph.ts";

export interface GraphCanvasEvents extends GraphViewportEvents {
  /** A node or resource was chosen; `enter` when its output shall get the focus. */
  select(id: string, enter: boolean): void;
  /** A group or subflow shall open or close. */
  toggle(node: VisibleNode): void;
}

const mostMovingEdges = 120;
const mostFoundEdges = 400;
const mostReadable = 80;
const arrows: { readonly [key: string]: Arrow } = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** The drawn graph: an SVG with the role of a tree, its nodes reached by arrow keys and moved by d3's zoom. */
export class GraphCanvas {
  readonly element = s("svg", { class: "graph", role: "tree", "aria-label": "Graph of the run" });
  readonly #world = s("g", { class: "world", role: "none" });
  readonly #layers = {
    frames: s("g", { role: "none" }),
    edges: s("g", { "aria-hidden": "true" }),
    brackets: s("g", { role: "none" }),
    nodes: s("g", { role: "none" }),
  };
  readonly #nodes = new Map<string, NodeShape>();
  readonly #edges = new Map<string, EdgeShape>();
  readonly #brackets = new Map<string, BracketShape>();
  readonly #runNodes = new Map<string, string[]>();
  readonly #fitter = new TextFitter();
  readonly viewport: GraphViewport;
  readonly #events: GraphCanvasEvents;
  #graph: VisibleGraph = { nodes: [], edges: [], brackets: [] };
  #boxes = new Map<string, Box>();
  #focused: string | undefined;
  #selected: string | undefined;
  #matches: ReadonlySet<string> | undefined;
  #stopMove: () => void = () => {};

  constructor(events: GraphCanvasEvents) {
    this.#events = events;
    this.element.append(arrowHead(), this.#world);
    this.#world.append(...Object.values(this.#layers));
    this.viewport = new GraphViewport(this.element, this.#world, events);
    this.element.addEventListener("click", (event) => this.#onClick(event));
    this.element.addEventListener("dblclick", (event) => this.#onDoubleClick(event));
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.element.addEventListener("focusin", (event) => {
      const id = idAt(event.target);
      if (id !== undefined) this.#setFocusable(id);
    });
  }

  get boxes(): ReadonlyMap<string, Box> {
    return this.#boxes;
  }

  get graph(): VisibleGraph {
    return this.#graph;
  }

  /** Draws a graph laid out; nodes that were there already glide to their new places. */
  show(
    graph: VisibleGraph,
    layout: LayoutResult,
    direction: "right" | "down",
    view: RunView,
    now: number,
  ): void {
    this.#readFont();
    this.#stopMove();
    const earlier = new Map([...this.#nodes].map(([id, shape]) => [id, shape.box]));
    this.#graph = graph;
    this.#direction = direction;
    this.#boxes = boxesOf(graph, layout);
    const levels = new Map<string, number>();
    this.#runNodes.clear();

    keep(this.#nodes, new Set(graph.nodes.map(({ id }) => id)));
    for (const node of graph.nodes) {
      const level = (levels.get(node.parent ?? "") ?? 0) + 1;
      levels.set(node.id, level);
      let shape = this.#nodes.get(node.id);
      const home = node.open ? this.#layers.frames : this.#layers.nodes;
      if (shape === undefined) {
        shape = new NodeShape(node, this.#fitter);
        this.#nodes.set(node.id, shape);
        home.append(shape.element);
      } else if (shape.element.parentNode !== home) home.append(shape.element);
      shape.setNode(node, level);
      for (const run of node.runs) {
        const list = this.#runNodes.get(run);
        if (list === undefined) this.#runNodes.set(run, [node.id]);
        else list.push(node.id);
      }
    }
    const curve = direction === "right" ? curveBumpX : curveBumpY;
    keep(this.#edges, new Set(graph.edges.map(({ id }) => id)));
    for (const [i, edge] of graph.edges.entries()) {
      let shape = this.#edges.get(edge.id);
      if (shape === undefined) {
        shape = new EdgeShape(graph.edges.length > mostFoundEdges);
        this.#edges.set(edge.id, shape);
        this.#layers.edges.append(shape.element);
      }
      shape.setEdge(edge);
      shape.setRoute(layout.routes[i] ?? new Float64Array(0), lineThrough(curve));
    }
    keep(this.#brackets, new Set(graph.brackets.map(({ id }) => id)));
    for (const bracket of graph.brackets) {
      if (this.#brackets.has(bracket.id)) continue;
      const shape = new BracketShape(bracket);
      this.#brackets.set(bracket.id, shape);
      this.#layers.brackets.append(shape.element);
    }
    this.#placeBrackets();
    this.#stopMove = moveBoxes(earlier, this.#boxes, (id, box) => this.#nodes.get(id)?.setBox(box));
    this.updateAll(view, now);
    this.#mark();
    if (this.#focused === undefined || !this.#shapeOf(this.#focused)) {
      const [first] = graph.nodes;
      this.#focused = undefined;
      if (first !== undefined) this.#setFocusable(first.id);
    }
  }
  #direction: "right" | "down" = "right";

  updateAll(view: RunView, now: number): void {
    for (const shape of this.#nodes.values()) this.#caption(shape, view, now);
    this.#updateBrackets(view, now);
    this.#updateEdges();
  }

  /** Redraws the nodes that stand for the given runs, and the resources. */
  update(view: RunView, ids: ReadonlySet<string>, now: number): void {
    const nodes = new Set<string>();
    for (const id of ids) {
      for (const node of this.#runNodes.get(id) ?? []) nodes.add(node);
      if (this.#nodes.has(id)) nodes.add(id);
    }
    for (const id of nodes) {
      const shape = this.#nodes.get(id);
      if (shape !== undefined) this.#caption(shape, view, now);
    }
    this.#updateBrackets(view, now);
    this.#updateEdges(nodes);
  }

  readonly #ticking = new Set<NodeShape>();

  /** Redraws what changes as time passes. */
  tick(view: RunView, now: number): void {
    for (const shape of this.#ticking) this.#caption(shape, view, now);
    this.#updateBrackets(view, now);
  }

  /** The nodes that run now. */
  running(): string[] {
    return this.#graph.nodes
      .filter(({ id, open }) => {
        const status = this.#nodes.get(id)?.element.dataset.status;
        return !open && (status === "Running" || status === "Retrying");
      })
      .map(({ id }) => id);
  }

  select(id: string | undefined): void {
    this.#selected = id;
    if (id !== undefined && this.#shapeOf(id)) this.#setFocusable(id);
    this.#mark();
  }

  /** Only these stand out; undefined for all. */
  setMatches(ids: ReadonlySet<string> | undefined): void {
    this.#matches = ids;
    this.#mark();
  }

  focus(id = this.#focused): void {
    if (id !== undefined) this.#shapeOf(id)?.focus({ preventScroll: true });
  }

  /**
   * Puts the whole graph in view, no larger than life. With `readable`, a graph of few nodes that would become too
   * small to read shows its beginning instead.
   */
  fit(animate: boolean, readable = false): void {
    const all = boxAround([...this.#boxes.values()]);
    if (all === undefined) return;
    const above = this.#graph.brackets.length > 0 ? bracketBox(all, this.#graph.brackets.length - 1) : all;
    this.viewport.fit(above, animate, readable && this.#graph.nodes.length <= mostReadable);
  }

  /** Moves the picture so that the nodes are in it, if they aren't. */
  reveal(ids: readonly string[], animate = true): void {
    const boxes = ids.flatMap((id) => this.#boxes.get(id) ?? this.#bracketBoxes.get(id) ?? []);
    const box = boxAround(boxes);
    if (box !== undefined) this.viewport.reveal(box, animate);
  }

  #readFont(): void {
    const style = getComputedStyle(this.element);
    this.#fitter.setFont(`${style.fontSize} ${style.fontFamily}`);
  }

  #caption(shape: NodeShape, view: RunView, now: number): void {
    const caption = captionOf(view, shape.node, now);
    shape.setCaption(caption);
    if (caption.ticking) this.#ticking.add(shape);
    else this.#ticking.delete(shape);
  }

  #updateBrackets(view: RunView, now: number): void {
    for (const bracket of this.#graph.brackets) {
      this.#brackets.get(bracket.id)?.setResource(bracket.label, view.resources.get(bracket.id), now);
    }
  }

  /** An edge shows that values flow on it while what it leads to runs; where many do, they do so without moving. */
  #updateEdges(nodes?: ReadonlySet<string>): void {
    for (const edge of this.#graph.edges) {
      if (nodes !== undefined && !nodes.has(edge.to) && !nodes.has(edge.from)) continue;
      const to = this.#nodes.get(edge.to);
      const from = this.#nodes.get(edge.from);
      this.#edges.get(edge.id)?.setStatus(from?.element.dataset.status, to?.element.dataset.status);
    }
    this.element.classList.toggle("calm", this.#graph.edges.length > mostMovingEdges);
  }

  readonly #bracketBoxes = new Map<string, Box>();

  #placeBrackets(): void {
    const depths = new Map<string, number>();
    this.#bracketBoxes.clear();
    for (const bracket of this.#graph.brackets) {
      const held = boxAround(bracket.nodes.flatMap((id) => this.#boxes.get(id) ?? []));
      if (held === undefined) continue;
      const depth = depths.get(bracket.parent ?? "") ?? 0;
      depths.set(bracket.parent ?? "", depth + 1);
      const box = bracketBox(held, depth);
      this.#bracketBoxes.set(bracket.id, box);
      this.#brackets.get(bracket.id)?.setBox(box);
    }
  }

  #mark(): void {
    for (const [id, shape] of [...this.#nodes, ...this.#brackets]) {
      shape.element.classList.toggle("selected", id === this.#selected);
      shape.element.classList.toggle("dimmed", this.#matches !== undefined && !this.#matches.has(id));
      setAttribute(shape.element, "aria-selected", String(id === this.#selected));
    }
    for (const edge of this.#graph.edges) {
      const shape = this.#edges.get(edge.id);
      shape?.setMarked(edge.from === this.#selected || edge.to === this.#selected);
    }
  }

  #shapeOf(id: string): SVGGElement | undefined {
    return (this.#nodes.get(id) ?? this.#brackets.get(id))?.element;
  }

  #setFocusable(id: string): void {
    if (this.#focused !== undefined) this.#shapeOf(this.#focused)?.setAttribute("tabindex", "-1");
    this.#focused = id;
    this.#shapeOf(id)?.setAttribute("tabindex", "0");
  }

  #onClick(event: MouseEvent): void {
    const id = idAt(event.target);
    if (id === undefined) return;
    const node = this.#nodes.get(id)?.node;
    const onChevron = event.target instanceof Element && event.target.closest(".node-chevron") !== null;
    if (onChevron && node !== undefined) this.#events.toggle(node);
    else this.#events.select(id, false);
    this.focus(id);
  }

  #onDoubleClick(event: MouseEvent): void {
    const node = this.#nodes.get(idAt(event.target) ?? "")?.node;
    if (node !== undefined && node.kind !== "task") this.#events.toggle(node);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const id = this.#focused;
    const node = id === undefined ? undefined : this.#nodes.get(id)?.node;
    const arrow = arrows[event.key];
    if (arrow !== undefined && id !== undefined) this.#go(this.#neighbour(id, arrow));
    else if (event.key === "Home") this.#go(this.#graph.nodes[0]?.id);
    else if (event.key === "End") this.#go(this.#graph.nodes.at(-1)?.id);
    else if (event.key === "Enter" && id !== undefined) {
      if (node !== undefined && node.kind !== "task") this.#events.toggle(node);
      else this.#events.select(id, true);
    } else if (event.key === " " && id !== undefined) this.#events.select(id, false);
    else if (event.key === "Escape" && node?.parent !== undefined) this.#go(node.parent);
    else if (event.key === "+" || event.key === "=") this.viewport.zoomBy(1.25);
    else if (event.key === "-") this.viewport.zoomBy(0.8);
    else if (event.key === "0") this.fit(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Resources stand above the nodes that they hold. */
  #neighbour(id: string, arrow: Arrow): string | undefined {
    const index = this.#graph.brackets.findIndex((bracket) => bracket.id === id);
    const bracket = this.#graph.brackets[index];
    if (bracket !== undefined) {
      if (arrow === "down") return index > 0 ? this.#graph.brackets[index - 1]?.id : bracket.nodes[0];
      return arrow === "up" ? this.#graph.brackets[index + 1]?.id : undefined;
    }
    const next = nextNode(this.#graph, this.#boxes, this.#direction, id, arrow);
    if (next !== undefined || arrow !== "up") return next;
    return this.#graph.brackets.find(({ nodes }) => nodes.includes(id))?.id;
  }

  #go(id: string | undefined): void {
    if (id === undefined) return;
    this.#setFocusable(id);
    this.focus(id);
    this.reveal([id]);
  }
}

function idAt(target: EventTarget | null): string | undefined {
  const element = target instanceof Element ? target.closest("[data-id]") : null;
  return element?.getAttribute("data-id") ?? undefined;
}

function keep(shapes: Map<string, { readonly element: Element }>, ids: ReadonlySet<string>): void {
  for (const [id, shape] of shapes) {
    if (ids.has(id)) continue;
    shape.element.remove();
    shapes.delete(id);
  }
}

function lineThrough(curve: CurveFactory): (route: Float64Array) => string {
  const path = line<number>().curve(curve);
  return (route) => {
    const indices = Array.from({ length: route.length / 2 }, (_, i) => i);
    path.x((i) => route[2 * i] ?? 0).y((i) => route[2 * i + 1] ?? 0);
    return path(indices) ?? "";
  };
}

function arrowHead(): SVGDefsElement {
  const marker = s(
    "marker",
    { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
    s("path", { d: "M0 .5 7 4 0 7.5Z", fill: "context-stroke" }),
  );
  marker.setAttribute("markerUnits", "userSpaceOnUse");
  return s("defs", {}, marker);
}
