import { existsSync } from "node:fs";
import { basename } from "node:path";
import { crashedWithRun } from "../events/crash.ts";
import { rootFlowRun } from "../events/run-ids.ts";
import type { RunSummary, UnreadableRun } from "../events/run-summary.ts";
import { addFlowRun, currentTaskRuns, emptyRunView, foldEvents, type RunView } from "../events/run-view.ts";
import { hasEnded, makeState, type State } from "../events/states.ts";
import { countTasks } from "../events/task-counts.ts";
import type { Liveness } from "../processes/liveness.ts";
import type { Damage } from "./event-lines.ts";
import { EventReader } from "./event-reader.ts";
import { lastLineOf } from "./last-words.ts";
import { listRunFolders, readRunInfo, runPaths } from "./run-folder.ts";
import type { RunInfo } from "./run-info.ts";
import { isRunnerAlive, RunnerWatch } from "./run-liveness.ts";
import { checkTaskRuns, mostShown } from "./task-run-limit.ts";

export interface StoredRun {
  readonly path: string;
  readonly info: RunInfo;
  readonly view: RunView;
  readonly state: State;
  /** Its process is alive, or may be. */
  readonly alive: boolean;
  /** Number of the last process that began to write to it. */
  readonly writer: number;
  /** What of its events can't be read. */
  readonly damages: readonly Damage[];
}

/**
 * Reads a run as it stands. One whose process is gone before its end shows as Crashed. Takes some seconds for
 * one whose process can't be asked.
 * @param mostTaskRuns that it may have.
 * @throws {TooManyTaskRunsError} for one with more.
 */
export async function readRun(path: string, mostTaskRuns?: number): Promise<StoredRun> {
  const info = await readRunInfo(path);
  const liveness = (await isRunnerAlive(path, info)) ? "alive" : "gone";
  return readEvents(path, info, liveness, mostTaskRuns);
}

/** Reads a run of whose process it is known whether it is alive. */
export async function readRunAs(path: string, liveness: Liveness): Promise<StoredRun> {
  return readEvents(path, await readRunInfo(path), liveness);
}

async function readEvents(
  path: string,
  info: RunInfo,
  liveness: Liveness,
  mostTaskRuns = Number.POSITIVE_INFINITY,
): Promise<StoredRun> {
  checkTaskRuns(path, info, mostTaskRuns);
  const alive = liveness !== "gone";
  const reader = new EventReader(runPaths(path).events, mostTaskRuns);
  const view = emptyRunView();
  for await (const events of reader.batches()) foldEvents(view, events);
  const { writer, damages } = reader;
  view.damages = damages.map(damageText);
  if (!alive) showCrash(view, info, lastLineOf(path, info.host.pid));
  const state = view.flowRuns.get(rootFlowRun)?.state ?? makeState("Pending");
  return { path, info, view, alive, state, writer, damages };
}

export function damageText({ line, problem, passedBy }: Damage): string {
  const rest =
    passedBy === undefined ? "What comes after it isn't shown." : "A resume went on from what was before it.";
  return `Line ${line} of the run's events.jsonl can't be read: ${problem}. ${rest}`;
}

/** Which runs are listed. */
export interface RunsWanted {
  readonly wanted?: (run: RunSummary) => boolean;
  /** The newest of them; older ones aren't read. */
  readonly most?: number | undefined;
}

export interface RunsFound {
  readonly runs: RunSummary[];
  readonly unreadable: UnreadableRun[];
  /** Of all runs in the store. */
  readonly total: number;
}

/** The runs of a store, newest first. Reads the events only of those that have not ended. */
export async function listRuns(
  base: string,
  { wanted = () => true, most = Number.POSITIVE_INFINITY }: RunsWanted = {},
): Promise<RunsFound> {
  const runs: RunSummary[] = [];
  const unreadable: UnreadableRun[] = [];
  const paths = await listRunFolders(base);
  for (const path of paths) {
    if (runs.length >= most) break;
    try {
      const run = await summarize(path);
      if (wanted(run)) runs.push(run);
    } catch (error) {
      if (!existsSync(path)) continue; // deleted meanwhile
      unreadable.push({ id: basename(path), path, error: (error as Error).message }); // fs and JSON throw errors only
    }
  }
  return { runs, unreadable, total: paths.length };
}

/** One look at a run: quick, and sometimes unsure whether its process is alive. */
export async function summarize(path: string): Promise<RunSummary> {
  const info = await readRunInfo(path);
  const { state, tasks } = info;
  if (state !== undefined && tasks !== undefined) return summaryOf(path, info, { state, tasks });
  const liveness = await new RunnerWatch(path).look(info);
  const { view, state: shown } = await readEvents(path, info, liveness, mostShown);
  return summaryOf(path, info, {
    state: shown,
    ended: view.flowRuns.get(rootFlowRun)?.ended,
    tasks: countTasks(currentTaskRuns(view)),
    liveness,
    damages: view.damages,
  });
}

/** What a list shows of a run that stands so. */
export function summaryOf(
  path: string,
  info: RunInfo,
  now: Pick<RunSummary, "state" | "tasks"> &
    Partial<Pick<RunSummary, "ended" | "damages">> & { readonly liveness?: Liveness },
): RunSummary {
  const { id, name, flow, started, attempt, parameters, file, session, host } = info;
  return {
    id,
    name,
    flow,
    ...(info.tags === undefined ? {} : { tags: info.tags }),
    ...(info.part === undefined ? {} : { part: info.part }),
    state: now.state,
    started,
    ended: info.ended ?? now.ended,
    attempt,
    tasks: now.tasks,
    parameters,
    file,
    session,
    host: host.name,
    container: host.container,
    path,
    ...(now.liveness === "unsure" ? { unsure: true } : {}),
    ...(now.damages === undefined || now.damages.length === 0 ? {} : { damages: now.damages }),
  };
}

/**
 * Shows in the view what nobody was left to write: the run and whatever ran in it crashed. Where it did end,
 * and only the events that say so can't be read, it shows that.
 * @param lastLine of what the process said before it was gone, where that was kept.
 */
export function showCrash(view: RunView, info: RunInfo, lastLine?: string): void {
  const root = view.flowRuns.get(rootFlowRun);
  if (root !== undefined && hasEnded(root.state)) return;
  const { name, flow, started, state, host } = info;
  const where = host.container ? "in the container" : "on";
  const end =
    state ??
    makeState(
      "Crashed",
      `The run's process ${host.pid} ${where} ${host.name} is gone.${lastLine === undefined ? "" : ` It last said: '${lastLine}'.`} 'millrace resume ${info.id}' goes on from there.`,
    );
  for (const run of view.flowRuns.values()) {
    if (!hasEnded(run.state)) run.state = end;
  }
  const shown = root ?? addFlowRun(view, { id: rootFlowRun, name, flow, created: started });
  shown.state = end;
  shown.ended ??= info.ended;
  for (const task of view.taskRuns.values()) {
    if (task.state.type !== "RUNNING" && task.state.type !== "CANCELLING") continue;
    task.state =
      state === undefined
        ? crashedWithRun()
        : makeState("Crashed", "How the task ended can't be read: the run's events are damaged.");
    const last = task.attempts.at(-1);
    if (last !== undefined) last.state = task.state;
  }
}
