import { s, setAttribute, setText } from "../elements/dom.ts";
import { type Status, statusText } from "../state/status.ts";
import { statusPath } from "../state/status-icon.ts";
import type { Caption } from "./captions.ts";
import type { Box } from "./layout-request.ts";
import { ShareBar } from "./share-bar.ts";
import type { TextFitter } from "./text-width.ts";
import type { VisibleNode } from "./visible-graph.ts";

/** A node in the picture. Writes to the page only what changes. */
export class NodeShape {
  readonly element: SVGGElement;
  readonly #frame = s("rect", { class: "node-frame", rx: 5 });
  readonly #stack: readonly SVGRectElement[];
  readonly #stripe = s("path", { class: "node-stripe" });
  readonly #icon = s("path", { class: "node-icon", fill: "currentColor", "fill-rule": "evenodd" });
  readonly #label = s("text", { class: "node-label", x: 36, y: 21 });
  readonly #caption = s("text", { class: "node-caption", x: 36, y: 38 });
  readonly #title = s("title");
  /** Made when there is something to show: most nodes of a large graph never have one. */
  #bar: ShareBar | undefined;
  readonly #chevron: SVGGElement | undefined;
  readonly #fitter: TextFitter;
  #node: VisibleNode;
  #box: Box = { x: 0, y: 0, width: 0, height: 0 };
  #status: Status | undefined;
  #shares = "";
  #text = "";

  constructor(node: VisibleNode, fitter: TextFitter) {
    this.#node = node;
    this.#fitter = fitter;
    const group = node.kind !== "task";
    this.#stack =
      node.kind === "mapped" || node.kind === "alike"
        ? [6, 3].map((by) => s("rect", { class: "node-stack", rx: 5, x: by, y: by }))
        : [];
    this.#chevron = group
      ? s(
          "g",
          { class: "node-chevron" },
          s("rect", { width: 22, height: 22, rx: 4 }),
          s("path", { fill: "currentColor" }),
        )
      : undefined;
    this.element = s(
      "g",
      { class: `node node-${node.kind}`, role: "treeitem", tabindex: -1, "data-id": node.id },
      this.#title,
      ...this.#stack,
      this.#frame,
      this.#stripe,
      s("g", { class: "node-sign", transform: "translate(12 9)" }, this.#icon),
      this.#label,
      this.#caption,
      this.#chevron,
    );
  }

  get node(): VisibleNode {
    return this.#node;
  }

  /** Where it is drawn now, which during a move is not where it will be. */
  get box(): Box {
    return this.#box;
  }

  setNode(node: VisibleNode, level: number): void {
    this.#node = node;
    this.element.classList.toggle("open", node.open);
    setAttribute(this.element, "aria-level", String(level));
    if (node.kind !== "task") setAttribute(this.element, "aria-expanded", String(node.open));
    const chevron = this.#chevron?.lastElementChild;
    if (chevron) {
      setAttribute(
        chevron,
        "d",
        node.open
          ? "M5.5 9 11 14.5 16.5 9 15.8 8.3 11 13.1 6.2 8.3Z"
          : "M9 5.5 14.5 11 9 16.5 8.3 15.8 13.1 11 8.3 6.2Z",
      );
    }
    this.#text = "";
    this.#fitTexts();
  }

  setBox(box: Box): void {
    const { x, y, width, height } = box;
    const before = this.#box;
    this.#box = box;
    if (x !== before.x || y !== before.y) this.element.setAttribute("transform", `translate(${x} ${y})`);
    if (width === before.width && height === before.height) return;
    for (const rect of [this.#frame, ...this.#stack]) {
      setAttribute(rect, "width", String(width));
      setAttribute(rect, "height", String(height));
    }
    const end = this.#node.open ? 32 : height;
    this.#stripe.setAttribute("d", `M5 .5H4.5A4 4 0 0 0 .5 4.5V${end - 4.5}A4 4 0 0 0 4.5 ${end - 0.5}H5Z`);
    this.#chevron?.setAttribute("transform", `translate(${width - 28} 6)`);
    this.#placeBar();
    this.#shares = "";
    this.#fitTexts();
  }

  setCaption(caption: Caption): void {
    const { status, shares } = caption;
    if (status !== this.#status) {
      this.#status = status;
      this.element.dataset.status = status;
      this.#icon.setAttribute("d", statusPath(status));
      setAttribute(this.element, "aria-label", `${this.#node.label}, ${statusText(status)}`);
    }
    setText(this.#title, `${this.#node.label}\n${caption.text}`);
    this.#text = caption.text;
    setText(this.#caption, this.#fitter.fit(caption.text, this.#textWidth() * 1.12));
    const key = shares === undefined ? "none" : `${shares.done} ${shares.failed} ${shares.running}`;
    if (key === this.#shares) return;
    this.#shares = key;
    if (shares === undefined) {
      this.#bar?.element.remove();
      this.#bar = undefined;
      return;
    }
    if (this.#bar === undefined) {
      this.#bar = new ShareBar();
      this.element.append(this.#bar.element);
      this.#placeBar();
    }
    this.#bar.show(shares, this.#box.width - 24);
  }

  #placeBar(): void {
    const below = this.#node.kind === "task" ? 4 : 7;
    this.#bar?.element.setAttribute(
      "transform",
      `translate(12 ${this.#box.height - ShareBar.height - below})`,
    );
  }

  #textWidth(): number {
    return this.#box.width - 36 - (this.#chevron === undefined ? 10 : 32);
  }

  #fitTexts(): void {
    if (this.#box.width === 0) return;
    setText(this.#label, this.#fitter.fit(this.#node.label, this.#textWidth()));
    if (this.#text !== "") setText(this.#caption, this.#fitter.fit(this.#text, this.#textWidth() * 1.12));
    if (this.#status !== undefined) {
      setAttribute(this.element, "aria-label", `${this.#node.label}, ${statusText(this.#status)}`);
    }
  }
}
