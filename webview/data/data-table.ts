import { h, setAttribute, setText } from "../elements/dom.ts";
import { icon } from "../elements/icons.ts";
import { formatCount, formatQuantity, formatValue } from "../format/values.ts";
import type { Host } from "../messages.ts";
import { toBase64 } from "../plots/base64.ts";
import { iconButton, textField } from "../toolkit.ts";
import { arrangeRows, isNumeric, type SortOrder, toCsv, toTsv } from "./table-rows.ts";

const rowHeight = 24;
const spareRows = 8;

export interface TableContent {
  readonly label: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
  /** Rows of the whole table, of which these may be a sample. */
  readonly total: number;
}

/** A table with sort, filter, copy and save. Only the rows in view are in the page. */
export class DataTable {
  readonly element: HTMLElement;
  readonly #content: TableContent;
  readonly #scroll: HTMLElement;
  readonly #body = h("div", { class: "table-body", role: "rowgroup" });
  readonly #note = h("span", { class: "toolbar-note" });
  readonly #headers: HTMLElement[];
  readonly #rows: HTMLElement[] = [];
  readonly #numeric: readonly boolean[];
  #order: SortOrder | undefined;
  #text = "";
  #places: number[] = [];

  constructor(content: TableContent, host: Host) {
    this.#content = content;
    this.#numeric = content.columns.map(({ type }) => isNumeric(type));
    this.#headers = content.columns.map((column, i) => this.#header(column, i));
    const arranged = () => this.#places.map((place) => content.rows[place] ?? []);
    const names = content.columns.map(({ name }) => name);
    const grid = h(
      "div",
      {
        class: "table",
        role: "table",
        "aria-label": content.label,
        "aria-rowcount": content.rows.length + 1,
        "aria-colcount": content.columns.length,
      },
      h(
        "div",
        { class: "table-head", role: "rowgroup" },
        h("div", { class: "table-row", role: "row", "aria-rowindex": 1 }, ...this.#headers),
      ),
      this.#body,
    );
    const widths = columnWidths(content);
    // Text takes more of the room that is left than numbers do.
    const tracks = widths.map((width, i) => `minmax(${width}px, ${this.#numeric[i] ? 1 : 2}fr)`);
    grid.style.setProperty("--columns", tracks.join(" "));
    grid.style.minWidth = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    this.#scroll = h(
      "div",
      { class: "table-scroll", tabindex: 0, role: "group", "aria-label": content.label },
      grid,
    );
    this.#scroll.addEventListener("scroll", () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(this.#scroll);
    this.element = h(
      "div",
      { class: "data-table" },
      h(
        "div",
        { class: "toolbar", role: "toolbar", "aria-label": `${content.label}: table` },
        textField(`Filter ${content.label}`, "Filter rows", (text) => {
          this.#text = text;
          this.#arrange();
        }),
        this.#note,
        h("span", { class: "spring" }),
        iconButton("Copy as tab-separated text", "copy", () =>
          host.act({ kind: "copy", text: toTsv(names, arranged()) }),
        ),
        iconButton("Save as CSV", "save", () =>
          host.act({
            kind: "save",
            suggestedName: `${content.label}.csv`,
            base64: toBase64(toCsv(names, arranged())),
          }),
        ),
      ),
      this.#scroll,
    );
    this.#arrange();
  }

  #header(column: { readonly name: string; readonly type: string }, index: number): HTMLElement {
    return h(
      "div",
      { class: "table-header", role: "columnheader", "aria-sort": "none" },
      h(
        "button",
        {
          type: "button",
          title: `${column.name}: ${column.type}`,
          class: this.#numeric[index] ? "numeric" : "",
          on: { click: () => this.#sortBy(index) },
        },
        h("span", { class: "table-name" }, column.name),
        h("span", { class: "table-type" }, column.type),
        h("span", { class: "table-arrow" }),
      ),
    );
  }

  /** Up, then down, then as it came. */
  #sortBy(column: number): void {
    const order = this.#order;
    if (order?.column !== column) this.#order = { column, descending: false };
    else this.#order = order.descending ? undefined : { column, descending: true };
    for (const [i, header] of this.#headers.entries()) {
      const sorted = this.#order?.column === i ? this.#order : undefined;
      setAttribute(
        header,
        "aria-sort",
        sorted === undefined ? "none" : sorted.descending ? "descending" : "ascending",
      );
      header
        .querySelector(".table-arrow")
        ?.replaceChildren(
          ...(sorted === undefined ? [] : [icon(sorted.descending ? "arrow-down" : "arrow-up")]),
        );
    }
    this.#arrange();
  }

  #arrange(): void {
    const { rows, total } = this.#content;
    this.#places = arrangeRows(rows, this.#text, this.#order);
    const parts = [formatQuantity(this.#places.length, "row")];
    if (this.#places.length < rows.length) parts.push(`of ${formatCount(rows.length)}`);
    if (total > rows.length) parts.push(`· sample of ${formatCount(total)}`);
    setText(this.#note, parts.join(" "));
    for (const row of this.#rows) delete row.dataset.place;
    this.#draw();
  }

  #draw(): void {
    const height = this.#scroll.clientHeight;
    this.#body.style.height = `${this.#places.length * rowHeight}px`;
    const first = Math.max(0, Math.floor(this.#scroll.scrollTop / rowHeight) - spareRows);
    const count = Math.min(this.#places.length - first, Math.ceil(height / rowHeight) + 2 * spareRows);
    while (this.#rows.length < count) {
      const cells = this.#numeric.map((numeric) =>
        h("div", { class: numeric ? "table-cell numeric" : "table-cell", role: "cell" }),
      );
      const row = h("div", { class: "table-row", role: "row" }, ...cells);
      this.#rows.push(row);
      this.#body.append(row);
    }
    for (const [i, row] of this.#rows.entries()) {
      const place = i < count ? this.#places[first + i] : undefined;
      row.hidden = place === undefined;
      if (place !== undefined) this.#drawRow(row, place, first + i);
    }
  }

  #drawRow(row: HTMLElement, place: number, index: number): void {
    const key = `${place}`;
    row.style.transform = `translateY(${index * rowHeight}px)`;
    if (row.dataset.place === key) return;
    row.dataset.place = key;
    setAttribute(row, "aria-rowindex", String(index + 2));
    const values = this.#content.rows[place] ?? [];
    for (const [i, cell] of [...row.children].entries()) {
      const value = values[i];
      setText(cell, formatValue(value));
      cell.classList.toggle("null", value === null);
    }
  }
}

/** Wide enough for what the first rows hold, within bounds, in pixels. */
function columnWidths({ columns, rows }: TableContent): number[] {
  return columns.map(({ name, type }, i) => {
    const header = name.length * 8.6 + type.length * 7 + 28;
    let longest = 0;
    for (const row of rows.slice(0, 200)) longest = Math.max(longest, formatValue(row[i]).length);
    return Math.round(Math.min(230, Math.max(64, header, longest * 6.8 + 22)));
  });
}
