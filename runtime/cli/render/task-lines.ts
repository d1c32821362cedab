import stringWidth from "string-width";
import { currentTaskRuns, type RunView, type TaskRunView } from "../../events/run-view.ts";
import { hasEnded, type StateName } from "../../events/states.ts";
import { duration } from "./durations.ts";
import { fitColumns } from "./fit-columns.ts";
import { mappedRows, type Row, stateCounts, tellingRun } from "./mapped-runs.ts";
import { paint, stateStyle } from "./style.ts";

export const stateSymbols: { readonly [name in StateName]: string } = {
  Scheduled: "○",
  AwaitingRetry: "↻",
  Pending: "○",
  NotReady: "⊘",
  Running: "●",
  Retrying: "●",
  Completed: "✔",
  Cached: "✔",
  Failed: "✘",
  TimedOut: "✘",
  Crashed: "✘",
  Cancelling: "◌",
  Cancelled: "⊘",
};

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Widest that the column of names becomes, and how far it gives way to the states on a narrow terminal. */
const nameLimit = 60;
const leastName = 16;
const stateRoom = 24;
const stateWidth = 13;

/**
 * A run's task runs, one line each, in the order of their creation. Where there are more than rows, those
 * that tell most stay: running, failed, lately ended; a last line counts all. No line is wider than
 * `columns - 1`.
 */
export function taskLines(
  view: RunView,
  size: {
    readonly columns: number;
    readonly rows: number;
    readonly now: number;
    /** Whether each of the runs of a `.map` call has a line. */
    readonly all?: boolean;
  },
): string[] {
  const tasks = currentTaskRuns(view);
  const lined = size.all ? tasks.map((run): Row => ({ kind: "run", run })) : mappedRows(tasks);
  const shown = lined.length <= size.rows ? lined : mostTelling(lined, Math.max(1, size.rows - 1));
  const names = shown.map(nameOf);
  const room = size.columns - 1 - "● ".length;
  const wanted = Math.max(0, ...names.map((name) => stringWidth(name)));
  const width = Math.min(nameLimit, wanted, Math.max(leastName, room - stateRoom), room);
  const lines = shown.map((row, i) => {
    const task = taskOf(row);
    const symbol = paint(stateStyle(task.state), symbolOf(task, size.now));
    const name = fitColumns(names[i] ?? "", width);
    const rest =
      row.kind === "map"
        ? `  ${stateCounts(row.runs)}`
        : `  ${task.state.name.padEnd(stateWidth)} ${timeOf(task, size.now)}${progressOf(task)}`;
    const space = room - width;
    const fitted = space < 6 ? "" : fitColumns(rest.trimEnd(), space).trimEnd();
    return `${symbol} ${hasEnded(task.state) ? name : paint("bold", name)}${paint(restStyle(task), fitted)}`;
  });
  if (shown.length < lined.length) {
    lines.push(
      paint(
        "dim",
        fitColumns(`  ${tasks.length} task runs: ${stateCounts(tasks)}`, size.columns - 1).trimEnd(),
      ),
    );
  }
  return lines;
}

function nameOf(row: Row): string {
  const first = row.kind === "map" ? row.runs[0] : row.run;
  const id = first.id.replaceAll("%2F", "/").replaceAll("%25", "%");
  if (row.kind === "run") return id;
  return `${id.slice(0, id.length - first.name.length)}${first.task} × ${row.runs.length}`;
}

/** The task run whose state a line shows. */
function taskOf(row: Row): TaskRunView {
  return row.kind === "map" ? tellingRun(row.runs) : row.run;
}

function symbolOf(task: TaskRunView, now: number): string {
  if (task.state.type !== "RUNNING") return stateSymbols[task.state.name];
  return spinner[Math.floor(now / 80) % spinner.length] ?? "";
}

function restStyle(task: TaskRunView) {
  return task.state.type === "COMPLETED" ? "dim" : stateStyle(task.state);
}

function mostTelling(rows: readonly Row[], count: number): Row[] {
  const rank = (row: Row) => {
    const task = taskOf(row);
    if (task.state.type === "RUNNING" || task.state.type === "CANCELLING") return 0;
    if (task.state.type === "FAILED" || task.state.type === "CRASHED") return 1;
    return hasEnded(task.state) ? 2 : 3;
  };
  const ended = (row: Row) => taskOf(row).ended ?? 0;
  const ranked = [...rows].sort((a, b) => rank(a) - rank(b) || ended(b) - ended(a));
  const chosen = new Set(ranked.slice(0, count));
  return rows.filter((row) => chosen.has(row));
}

function timeOf(task: TaskRunView, now: number): string {
  const last = task.attempts.at(-1);
  return last === undefined ? "" : duration((last.ended ?? now) - last.started);
}

function progressOf(task: TaskRunView): string {
  if (task.progress === undefined || hasEnded(task.state)) return "";
  const { done, total, message } = task.progress;
  const share = total === undefined ? String(done) : `${Math.floor((100 * done) / Math.max(1, total))} %`;
  return `  ${share}${message === undefined ? "" : ` ${message.replaceAll(/\s+/g, " ")}`}`;
}
