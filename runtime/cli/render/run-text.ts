import { relative } from "node:path";
import { isNamedBelow } from "../../disk/is-below.ts";
import type { SourceLocation } from "../../errors/error-report.ts";
import type { PartOrder } from "../../events/part-order.ts";
import { rootFlowRun } from "../../events/run-ids.ts";
import { currentTaskRuns, type FlowRunView, type RunView, type TaskRunView } from "../../events/run-view.ts";
import { formatState } from "../../events/states.ts";
import { visibleLine } from "../../shown-text/visible-controls.ts";
import type { StoredRun } from "../../store/read-run.ts";
import { duration, localTime } from "./durations.ts";
import { mappedRows, namesOfRuns, type Row, stateCounts, tellingRun } from "./mapped-runs.ts";
import { shownId } from "./shown-id.ts";
import { paint, stateStyle } from "./style.ts";
import { stateSymbols } from "./task-lines.ts";
import { textTable } from "./text-table.ts";

/** A run as `show` prints it: what it is, its task runs, subflows and resources, and what went wrong. */
export function runText(
  run: StoredRun,
  size: { readonly columns: number; readonly now: number; readonly all: boolean },
): string[] {
  const { view } = run;
  const tasks = currentTaskRuns(view);
  const subflows = [...view.flowRuns.values()].filter(
    (flowRun) => flowRun.id !== rootFlowRun && flowRun.runAttempt === view.attempt,
  );
  return [
    ...facts(run, size.now),
    ...section("Task runs", taskTable(tasks, size)),
    ...section("Subflows", subflowTable(subflows, size)),
    ...section("Resources", resourceTable(view, size.columns)),
    ...section("Errors", [...errors(tasks), ...flowErrors(view)]),
  ];
}

function partText({ kind, selectors, defer }: PartOrder): string {
  const part = kind === "only-checks" ? "only checks" : `${kind} ${selectors.join(", ")}`;
  return `${part}${defer === undefined ? "" : `; the rest as ${defer} had it`}`;
}

