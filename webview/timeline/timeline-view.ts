import { type ScaleLinear, scaleLinear } from "d3";
import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import { hasEnded } from "../../runtime/events/states.ts";
import { h, s, setAttribute, setText } from "../elements/dom.ts";
import { formatDuration } from "../format/durations.ts";
import { formatQuantity } from "../format/values.ts";
import type { PageContext, PageView } from "../page/page-view.ts";
import { savePicture } from "../plots/save-picture.ts";
import type { RunChanges } from "../run/run-model.ts";
import { statusText } from "../state/status.ts";
import { Choose, iconButton } from "../toolkit.ts";
import { type Bar, rowsByTask, rowsByThread, type TimelineRow, timeSpan } from "./timeline-bars.ts";

const rowHeight = 26;
const axisHeight = 28;
const barHeight = 14;

/** What ran when, on which thread, waiting and running apart. A list box: arrows choose, Enter opens. */
export class TimelineView implements PageView {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #by: Choose;
  readonly #note = h("span", { class: "toolbar-note" });
  readonly #scroll: HTMLElement;
  readonly #svg = s("svg", { class: "timeline", role: "none" });
  readonly #axis = s("g", { class: "axis", "aria-hidden": "true" });
  readonly #grid = s("g", { "aria-hidden": "true" });
  readonly #sheet = s("g", { role: "none" });
  readonly #empty = h("div", { class: "empty" }, "Nothing has run yet.");
  #rows: readonly TimelineRow[] = [];
  #active = 0;

  constructor(context: PageContext) {
    this.#context = context;
    const { choices, host } = context;
    this.#by = new Choose("Rows of the timeline", (value) =>
      choices.set({ timelineBy: value === "thread" ? "thread" : "task" }),
    );
    this.#svg.append(this.#grid, this.#sheet, this.#axis);
    this.#scroll = h(
      "div",
      { class: "timeline-scroll", role: "listbox", tabindex: 0, "aria-label": "Timeline of the run" },
      this.#svg,
    );
    this.#scroll.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.#scroll.addEventListener("keydown", (event) => this.#onKey(event));
    this.#scroll.addEventListener("click", (event) => this.#onClick(event));
    new ResizeObserver(() => this.#draw()).observe(this.#scroll);
    const save = (format: "svg" | "png") =>
      savePicture(host, this.#svg, { name: "timeline", format }).catch((error: unknown) =>
        host.report(error),
      );
    this.element = h(
      "div",
      { class: "view timeline-view" },
      h(
        "div",
        { class: "toolbar", role: "toolbar", "aria-label": "Timeline" },
        this.#by.element,
        this.#note,
        h(
          "span",
          { class: "legend" },
          h("span", { class: "legend-waiting" }),
          "waiting",
          h("span", { class: "legend-running" }),
          "running",
        ),
        h("span", { class: "spring" }),
        iconButton("Save the timeline as SVG", "save", () => save("svg")),
        iconButton("Save the timeline as PNG", "image", () => save("png")),
      ),
      this.#empty,
      this.#scroll,
    );
    choices.onChange((now, before) => {
      if (now.timelineBy !== before.timelineBy) this.#arrange();
      else if (now.selected !== before.selected) this.#draw();
    });
  }

  update(changes: RunChanges): void {
    if (changes.everything || changes.ids.size > 0) this.#arrange();
  }

  tick(): void {
    this.#draw();
  }

  focus(): void {
    this.#scroll.focus();
  }

  #arrange(): void {
    const { model, choices } = this.#context;
    const by = choices.now.timelineBy;
    this.#by.set(
      [
        { value: "task", label: "A row for each task run" },
        { value: "thread", label: "A row for each thread" },
      ],
      by,
    );
    this.#rows = by === "task" ? rowsByTask(model.view) : rowsByThread(model.view);
    this.#active = Math.min(this.#active, Math.max(0, this.#rows.length - 1));
    const noun = by === "task" ? "task run" : "thread";
    setText(this.#note, formatQuantity(this.#rows.length, noun));
    this.#empty.hidden = this.#rows.length > 0;
    this.#scroll.hidden = this.#rows.length === 0;
    this.#draw();
  }

  #now(): number {
    const root = this.#context.model.view.flowRuns.get(rootFlowRun);
    const over = root !== undefined && (hasEnded(root.state) || !this.#context.model.header?.alive);
    return over ? (root.ended ?? lastMoment(this.#rows)) : Date.now();
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height, scrollTop } = this.#scroll;
    if (width === 0 || this.#rows.length === 0) return;
    const now = this.#now();
    const total = axisHeight + this.#rows.length * rowHeight + 8;
    setAttribute(this.#svg, "width", String(width));
    setAttribute(this.#svg, "height", String(Math.max(total, height)));
    const labels = Math.min(260, Math.max(90, width * 0.28));
    const span = timeSpan(this.#rows, now);
    const scale = scaleLinear([0, span[1] - span[0]], [labels + 12, width - 24]);
    this.#drawAxis(scale, Math.max(total, height), scrollTop, width);
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - 4);
    const last = Math.min(this.#rows.length, Math.ceil((scrollTop + height) / rowHeight) + 4);
    const selected = this.#context.choices.now.selected;
    const shown: SVGGElement[] = [];
    for (let i = first; i < last; i++) {
      const row = this.#rows[i];
      if (row === undefined) continue;
      const y = axisHeight + i * rowHeight;
      const chosen =
        row.id === selected || row.bars.some((bar) => bar.run === selected && row.id !== bar.run);
      shown.push(
        s(
          "g",
          {
            class: `timeline-row${chosen ? " selected" : ""}${i === this.#active ? " active" : ""}`,
            role: "option",
            id: `timeline-${i}`,
            "data-index": i,
            "aria-selected": String(chosen),
            "aria-setsize": this.#rows.length,
            "aria-posinset": i + 1,
            "aria-label": describeRow(row, span[0], now),
            transform: `translate(0 ${y})`,
          },
          s("rect", { class: "timeline-ground", width, height: rowHeight }),
          ...row.bars.map((bar) => drawBar(bar, scale, span[0], now)),
          s("rect", { class: "timeline-label-ground", width: labels, height: rowHeight }),
          s("text", { class: "timeline-label", x: 16, y: 17 }, shortLabel(row.label, labels - 20)),
        ),
      );
    }
    this.#sheet.replaceChildren(...shown);
    setAttribute(this.#scroll, "aria-activedescendant", `timeline-${this.#active}`);
  }

  #drawAxis(scale: ScaleLinear<number, number>, height: number, top: number, width: number): void {
    const ticks = scale.ticks(Math.max(2, Math.floor(width / 140)));
    this.#axis.setAttribute("transform", `translate(0 ${top})`);
    this.#grid.replaceChildren(
      ...ticks.map((tick) =>
        s("line", { class: "grid-line", x1: scale(tick), x2: scale(tick), y1: axisHeight, y2: height }),
      ),
    );
    this.#axis.replaceChildren(
      s("rect", { class: "axis-ground", width, height: axisHeight }),
      ...ticks.map((tick) =>
        s(
          "text",
          { class: "axis-text", x: scale(tick), y: 18, "text-anchor": "middle" },
          formatDuration(tick),
        ),
      ),
    );
  }

  #onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.#scroll.clientHeight / rowHeight) - 2);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.#rows.length,
      End: this.#rows.length,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      this.#active = Math.max(0, Math.min(this.#rows.length - 1, this.#active + step));
      const top = this.#active * rowHeight;
      const { scrollTop, clientHeight } = this.#scroll;
      if (top < scrollTop) this.#scroll.scrollTop = top;
      const bottom = top + rowHeight + axisHeight;
      if (bottom > scrollTop + clientHeight) this.#scroll.scrollTop = bottom - clientHeight;
      this.#draw();
    } else if (event.key === "Enter" || event.key === " ") {
      const row = this.#rows[this.#active];
      const run = row?.bars[0]?.run;
      if (run !== undefined) this.#context.select(run, event.key === "Enter");
    } else return;
    event.preventDefault();
  }

  #onClick(event: MouseEvent): void {
    if (!(event.target instanceof Element)) return;
    const row = event.target.closest("[data-index]");
    if (row === null) return;
    this.#active = Number(row.getAttribute("data-index"));
    const bar = event.target.closest("[data-run]")?.getAttribute("data-run");
    const run = bar ?? this.#rows[this.#active]?.bars[0]?.run;
    if (run !== undefined) this.#context.select(run, false);
    this.#draw();
  }
}

