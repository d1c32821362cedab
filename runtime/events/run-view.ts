import type { ErrorReport, SourceLocation } from "../errors/error-report.ts";
import { crashedWithRun } from "./crash.ts";
import type { ContentDigest, ResourceStateName, ResultRef, RunEvent, Upstream } from "./run-event.ts";
import { rootFlowRun } from "./run-ids.ts";
import { hasEnded, makeState, type State } from "./states.ts";

/** One try of a task run, from its Running to what ended it. Times in milliseconds since 1970. */
export interface AttemptView {
  readonly attempt: number;
  readonly thread: number | undefined;
  readonly started: number;
  ended: number | undefined;
  state: State;
  error: ErrorReport | undefined;
}

/** What a task run came to when it last completed: what a resume can take. */
export interface Completion {
  /** Of the event that said so: no other execution has it. */
  readonly seq: number;
  readonly state: State;
  readonly result: ResultRef;
  readonly inputs: string;
  readonly code: string | undefined;
  readonly used: string | undefined;
  /** Milliseconds since 1970. */
  readonly ended: number;
}

export interface TaskRunView {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly flowRun: string;
  readonly upstream: readonly Upstream[];
  readonly resources: readonly string[];
  readonly tags: readonly string[];
  readonly mapped: { readonly group: string; readonly index: number } | undefined;
  readonly source: SourceLocation | undefined;
  readonly inputs: string;
  readonly code: string | undefined;
  readonly arguments: readonly string[];
  readonly created: number;
  /** The run's attempt that created it last; one of an earlier attempt is no longer part of the run. */
  runAttempt: number;
  adopted: boolean;
  /** Its last completion, in this attempt or an earlier one, unless it has begun to run again. */
  completion: Completion | undefined;
  state: State;
  attempts: AttemptView[];
  due: number | undefined;
  ended: number | undefined;
  /** `seq` of the event that ended it: what ended first is told by this, never by a clock. */
  endedSeq: number | undefined;
  error: ErrorReport | undefined;
  result: ResultRef | undefined;
  progress:
    | { readonly done: number; readonly total: number | undefined; readonly message: string | undefined }
    | undefined;
}

/** A `.map` call over what wasn't there yet when it was called. */
export interface MapView {
  readonly id: string;
  readonly name: string;
  readonly task: string;
  readonly flowRun: string;
  readonly upstream: readonly Upstream[];
  readonly resources: readonly string[];
  readonly created: number;
  runAttempt: number;
  state: State;
  /** How many task runs it has; undefined until that is known. */
  count: number | undefined;
  error: ErrorReport | undefined;
}

export interface FlowRunView {
  readonly id: string;
  readonly name: string;
  readonly flow: string;
  readonly parent: string | undefined;
  readonly upstream: readonly Upstream[];
  readonly created: number;
  runAttempt: number;
  state: State;
  started: number | undefined;
  ended: number | undefined;
  /** `seq` of the event that ended it. */
  endedSeq: number | undefined;
  error: ErrorReport | undefined;
  result: ResultRef | undefined;
}

export interface ResourceView {
  readonly id: string;
  readonly name: string;
  readonly flowRun: string;
  readonly created: number;
  state: ResourceStateName;
  opened: number | undefined;
  closed: number | undefined;
  error: ErrorReport | undefined;
}

export interface ArtifactView {
  readonly key: string;
  readonly kind: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly file: string;
  readonly digest: ContentDigest | undefined;
  readonly flowRun: string;
  readonly taskRun: string | undefined;
  readonly time: number;
}

/**
 * A run as its events so far tell it. Log lines are not in it: there may be millions of them, and whoever
 * shows them reads them from the events.
 */
export interface RunView {
  /** Of the last event folded in; 0 before the first. */
  seq: number;
  attempt: number;
  threads: number;
  cancelRequested: boolean;
  /** By id, in the order of creation. Holds the run's own flow run under {@link rootFlowRun}. */
  readonly flowRuns: Map<string, FlowRunView>;
  readonly taskRuns: Map<string, TaskRunView>;
  readonly maps: Map<string, MapView>;
  readonly resources: Map<string, ResourceView>;
  /** The latest of each key. */
  readonly artifacts: Map<string, ArtifactView>;
  logLines: number;
  /** What of the run's events can't be read, a sentence each, and isn't in the view; set by who reads them. */
  damages: readonly string[];
}

