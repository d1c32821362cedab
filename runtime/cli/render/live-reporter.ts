import { LogLines } from "../../events/log-lines.ts";
import type { RunEvent } from "../../events/run-event.ts";
import { rootFlowRun } from "../../events/run-ids.ts";
import { currentTaskRuns, emptyRunView, foldEvents } from "../../events/run-view.ts";
import { formatState, hasEnded, type State } from "../../events/states.ts";
import { visibleLine } from "../../shown-text/visible-controls.ts";
import { divert, print } from "../output.ts";
import { duration } from "./durations.ts";
import { fitColumns } from "./fit-columns.ts";
import { LiveFrame } from "./live-frame.ts";
import { paintedLogLine } from "./painted-log-line.ts";
import type { RunReporter } from "./run-reporter.ts";
import { errors } from "./run-text.ts";
import { paint, stateStyle } from "./style.ts";
import { taskLines } from "./task-lines.ts";

/** One line a task on a terminal, kept up to date; what flows and tasks log scrolls by above. */
export class LiveReporter implements RunReporter {
  readonly #lines = new LogLines();
  readonly #view = emptyRunView();
  readonly #frame: LiveFrame;
  readonly #all: boolean;
  /** Give back what others write to the terminal, which would break the frame. */
  readonly #giveBack: readonly (() => void)[];

  /** @param all whether each of the runs of a `.map` call has a line. */
  constructor(all: boolean) {
    this.#all = all;
    this.#frame = new LiveFrame(({ columns, rows }) => this.#draw(columns, rows));
    this.#giveBack = [process.stdout, process.stderr]
      .filter((stream) => stream.isTTY)
      .map((stream) => {
        let rest = "";
        const giveBack = divert(stream, (text) => {
          const lines = (rest + text).split("\n");
          rest = lines.pop() ?? "";
          this.#frame.above(lines);
        });
        return () => {
          giveBack();
          if (rest !== "") stream.write(`${rest}\n`);
        };
      });
  }

  started(): void {}

  events(events: readonly RunEvent[]): void {
    foldEvents(this.#view, events);
    // States show in the frame, so that only what was logged is told; LogLines has to see all events for the names.
    const told = new Set(events.filter(isTold).map((event) => event.seq));
    const lines = this.#lines.lines(events).filter((line) => told.has(line.seq));
    this.#frame.above(lines.map(paintedLogLine));
  }

  ended({ id, state }: { readonly id: string; readonly state: State }): void {
    this.stop();
    const wrong = errors(currentTaskRuns(this.#view));
    const root = this.#view.flowRuns.get(rootFlowRun);
    // Where no task failed, it is the body's own error that has to be told.
    const thrown = wrong.length === 0 && root?.error?.stack ? root.error.stack.split("\n") : [];
    const took =
      root?.ended === undefined ? "" : ` in ${duration(root.ended - (root.started ?? root.created))}`;
    const lines = [
      ...(wrong.length + thrown.length === 0 ? [] : ["", ...wrong, ...thrown]),
      "",
      `Flow run '${visibleLine(root?.name ?? id)}' finished in state ${paint(stateStyle(state), formatState(state))}${took}`,
      paint("dim", `millrace show ${id}`),
    ];
    print(`${lines.join("\n")}\n`);
  }

  stop(): void {
    this.#frame.end();
    for (const giveBack of this.#giveBack) giveBack();
  }

  #draw(columns: number, rows: number): string[] {
    const root = this.#view.flowRuns.get(rootFlowRun);
    if (root === undefined) return [];
    const now = Date.now();
    const lines = taskLines(this.#view, { columns, rows: Math.max(1, rows - 1), now, all: this.#all });
    if (hasEnded(root.state)) return lines;
    const tasks = currentTaskRuns(this.#view);
    const completed = tasks.filter((task) => task.state.type === "COMPLETED").length;
    const what = this.#view.cancelRequested ? "is being cancelled" : "is running";
    const text = `Flow run '${root.name}' ${what}: ${completed} of ${tasks.length} completed, ${duration(now - (root.started ?? root.created))}`;
    const style = this.#view.cancelRequested ? "yellow" : "dim";
    return [...lines, paint(style, fitColumns(text, columns - 1).trimEnd())];
  }
}

function isTold(event: RunEvent): boolean {
  return (
    event.type === "log" ||
    event.type === "cancel-requested" ||
    (event.type === "resource-state" && event.state === "Failed")
  );
}