function lastMoment(rows: readonly TimelineRow[]): number {
  let last = 0;
  for (const { bars } of rows) for (const { from, to } of bars) last = Math.max(last, to ?? from);
  return last;
}

function drawBar(bar: Bar, scale: ScaleLinear<number, number>, start: number, now: number): SVGElement {
  const from = scale(bar.from - start);
  const to = scale((bar.to ?? now) - start);
  const waiting = bar.kind === "waiting";
  const height = waiting ? 2 : barHeight;
  const thread = bar.thread === undefined ? "" : `, thread ${bar.thread}`;
  return s(
    "rect",
    {
      class: `bar bar-${bar.kind}`,
      "data-status": bar.status,
      "data-run": bar.run,
      x: from,
      y: (rowHeight - height) / 2,
      width: Math.max(waiting ? 0 : 2, to - from),
      height,
      rx: waiting ? 0 : 2,
    },
    s(
      "title",
      {},
      `${bar.name}\n${waiting ? "waiting" : statusText(bar.status)} ${formatDuration((bar.to ?? now) - bar.from)}${thread}`,
    ),
  );
}

function describeRow(row: TimelineRow, start: number, now: number): string {
  const running = row.bars.filter(({ kind }) => kind === "running");
  const [first] = running;
  const last = row.bars.at(-1);
  if (first === undefined) return `${row.label}, ${statusText(last?.status ?? "Pending")}, did not run`;
  const spent = running.reduce((sum, bar) => sum + (bar.to ?? now) - bar.from, 0);
  const state = row.bars.every((bar) => bar.run === row.id)
    ? `, ${statusText(last?.status ?? "Running")}`
    : "";
  const thread = first.thread === undefined ? "" : ` on thread ${first.thread}`;
  return `${row.label}${state}, started after ${formatDuration(first.from - start)}${thread}, ran for ${formatDuration(spent)}`;
}

function shortLabel(label: string, width: number): string {
  const most = Math.floor(width / 6.6);
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`;
}
