import { extent, type Quadtree, quadtree, scaleLinear } from "d3";
import { h, s, setAttribute } from "../elements/dom.ts";
import { formatNumber, formatQuantity } from "../format/values.ts";
import type { Host } from "../messages.ts";
import { drawAxes, plotMargin, resize } from "./axes.ts";
import { plotFrame } from "./plot-frame.ts";

export interface ScatterPoint {
  readonly label: string;
  readonly detail: string | undefined;
  readonly x: number;
  readonly y: number;
}

export interface ScatterContent {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly ScatterPoint[];
  /** Both axes' ends, with a diagonal where both are equal; undefined takes what the points need. */
  readonly scale: readonly [number, number] | undefined;
  readonly onChoose: (index: number) => void;
}

/** A scatter plot: the point under the mouse is named, a click chooses it, and so do the arrow keys, from left to right. */
export class ScatterPlot {
  readonly element: HTMLElement;
  readonly #content: ScatterContent;
  readonly #svg: SVGSVGElement;
  readonly #hover = s("circle", { class: "chart-hover", r: 6 });
  readonly #chosen = s("circle", { class: "chart-chosen", r: 6 });
  readonly #tip = h("div", { class: "chart-tip hidden", role: "status" });
  readonly #order: readonly number[];
  #places: readonly (readonly [number, number])[] = [];
  #tree: Quadtree<number> | undefined;
  #selected: number | undefined;

  constructor(content: ScatterContent, host: Host) {
    this.#content = content;
    this.#order = content.points
      .map((_, i) => i)
      .sort((a, b) => (content.points[a]?.x ?? 0) - (content.points[b]?.x ?? 0));
    this.#svg = s("svg", {
      class: "chart",
      role: "application",
      "aria-roledescription": "scatter plot",
      tabindex: 0,
      "aria-label": `${content.title}: ${content.y} over ${content.x}, ${formatQuantity(content.points.length, "point")}. Arrow keys go from point to point.`,
    });
    this.element = plotFrame({
      title: content.title,
      host,
      svg: this.#svg,
      draw: (width, height) => this.#draw(width, height),
    });
    this.element.append(this.#tip);
    this.#svg.addEventListener("pointermove", (event) => this.#point(this.#at(event)));
    this.#svg.addEventListener("pointerleave", () => this.#point(undefined));
    this.#svg.addEventListener("click", (event) => {
      const index = this.#at(event);
      if (index !== undefined) content.onChoose(index);
    });
    this.#svg.addEventListener("keydown", (event) => this.#onKey(event));
  }

  select(index: number | undefined): void {
    this.#selected = index;
    this.#mark(this.#chosen, index);
    this.#describe(index);
  }

  #draw(width: number, height: number): void {
    const { points, scale, x: xTitle, y: yTitle } = this.#content;
    resize(this.#svg, width, height);
    const ends = (values: Iterable<number>): [number, number] => {
      const [low, high] = extent(values);
      return [low ?? 0, high ?? 1];
    };
    const across: [number, number] = [plotMargin.left, width - plotMargin.right];
    const up: [number, number] = [height - plotMargin.bottom, plotMargin.top];
    const x = scaleLinear(scale ?? ends(points.map((point) => point.x)), across);
    const y = scaleLinear(scale ?? ends(points.map((point) => point.y)), up);
    if (scale === undefined) {
      x.nice();
      y.nice();
    }
    this.#places = points.map((point) => [x(point.x), y(point.y)]);
    this.#tree = quadtree<number>()
      .x((i) => this.#places[i]?.[0] ?? 0)
      .y((i) => this.#places[i]?.[1] ?? 0)
      .addAll(points.map((_, i) => i));
    // One path for all: a point is a line of no length with round ends. Ten thousand of them cost one element.
    const dots = this.#places.map(([px, py]) => `M${px.toFixed(1)} ${py.toFixed(1)}h0`).join("");
    const diagonal =
      scale === undefined
        ? []
        : [
            s("line", {
              class: "chart-diagonal",
              x1: x(scale[0]),
              y1: y(scale[0]),
              x2: x(scale[1]),
              y2: y(scale[1]),
            }),
          ];
    this.#svg.replaceChildren(
      drawAxes(x, y, { x: xTitle, y: yTitle }),
      ...diagonal,
      s("path", { class: "chart-dots", d: dots }),
      this.#hover,
      this.#chosen,
    );
    this.#mark(this.#hover, undefined);
    this.#mark(this.#chosen, this.#selected);
  }

  #at(event: MouseEvent): number | undefined {
    const box = this.#svg.getBoundingClientRect();
    return this.#tree?.find(event.clientX - box.left, event.clientY - box.top, 24);
  }

  #point(index: number | undefined): void {
    this.#mark(this.#hover, index);
    this.#describe(index ?? this.#selected);
  }

  #mark(circle: SVGCircleElement, index: number | undefined): void {
    const place = index === undefined ? undefined : this.#places[index];
    setAttribute(circle, "visibility", place === undefined ? "hidden" : "visible");
    if (place === undefined) return;
    setAttribute(circle, "cx", String(place[0]));
    setAttribute(circle, "cy", String(place[1]));
  }

  #describe(index: number | undefined): void {
    const point = index === undefined ? undefined : this.#content.points[index];
    this.#tip.classList.toggle("hidden", point === undefined);
    if (point === undefined) return;
    const { x, y } = this.#content;
    this.#tip.replaceChildren(
      h("strong", {}, point.label),
      ...(point.detail === undefined || point.detail === point.label
        ? []
        : [h("span", { class: "quiet" }, point.detail)]),
      h("span", { class: "quiet" }, `${x} ${formatNumber(point.x)} · ${y} ${formatNumber(point.y)}`),
    );
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#selected === undefined ? -1 : this.#order.indexOf(this.#selected);
    const last = this.#order.length - 1;
    const targets: Record<string, number> = {
      ArrowRight: Math.min(last, at + 1),
      ArrowLeft: Math.max(0, at - 1),
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    const index = target === undefined ? undefined : this.#order[target];
    if (index === undefined) return;
    this.#content.onChoose(index);
    event.preventDefault();
  }
}
