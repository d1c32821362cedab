import type { LogLevel } from "../../runtime/events/run-event.ts";
import { h, setText } from "../elements/dom.ts";
import { formatCount, formatQuantity } from "../format/values.ts";
import type { PageContext, PageView } from "../page/page-view.ts";
import type { RunChanges } from "../run/run-model.ts";
import { Choose, iconButton, textField } from "../toolkit.ts";
import type { LogFilter } from "./log-filter.ts";
import { LogList } from "./log-list.ts";

const everyTask = "(all)";

/** The whole run's log with its filters. */
export class LogsView implements PageView {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #list: LogList;
  readonly #count = h("span", { class: "toolbar-note" });
  readonly #level: Choose;
  readonly #task: Choose;
  readonly #text: ReturnType<typeof textField>;
  #tasks = -1;

  constructor(context: PageContext) {
    this.#context = context;
    const { choices } = context;
    this.#text = textField("Filter the log by text", "Filter", (logText) => choices.set({ logText }));
    this.#level = new Choose("Least level", (value) => choices.set({ logLevel: value as LogLevel })); // one of the options below
    this.#task = new Choose("Task", (value) =>
      choices.set({ logTask: value === everyTask ? undefined : value }),
    );
    this.#list = new LogList({
      label: "Log of the run",
      showTask: true,
      openSource: (source) => context.host.act({ kind: "open-source", source }),
    });
    this.element = h(
      "div",
      { class: "view logs-view" },
      h(
        "div",
        { class: "toolbar", role: "toolbar", "aria-label": "Log filters" },
        this.#text,
        this.#level.element,
        this.#task.element,
        this.#count,
        h("span", { class: "spring" }),
        iconButton("Go to the end and stay there", "arrow-down", () => this.#list.scrollToEnd()),
      ),
      this.#list.element,
    );
    choices.onChange((now, before) => {
      if (
        now.logLevel !== before.logLevel ||
        now.logTask !== before.logTask ||
        now.logText !== before.logText
      ) {
        this.#refilter();
      }
    });
  }

  update(changes: RunChanges): void {
    if (changes.everything) this.#refilter();
    else if (changes.logs) this.#list.update();
    if (changes.everything || changes.structure) this.#fillTasks();
    this.#note();
  }

  #filter(): LogFilter {
    const { logLevel, logTask, logText } = this.#context.choices.now;
    return {
      level: logLevel,
      runs: logTask === undefined ? undefined : this.#runsOf(logTask),
      text: logText.trim(),
    };
  }

  #runsOf(task: string): Set<string> {
    const runs = new Set<string>();
    for (const run of this.#context.model.view.taskRuns.values()) if (run.task === task) runs.add(run.id);
    return runs;
  }

  #refilter(): void {
    const { choices, model } = this.#context;
    const filtered =
      choices.now.logText !== "" || choices.now.logTask !== undefined || choices.now.logLevel !== "DEBUG";
    this.#list.setEmptyText(filtered ? "No line matches the filter." : "Nothing was logged yet.");
    this.#list.show(model.logs, this.#filter());
    if (this.#text.value !== choices.now.logText) this.#text.value = choices.now.logText;
    this.#level.set(
      [
        { value: "DEBUG", label: "All levels" },
        { value: "INFO", label: "Info and above" },
        { value: "WARNING", label: "Warnings and errors" },
        { value: "ERROR", label: "Errors" },
      ],
      choices.now.logLevel,
    );
    this.#tasks = -1;
    this.#fillTasks();
    this.#note();
  }

  #fillTasks(): void {
    const tasks = new Set<string>();
    for (const run of this.#context.model.view.taskRuns.values()) tasks.add(run.task);
    if (tasks.size === this.#tasks) return;
    this.#tasks = tasks.size;
    this.#task.set(
      [{ value: everyTask, label: "All tasks" }, ...[...tasks].map((task) => ({ value: task, label: task }))],
      this.#context.choices.now.logTask ?? everyTask,
    );
  }

  #note(): void {
    const { model } = this.#context;
    const left = model.logsLeftOut + model.logs.first;
    const rows = formatQuantity(this.#list.rows, "line");
    setText(this.#count, left === 0 ? rows : `${rows} · ${formatCount(left)} older ones left out`);
  }
}
