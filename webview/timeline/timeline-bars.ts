import type { RunView, TaskRunView } from "../../runtime/events/run-view.ts";
import { hasEnded } from "../../runtime/events/states.ts";
import type { Status } from "../state/status.ts";

/** A stretch of a row, in milliseconds since 1970. An open end reaches to now. */
export interface Bar {
  readonly kind: "waiting" | "running" | "resource";
  readonly status: Status;
  readonly from: number;
  readonly to: number | undefined;
  readonly run: string;
  readonly name: string;
  readonly thread: number | undefined;
}

export interface TimelineRow {
  readonly id: string;
  readonly label: string;
  readonly bars: readonly Bar[];
}

/** A row for each task run that was created in this attempt of the run, in the order in which they started. */
export function rowsByTask(view: RunView): TimelineRow[] {
  const runs = [...view.taskRuns.values()].filter((run) => run.runAttempt === view.attempt);
  const start = (run: TaskRunView) => run.attempts[0]?.started ?? Number.POSITIVE_INFINITY;
  runs.sort((a, b) => start(a) - start(b) || a.created - b.created);
  return runs.map((run) => ({ id: run.id, label: run.name, bars: barsOf(run) }));
}

/** A row for each worker thread, with what ran on it. */
export function rowsByThread(view: RunView): TimelineRow[] {
  const threads = new Map<number, Bar[]>();
  for (const run of view.taskRuns.values()) {
    for (const bar of barsOf(run)) {
      if (bar.kind !== "running" || bar.thread === undefined) continue;
      const bars = threads.get(bar.thread);
      if (bars === undefined) threads.set(bar.thread, [bar]);
      else bars.push(bar);
    }
  }
  return [...threads]
    .sort(([a], [b]) => a - b)
    .map(([thread, bars]) => ({
      id: `thread ${thread}`,
      label: `Thread ${thread}`,
      bars: bars.sort((a, b) => a.from - b.from),
    }));
}

/** Waiting and running apart: from its creation to the first try, each try, and the pauses between them. */
function barsOf(run: TaskRunView): Bar[] {
  const bars: Bar[] = [];
  const bar = (kind: Bar["kind"], status: Status, from: number, to: number | undefined, thread?: number) => {
    bars.push({ kind, status, from, to, run: run.id, name: run.name, thread });
  };
  let since = run.created;
  for (const attempt of run.attempts) {
    // A resume keeps earlier tries, which began before this creation.
    if (attempt.started > since) bar("waiting", "Pending", since, attempt.started);
    bar("running", attempt.state.name, attempt.started, attempt.ended, attempt.thread);
    since = attempt.ended ?? attempt.started;
  }
  const last = run.attempts.at(-1);
  if (last === undefined && !hasEnded(run.state)) bar("waiting", run.state.name, run.created, undefined);
  else if (last === undefined) bar("waiting", run.state.name, run.created, run.ended ?? run.created);
  else if (last.ended !== undefined && !hasEnded(run.state))
    bar("waiting", run.state.name, last.ended, undefined);
  return bars;
}

/** First and last moment of the rows. */
export function timeSpan(rows: readonly TimelineRow[], now: number): readonly [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { bars } of rows) {
    for (const { from, to } of bars) {
      first = Math.min(first, from);
      last = Math.max(last, to ?? now);
    }
  }
  return first <= last ? [first, Math.max(last, first + 1)] : [now, now + 1];
}
