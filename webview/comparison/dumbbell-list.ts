import { format, scaleLinear } from "d3";
import type { ComparisonArtifact } from "../../runtime/events/artifacts.ts";
import { h, s, setAttribute } from "../elements/dom.ts";
import { formatNumber, formatQuantity } from "../format/values.ts";
import { Choose, textField } from "../toolkit.ts";
import { arrangePairs, type PairOrder, pairOrders } from "./pair-order.ts";

const rowHeight = 26;

/** Pairs as dumbbells, one a row: two dots on one scale and the line between them. Only rows in view are drawn. */
export class DumbbellList {
  readonly element: HTMLElement;
  readonly #content: ComparisonArtifact;
  readonly #onChoose: (index: number) => void;
  readonly #list: HTMLElement;
  readonly #sheet = h("div", { class: "pair-sheet", role: "none" });
  readonly #note = h("span", { class: "toolbar-note" });
  readonly #rows: PairRow[] = [];
  #order: PairOrder = "difference";
  #text = "";
  #places: number[] = [];
  #selected: number | undefined;

  constructor(label: string, content: ComparisonArtifact, onChoose: (index: number) => void) {
    this.#content = content;
    this.#onChoose = onChoose;
    const order = new Choose("Order of the pairs", (value) => {
      this.#order = value as PairOrder; // one of pairOrders
      this.#arrange();
    });
    order.set(
      pairOrders.map(({ value, label: text }) => ({
        value,
        label: value === "left" ? `By ${content.left}` : value === "right" ? `By ${content.right}` : text,
      })),
      this.#order,
    );
    this.#list = h(
      "div",
      { class: "pairs", role: "listbox", tabindex: 0, "aria-label": `${label}: pairs` },
      this.#sheet,
    );
    this.#list.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.#list.addEventListener("keydown", (event) => this.#onKey(event));
    new ResizeObserver(() => this.#draw()).observe(this.#list);
    this.element = h(
      "div",
      { class: "pair-list" },
      h(
        "div",
        { class: "toolbar" },
        textField("Filter the pairs", "Filter", (text) => {
          this.#text = text;
          this.#arrange();
        }),
        order.element,
        this.#note,
      ),
      h(
        "div",
        { class: "pair-key", "aria-hidden": "true" },
        h("span", { class: "pair-dot-left" }),
        content.left,
        h("span", { class: "pair-dot-right" }),
        content.right,
      ),
      this.#list,
    );
    this.#arrange();
  }

  /** Marks a pair and brings it into view. */
  select(index: number | undefined): void {
    this.#selected = index;
    const at = index === undefined ? -1 : this.#places.indexOf(index);
    if (at >= 0) {
      const { scrollTop, clientHeight } = this.#list;
      const top = at * rowHeight;
      if (top < scrollTop || top + rowHeight > scrollTop + clientHeight) {
        this.#list.scrollTop = top - clientHeight / 2;
      }
    }
    this.#draw();
  }

  #arrange(): void {
    const { points } = this.#content;
    this.#places = arrangePairs(points, this.#order, this.#text);
    this.#note.textContent = formatQuantity(this.#places.length, "pair");
    this.#list.scrollTop = 0;
    this.#draw();
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.#list;
    this.#sheet.style.height = `${this.#places.length * rowHeight}px`;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - 4);
    const count = Math.min(this.#places.length - first, Math.ceil(clientHeight / rowHeight) + 8);
    while (this.#rows.length < count) {
      const row = new PairRow(this.#content, (index) => this.#onChoose(index));
      this.#rows.push(row);
      this.#sheet.append(row.element);
    }
    let active = "";
    for (const [i, row] of this.#rows.entries()) {
      const place = i < count ? this.#places[first + i] : undefined;
      row.element.hidden = place === undefined;
      if (place === undefined) continue;
      row.show(place, first + i, this.#places.length, place === this.#selected);
      if (place === this.#selected) active = row.element.id;
    }
    setAttribute(this.#list, "aria-activedescendant", active === "" ? undefined : active);
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#selected === undefined ? -1 : this.#places.indexOf(this.#selected);
    const last = this.#places.length - 1;
    const page = Math.max(1, Math.floor(this.#list.clientHeight / rowHeight) - 1);
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    const index = this.#places[Math.max(0, Math.min(last, target))];
    if (index !== undefined) this.#onChoose(index);
    event.preventDefault();
  }
}

const toText = format(".3~g");

class PairRow {
  readonly element: HTMLElement;
  readonly #content: ComparisonArtifact;
  readonly #label = h("span", { class: "pair-label" });
  readonly #values = h("span", { class: "pair-values" });
  readonly #line = s("line", { class: "pair-line", y1: 10, y2: 10 });
  readonly #left = s("circle", { class: "pair-left", r: 4.5, cy: 10 });
  readonly #right = s("rect", { class: "pair-right", width: 8, height: 8, y: 6, transform: "translate(-4)" });
  readonly #scale;
  #index = -1;

  constructor(content: ComparisonArtifact, onChoose: (index: number) => void) {
    this.#content = content;
    this.#scale = scaleLinear(content.scale, [0, 100]);
    this.element = h(
      "div",
      { class: "pair", role: "option", on: { click: () => onChoose(this.#index) } },
      this.#label,
      s(
        "svg",
        { class: "pair-picture", height: 20, "aria-hidden": "true" },
        s("line", { class: "grid-line", x1: 0, x2: "100%", y1: 10, y2: 10 }),
        this.#line,
        this.#left,
        this.#right,
      ),
      this.#values,
    );
  }

  show(index: number, position: number, total: number, selected: boolean): void {
    this.element.style.transform = `translateY(${position * rowHeight}px)`;
    setAttribute(this.element, "aria-selected", String(selected));
    setAttribute(this.element, "aria-posinset", String(position + 1));
    setAttribute(this.element, "aria-setsize", String(total));
    this.element.classList.toggle("selected", selected);
    if (index === this.#index) return;
    this.#index = index;
    this.element.id = `pair-${index}`;
    const pair = this.#content.points[index];
    if (pair === undefined) return;
    const [left, right] = [`${this.#scale(pair.left)}%`, `${this.#scale(pair.right)}%`];
    this.#label.textContent = pair.label;
    this.element.title = pair.detail === undefined ? pair.label : `${pair.label}\n${pair.detail}`;
    this.#values.textContent = `${toText(pair.left)}  ${toText(pair.right)}`;
    setAttribute(this.#line, "x1", left);
    setAttribute(this.#line, "x2", right);
    setAttribute(this.#left, "cx", left);
    setAttribute(this.#right, "x", right);
    const { left: leftName, right: rightName } = this.#content;
    setAttribute(
      this.element,
      "aria-label",
      `${pair.label}, ${leftName} ${formatNumber(pair.left)}, ${rightName} ${formatNumber(pair.right)}`,
    );
  }
}
