import type { SourceLocation } from "../../runtime/errors/error-report.ts";
import { h, setText } from "../elements/dom.ts";
import { formatClock } from "../format/durations.ts";
import { LogBuffer } from "./log-buffer.ts";
import type { LogFilter } from "./log-filter.ts";
import { LogIndex } from "./log-index.ts";
import { findSources } from "./source-links.ts";

const rowHeight = 20;
const spareRows = 8;

/** A log of any length: only the rows in view are in the page. Keeps to the end while it is there. */
export class LogList {
  readonly element: HTMLElement;
  readonly #sheet = h("div", { class: "log-sheet" });
  readonly #empty = h("div", { class: "empty" });
  readonly #rows: LogRow[] = [];
  readonly #openSource: (source: SourceLocation) => void;
  readonly #showTask: boolean;
  #buffer = new LogBuffer(1);
  #index = new LogIndex(this.#buffer, { level: "DEBUG", runs: undefined, text: "" });
  #following = true;
  #top = 0;
  #height = 0;
  #size = 0;

  constructor(options: {
    readonly label: string;
    /** Whether each line tells what wrote it. */
    readonly showTask: boolean;
    readonly openSource: (source: SourceLocation) => void;
  }) {
    this.#openSource = options.openSource;
    this.#showTask = options.showTask;
    // State changes are announced elsewhere: a log that runs by is not to be read out.
    this.element = h(
      "div",
      { class: "log", role: "log", "aria-label": options.label, "aria-live": "off", tabindex: 0 },
      this.#sheet,
      this.#empty,
    );
    this.element.classList.toggle("without-task", !options.showTask);
    this.element.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    new ResizeObserver(([entry]) => {
      this.#height = entry?.contentRect.height ?? 0;
      this.#draw();
    }).observe(this.element);
  }

  get rows(): number {
    return this.#index.size;
  }

  show(buffer: LogBuffer, filter: LogFilter): void {
    this.#buffer = buffer;
    this.#index.reset(buffer, filter);
    this.#following = true;
    for (const row of this.#rows) row.forget();
    this.update();
  }

  /** Takes in new lines. */
  update(): void {
    const dropped = this.#index.catchUp();
    if (dropped > 0 && !this.#following) {
      this.#top = Math.max(0, this.#top - dropped * rowHeight);
      this.element.scrollTop = this.#top;
    }
    this.#draw();
  }

  scrollToEnd(): void {
    this.#following = true;
    this.#draw();
  }

  setEmptyText(text: string): void {
    setText(this.#empty, text);
  }

  #onScroll(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    if (Math.abs(scrollTop - this.#top) < 2) return;
    this.#top = scrollTop;
    this.#following = scrollTop + clientHeight >= scrollHeight - rowHeight;
    this.#draw();
  }

  #draw(): void {
    const height = this.#height;
    if (height === 0) return;
    const size = this.#index.size;
    if (size !== this.#size) this.#sheet.style.height = `${size * rowHeight}px`;
    this.#size = size;
    this.#empty.hidden = size > 0;
    // The place is kept here: asking the page for it after a change would make it lay everything out at once.
    const end = Math.max(0, size * rowHeight - height);
    if (this.#following && end !== this.#top) {
      this.#top = end;
      this.element.scrollTop = end;
    }
    const first = Math.max(0, Math.floor(this.#top / rowHeight) - spareRows);
    const count = Math.min(size - first, Math.ceil(height / rowHeight) + 2 * spareRows);
    while (this.#rows.length < count) {
      const row = new LogRow(this.#showTask, this.#openSource);
      this.#rows.push(row);
      this.#sheet.append(row.element);
    }
    for (const [i, row] of this.#rows.entries()) {
      const place = i < count ? this.#index.row(first + i) : undefined;
      const line = place === undefined ? undefined : this.#buffer.get(place.line);
      if (place === undefined || line === undefined) {
        row.element.hidden = true;
        continue;
      }
      row.show(line, place.part, (first + i) * rowHeight);
    }
  }
}

type Line = NonNullable<ReturnType<LogBuffer["get"]>>;

class LogRow {
  readonly element: HTMLElement;
  readonly #time = h("span", { class: "log-time" });
  readonly #level = h("span", { class: "log-level" });
  readonly #logger = h("span", { class: "log-logger" });
  readonly #message = h("span", { class: "log-message" });
  readonly #openSource: (source: SourceLocation) => void;
  #line: Line | undefined;
  #part = -1;

  constructor(showTask: boolean, openSource: (source: SourceLocation) => void) {
    this.#openSource = openSource;
    this.element = h(
      "div",
      { class: "log-row" },
      this.#time,
      this.#level,
      showTask && this.#logger,
      this.#message,
    );
  }

  forget(): void {
    this.#line = undefined;
  }

  show(line: Line, part: number, top: number): void {
    this.element.hidden = false;
    this.element.style.transform = `translateY(${top}px)`;
    if (line === this.#line && part === this.#part) return;
    this.#line = line;
    this.#part = part;
    this.element.dataset.level = line.level;
    const head = part === 0;
    setText(this.#time, head ? formatClock(line.time) : "");
    setText(this.#level, head ? line.level : "");
    setText(this.#logger, head ? shortLogger(line.logger) : "");
    const text = line.message.includes("\n") ? (line.message.split("\n")[part] ?? "") : line.message;
    const parts = findSources(text);
    if (parts.every((piece) => piece.source === undefined)) {
      setText(this.#message, text);
      return;
    }
    this.#message.replaceChildren(
      ...parts.map((piece) =>
        piece.source === undefined ? piece.text : this.#link(piece.text, piece.source),
      ),
    );
  }

  #link(text: string, source: SourceLocation): HTMLElement {
    return sourceLink(text, source, this.#openSource);
  }
}

/** `Task run 'Load-0'` is `Load-0` where there is little room. */
function shortLogger(logger: string): string {
  return /^(?:Task|Flow) run '(.*)'$/.exec(logger)?.[1] ?? logger;
}

/** A place in a file that opens in the editor. */
export function sourceLink(
  text: string,
  source: SourceLocation,
  open: (source: SourceLocation) => void,
): HTMLElement {
  return h("button", { class: "link", type: "button", on: { click: () => open(source) } }, text);
}
