import { s, setAttribute, setText } from "../elements/dom.ts";
import type { VisibleEdge } from "./visible-graph.ts";

/** An edge in the picture. */
export class EdgeShape {
  readonly element = s("g", { class: "edge" });
  readonly #line = s("path", { class: "edge-line", "marker-end": "url(#arrow)" });
  readonly #hover: { readonly hit: SVGPathElement; readonly title: SVGTitleElement } | undefined;
  #route = "";

  /** @param plain without what a mouse can find: where there are thousands of edges it finds none */
  constructor(plain: boolean) {
    if (!plain) {
      this.#hover = { hit: s("path", { class: "edge-hit" }), title: s("title") };
      this.element.append(this.#hover.title, this.#hover.hit);
    }
    this.element.append(this.#line);
  }

  setEdge(edge: VisibleEdge): void {
    const into =
      edge.arguments.length === 0 ? "order only" : `as argument ${edge.arguments.slice(0, 4).join(", ")}`;
    const from = edge.sources.slice(0, 3).join(", ") + (edge.sources.length > 3 ? ", …" : "");
    if (this.#hover !== undefined) setText(this.#hover.title, `${from}: ${into}`);
    this.element.classList.toggle("order-only", edge.arguments.length === 0);
  }

  setRoute(route: Float64Array, path: (route: Float64Array) => string): void {
    const d = path(route);
    if (d === this.#route) return;
    this.#route = d;
    this.#line.setAttribute("d", d);
    this.#hover?.hit.setAttribute("d", d);
  }

  setStatus(from: string | undefined, to: string | undefined): void {
    const flowing = to === "Running" || to === "Retrying";
    const done = from === "Completed" || from === "Cached";
    setAttribute(this.element, "data-flow", flowing ? "now" : done ? "done" : undefined);
  }

  setMarked(marked: boolean): void {
    this.element.classList.toggle("marked", marked);
  }
}