function facts({ info, view, state, alive }: StoredRun, now: number): string[] {
  const root = view.flowRuns.get(rootFlowRun);
  const ended = root?.ended ?? info.ended;
  const took = alive
    ? `, for ${duration(now - info.started)}`
    : ended && `, took ${duration(ended - info.started)}`;
  const place = `process ${info.host.pid} on ${info.host.name}${info.host.container ? " (container)" : ""}`;
  const parameters = Object.entries(info.parameters).map(
    ([name, value]) => `${name}: ${JSON.stringify(value)}`,
  );
  const rows: [string, string][] = [
    ["Run", paint("bold", info.name)],
    ["Id", info.id],
    ...(info.tags === undefined ? [] : [["Tags", info.tags.join(", ")] as [string, string]]),
    ["Flow", `${info.flow} (${shortPath(info.file)})`],
    ...(info.part === undefined ? [] : [["Part", partText(info.part)] as [string, string]]),
    ["State", paint(stateStyle(state), formatState(state))],
    ["Started", `${localTime(info.started)}${took || ""}`],
    ["Where", `${place}, ${view.threads} threads, session ${info.session}`],
    ["Folder", info.folder],
    ...(info.attempt > 1 ? [["Attempt", String(info.attempt)] as [string, string]] : []),
    ["Parameters", parameters.length === 0 ? "(defaults)" : parameters.join(", ")],
    ["Log", `millrace logs ${info.name}`],
    ...view.damages.map((damage): [string, string] => ["Damaged", damage]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}  ${value.replaceAll("\n", "\\n")}`);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", paint("bold", title), ...lines];
}

function taskTable(
  tasks: readonly TaskRunView[],
  { columns, now, all }: { columns: number; now: number; all: boolean },
): string[] {
  if (tasks.length === 0) return [];
  const grouped = all ? tasks.map((run): Row => ({ kind: "run", run })) : mappedRows(tasks);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const after = (runs: readonly TaskRunView[]) => {
    const ids = runs.flatMap(({ upstream }) => upstream.map(({ run }) => run));
    return (all ? ids.map(shownId) : namesOfRuns(ids, (id) => byId.get(id), shownId)).join(", ");
  };
  const rows = grouped.map((row) => {
    if (row.kind === "map") return mapCells(row.runs, now, after);
    const task = row.run;
    const last = task.attempts.at(-1);
    return [
      `${stateSymbols[task.state.name]} ${shownId(task.id)}`,
      task.adopted ? `${task.state.name} before` : task.state.name,
      last === undefined ? "" : duration((last.ended ?? now) - last.started),
      String(task.attempts.length || ""),
      String(last?.thread ?? ""),
      after([task]),
    ];
  });
  const paintState = (cell: string, row: number) => {
    const told = grouped[row];
    if (told === undefined) return cell;
    return paint(stateStyle((told.kind === "run" ? told.run : tellingRun(told.runs)).state), cell);
  };
  return textTable(
    [
      { title: "  TASK RUN", least: 16, paint: paintState },
      { title: "STATE", paint: paintState },
      { title: "TIME", align: "right" },
      { title: "TRIES", align: "right" },
      { title: "THREAD", align: "right" },
      { title: "AFTER", least: 8, paint: (cell) => paint("dim", cell) },
    ],
    rows,
    columns,
  );
}

/** The runs of one `.map` call, in one line. */
function mapCells(
  runs: readonly [TaskRunView, TaskRunView, ...TaskRunView[]],
  now: number,
  after: (runs: readonly TaskRunView[]) => string,
): string[] {
  const [first] = runs;
  const attempts = runs.flatMap((run) => run.attempts);
  const started = attempts.reduce((least, { started }) => Math.min(least, started), Number.POSITIVE_INFINITY);
  const ended = attempts.reduce((most, { ended }) => Math.max(most, ended ?? now), 0);
  const scope = first.flowRun === rootFlowRun ? "" : `${shownId(first.flowRun)}/`;
  return [
    `${stateSymbols[tellingRun(runs).state.name]} ${scope}${first.task} × ${runs.length}`,
    stateCounts(runs),
    attempts.length === 0 ? "" : duration(ended - started),
    String(attempts.length || ""),
    "",
    after(runs),
  ];
}

function subflowTable(
  flowRuns: readonly FlowRunView[],
  { columns, now }: { columns: number; now: number },
): string[] {
  if (flowRuns.length === 0) return [];
  return textTable(
    [
      { title: "  SUBFLOW RUN", least: 16 },
      { title: "STATE", least: 12 },
      { title: "TIME", align: "right" },
    ],
    flowRuns.map((run) => [
      `${stateSymbols[run.state.name]} ${shownId(run.id)}`,
      formatState(run.state),
      run.started === undefined ? "" : duration((run.ended ?? now) - run.started),
    ]),
    columns,
  );
}

function resourceTable(view: RunView, columns: number): string[] {
  const resources = [...view.resources.values()];
  if (resources.length === 0) return [];
  return textTable(
    [{ title: "  RESOURCE", least: 16 }, { title: "STATE" }, { title: "SET-UP", align: "right" }],
    resources.map((resource) => [
      `  ${shownId(resource.id)}`,
      resource.state,
      resource.opened === undefined ? "" : duration(resource.opened - resource.created),
    ]),
    columns,
  );
}

/** What the run's task runs failed with, and where. */
export function errors(tasks: readonly TaskRunView[]): string[] {
  return tasks
    .filter(({ state }) => state.type === "FAILED" || state.type === "CRASHED")
    .flatMap((task) => [
      `${paint(stateStyle(task.state), `${stateSymbols[task.state.name]} ${visibleLine(shownId(task.id))}`)}  ${formatState(task.state)}`,
      ...detail(task.error?.stack, task.error?.source),
    ]);
}

function flowErrors(view: RunView): string[] {
  return [...view.flowRuns.values()]
    .filter((flowRun) => flowRun.error !== undefined && flowRun.state.type === "FAILED")
    .flatMap((flowRun) => [
      `${paint(stateStyle(flowRun.state), `${stateSymbols[flowRun.state.name]} ${visibleLine(flowRun.name)}`)}  ${formatState(flowRun.state)}`,
      ...detail(flowRun.error?.stack, flowRun.error?.source),
    ]);
}

function detail(stack: string | undefined, source: SourceLocation | undefined): string[] {
  if (stack !== undefined) return stack.split("\n").map((line) => `    ${line}`);
  return source === undefined ? [] : [`    at ${shortPath(source.file)}:${source.line}:${source.column}`];
}

function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return isNamedBelow(file, process.cwd()) ? path : file;
}