export function emptyRunView(): RunView {
  return {
    seq: 0,
    attempt: 0,
    threads: 0,
    cancelRequested: false,
    flowRuns: new Map(),
    taskRuns: new Map(),
    maps: new Map(),
    resources: new Map(),
    artifacts: new Map(),
    logLines: 0,
    damages: [],
  };
}

/** The task runs that belong to the latest attempt. */
export function currentTaskRuns(view: RunView): TaskRunView[] {
  return [...view.taskRuns.values()].filter((run) => run.runAttempt === view.attempt);
}

/**
 * Folds events into a view: the same events give the same view wherever they are folded. The view is
 * updated in place and returned, so that ten thousand tasks fold in linear time; keep the returned one only.
 * Events that it has seen already (`seq` not above the view's) change nothing.
 */
export function foldEvents(view: RunView, events: Iterable<RunEvent>): RunView {
  for (const event of events) {
    if (event.seq <= view.seq) continue;
    view.seq = event.seq;
    fold(view, event);
  }
  return view;
}

function fold(view: RunView, event: RunEvent): void {
  switch (event.type) {
    case "run-started":
      view.attempt = event.attempt;
      view.threads = event.threads;
      view.cancelRequested = false;
      view.resources.clear();
      endOpenAttempts(view, event.time);
      addFlowRun(view, {
        id: rootFlowRun,
        name: event.runName,
        flow: event.flow,
        created: view.flowRuns.get(rootFlowRun)?.created ?? event.time,
      });
      return;
    case "flow-run-created":
      addFlowRun(view, {
        id: event.flowRun,
        name: event.name,
        flow: event.flow,
        parent: event.parent,
        ...(event.upstream && { upstream: event.upstream }),
        created: event.time,
      });
      return;
    case "flow-run-state": {
      const run = view.flowRuns.get(event.flowRun);
      if (run === undefined) return;
      run.state = event.state;
      if (event.state.type === "RUNNING") run.started ??= event.time;
      if (hasEnded(event.state)) {
        run.ended = event.time;
        run.endedSeq = event.seq;
      }
      run.error = event.error ?? run.error;
      run.result = event.result ?? run.result;
      return;
    }
    case "task-run-created": {
      const earlier = view.taskRuns.get(event.taskRun);
      if (event.adopted && earlier !== undefined) {
        adopt(view, earlier);
        return;
      }
      view.taskRuns.set(event.taskRun, {
        id: event.taskRun,
        name: event.name,
        task: event.task,
        flowRun: event.flowRun,
        upstream: event.upstream ?? [],
        resources: event.resources ?? [],
        tags: event.tags ?? [],
        mapped: event.mapped,
        source: event.source,
        inputs: event.inputs,
        code: event.code,
        arguments: event.arguments ?? [],
        created: event.time,
        runAttempt: view.attempt,
        adopted: false,
        completion: event.again ? undefined : earlier?.completion,
        state: makeState("Pending"),
        attempts: earlier?.attempts ?? [],
        due: undefined,
        ended: undefined,
        endedSeq: undefined,
        error: undefined,
        result: undefined,
        progress: undefined,
      });
      return;
    }
    case "map-created":
      view.maps.set(event.map, {
        id: event.map,
        name: event.name,
        task: event.task,
        flowRun: event.flowRun,
        upstream: event.upstream ?? [],
        resources: event.resources ?? [],
        created: event.time,
        runAttempt: view.attempt,
        state: makeState("Pending"),
        count: undefined,
        error: undefined,
      });
      return;
    case "map-state": {
      const map = view.maps.get(event.map);
      if (map === undefined) return;
      map.state = event.state;
      map.count = event.count ?? map.count;
      map.error = event.error;
      return;
    }
    case "task-run-adopted": {
      const run = view.taskRuns.get(event.taskRun);
      if (run !== undefined) adopt(view, run);
      return;
    }
    case "task-run-state":
      foldTaskState(view, event);
      return;
    case "resource-created":
      view.resources.set(event.resource, {
        id: event.resource,
        name: event.name,
        flowRun: event.flowRun,
        created: event.time,
        state: "SettingUp",
        opened: undefined,
        closed: undefined,
        error: undefined,
      });
      return;
    case "resource-state": {
      const resource = view.resources.get(event.resource);
      if (resource === undefined) return;
      resource.state = event.state;
      if (event.state === "Open") resource.opened = event.time;
      if (event.state === "Closed" || event.state === "Failed") resource.closed = event.time;
      resource.error = event.error ?? resource.error;
      return;
    }
    case "log":
      view.logLines++;
      return;
    case "artifact":
      view.artifacts.set(event.key, {
        key: event.key,
        kind: event.kind,
        title: event.title,
        description: event.description,
        file: event.file,
        digest: event.digest,
        flowRun: event.flowRun,
        taskRun: event.taskRun,
        time: event.time,
      });
      return;
    case "progress": {
      const run = view.taskRuns.get(event.taskRun);
      if (run !== undefined) run.progress = { done: event.done, total: event.total, message: event.message };
      return;
    }
    case "cancel-requested":
      view.cancelRequested = true;
      return;
    default:
      // A newer writer's event: this viewer shows what it knows.
      event satisfies never;
  }
}

