import { basename } from "node:path";
import { rootFlowRun } from "../events/run-event.ts";
import { addFlowRun, currentTaskRuns, emptyRunView, foldEvents, type RunView } from "../events/run-view.ts";
import { hasEnded, makeState, type State } from "../events/states.ts";
import { EventReader } from "./event-reader.ts";
import { isRunnerAlive, listRunFolders, type RunInfo, readRunInfo, runPaths } from "./run-folder.ts";

export interface StoredRun {
  readonly path: string;
  readonly info: RunInfo;
  readonly view: RunView;
  readonly state: State;
  readonly alive: boolean;
}

/** Reads a run as it stands. One whose process is gone before its end shows as Crashed. */
export async function readRun(path: string): Promise<StoredRun> {
  const info = await readRunInfo(path);
  const alive = await isRunnerAlive(path, info);
  const view = foldEvents(emptyRunView(), await new EventReader(runPaths(path).events).read());
  if (!alive) showCrash(view, info);
  return { path, info, view, alive, state: view.flowRuns.get(rootFlowRun)?.state ?? makeState("Pending") };
}

/** What a list of runs shows of each. */
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly flow: string;
  readonly state: State;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number | undefined;
  readonly attempt: number;
  readonly tasks: { readonly total: number; readonly completed: number };
  readonly parameters: RunInfo["parameters"];
  readonly file: string;
  readonly session: string;
  readonly host: string;
  readonly container: boolean;
  readonly path: string;
}

/** A run that can't be read, and why. */
export interface UnreadableRun {
  readonly id: string;
  readonly path: string;
  readonly error: string;
}

/** All runs of a store, newest first. Reads the events only of those that have not ended. */
export async function listRuns(base: string): Promise<{ runs: RunSummary[]; unreadable: UnreadableRun[] }> {
  const runs: RunSummary[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const path of await listRunFolders(base)) {
    try {
      runs.push(await summarize(path));
    } catch (error) {
      unreadable.push({ id: basename(path), path, error: (error as Error).message }); // fs and JSON throw errors only
    }
  }
  return { runs, unreadable };
}

export async function summarize(path: string): Promise<RunSummary> {
  const info = await readRunInfo(path);
  const of = (state: State, ended: number | undefined, tasks: RunSummary["tasks"]): RunSummary => ({
    id: info.id,
    name: info.name,
    flow: info.flow,
    state,
    started: info.started,
    ended,
    attempt: info.attempt,
    tasks,
    parameters: info.parameters,
    file: info.file,
    session: info.session,
    host: info.host.name,
    container: info.host.container,
    path,
  });
  if (info.state !== undefined && info.tasks !== undefined) return of(info.state, info.ended, info.tasks);
  const { view, state } = await readRun(path);
  return of(state, view.flowRuns.get(rootFlowRun)?.ended, countTasks(view));
}

export function countTasks(view: RunView): { total: number; completed: number } {
  const tasks = currentTaskRuns(view);
  return { total: tasks.length, completed: tasks.filter((task) => task.state.type === "COMPLETED").length };
}

/** Shows in the view what nobody was left to write: the run and whatever ran in it crashed. */
export function showCrash(view: RunView, info: RunInfo): void {
  const root = view.flowRuns.get(rootFlowRun);
  if (root !== undefined && hasEnded(root.state)) return;
  const crashed = makeState(
    "Crashed",
    `The run's process ${info.host.pid} ${info.host.container ? "in the container" : "on"} ${info.host.name} is gone. 'millrace resume ${info.id}' goes on from there.`,
  );
  for (const run of view.flowRuns.values()) {
    if (!hasEnded(run.state)) run.state = crashed;
  }
  if (root === undefined) {
    const { name, flow, started } = info;
    addFlowRun(view, { id: rootFlowRun, name, flow, created: started }).state = crashed;
  }
  for (const task of view.taskRuns.values()) {
    if (task.state.type !== "RUNNING" && task.state.type !== "CANCELLING") continue;
    task.state = makeState("Crashed", "The run's process ended before the task did.");
    const last = task.attempts.at(-1);
    if (last !== undefined) last.state = task.state;
  }
}