/** Puts a flow run that has not begun into the view, as one of its latest attempt. */
export function addFlowRun(
  view: RunView,
  about: Pick<FlowRunView, "id" | "name" | "flow" | "created"> &
    Partial<Pick<FlowRunView, "parent" | "upstream">>,
): FlowRunView {
  const run: FlowRunView = {
    parent: undefined,
    upstream: [],
    ...about,
    runAttempt: view.attempt,
    state: makeState("Pending"),
    started: undefined,
    ended: undefined,
    endedSeq: undefined,
    error: undefined,
    result: undefined,
  };
  view.flowRuns.set(run.id, run);
  return run;
}

function foldTaskState(view: RunView, event: Extract<RunEvent, { type: "task-run-state" }>): void {
  const run = view.taskRuns.get(event.taskRun);
  if (run === undefined) return;
  run.state = event.state;
  run.due = event.due;
  if (event.state.type === "RUNNING") {
    run.attempts.push({
      attempt: event.attempt ?? run.attempts.length + 1,
      thread: event.thread,
      started: event.time,
      ended: undefined,
      state: event.state,
      error: undefined,
    });
    run.progress = undefined;
    run.completion = undefined;
    return;
  }
  const last = run.attempts.at(-1);
  if (last !== undefined && last.ended === undefined && event.state.type !== "CANCELLING") {
    last.ended = event.time;
    last.state = event.state;
    last.error = event.error;
  }
  if (hasEnded(event.state)) {
    run.ended = event.time;
    run.endedSeq = event.seq;
  }
  run.error = event.error;
  run.result = event.result;
  if (event.state.type === "COMPLETED" && event.result !== undefined) {
    run.completion = {
      seq: event.seq,
      state: event.state,
      result: event.result,
      inputs: run.inputs,
      code: run.code,
      used: event.used,
      ended: event.time,
    };
  }
}

/** A task run is again what it was when it completed, whatever attempts in between made of it. */
function adopt(view: RunView, run: TaskRunView): void {
  run.runAttempt = view.attempt;
  run.adopted = true;
  const { completion } = run;
  if (completion === undefined) return;
  run.state = completion.state;
  run.result = completion.result;
  run.ended = completion.ended;
  run.endedSeq = completion.seq;
  run.due = undefined;
  run.error = undefined;
  run.progress = undefined;
}

/** An attempt that a dead runner left open ended with the runner. */
function endOpenAttempts(view: RunView, time: number): void {
  for (const run of view.taskRuns.values()) {
    const last = run.attempts.at(-1);
    if (last === undefined || last.ended !== undefined) continue;
    last.ended = time;
    last.state = crashedWithRun();
  }
}
