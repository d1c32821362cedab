import type { RunView, TaskRunView } from "../../runtime/events/run-view.ts";
import { formatDuration, formatElapsed } from "../format/durations.ts";
import { formatCount } from "../format/values.ts";
import { groupStatus, isRunning, type Status, statusText } from "../state/status.ts";
import { statusOfRun } from "./run-items.ts";
import { mapPrefix, type VisibleNode } from "./visible-graph.ts";

/** What a node says of its state. */
export interface Caption {
  readonly status: Status;
  /** The line under the name. */
  readonly text: string;
  /** Changes by itself as time passes. */
  readonly ticking: boolean;
  /** Of a group: the shares of its runs, from 0 to 1. Of a running task: its progress as `done`. */
  readonly shares: Shares | undefined;
}

export interface Shares {
  readonly done: number;
  readonly failed: number;
  readonly running: number;
}

export function captionOf(view: RunView, node: VisibleNode, now: number): Caption {
  if (node.kind === "task") return taskCaption(view, node.id, now);
  if (node.kind === "mapped" && node.runs.length === 0) return openMapCaption(view, node);
  const counts = countStatuses(view, node.runs);
  const flow = view.flowRuns.get(node.id);
  const status =
    node.kind === "flow" && flow !== undefined ? statusOfRun(view, node.id) : groupStatus(counts);
  const total = node.runs.length;
  const done = (counts.get("Completed") ?? 0) + (counts.get("Cached") ?? 0);
  const failed = (counts.get("Failed") ?? 0) + (counts.get("TimedOut") ?? 0) + (counts.get("Crashed") ?? 0);
  const running = (counts.get("Running") ?? 0) + (counts.get("Retrying") ?? 0);
  const tasks = total === 1 ? "task run" : "task runs";
  const parts =
    status === "Planned" || status === "NotRun"
      ? [statusText(status), `${formatCount(total)} ${tasks}`]
      : [statusText(status), `${formatCount(done)} of ${formatCount(total)} done`];
  if (failed > 0) parts.push(`${formatCount(failed)} failed`);
  else if (running > 0) parts.push(`${formatCount(running)} running`);
  else if (flow?.started !== undefined && flow.ended !== undefined) {
    parts.push(formatDuration(flow.ended - flow.started));
  }
  return {
    status,
    text: parts.join(" · "),
    ticking: false,
    shares:
      total === 0 ? undefined : { done: done / total, failed: failed / total, running: running / total },
  };
}

/** A map that has no task runs: how many it will have isn't known yet, or there are none. */
function openMapCaption(view: RunView, node: VisibleNode): Caption {
  const id = node.id.slice(mapPrefix.length);
  const status = statusOfRun(view, id);
  const isKnown = view.maps.get(id)?.count !== undefined;
  const text = `${statusText(status)} · ${isKnown ? "no items" : "one task run for each item"}`;
  return { status, text, ticking: false, shares: undefined };
}

function taskCaption(view: RunView, id: string, now: number): Caption {
  const status = statusOfRun(view, id);
  const run = view.taskRuns.get(id);
  const text = statusText(status);
  if (run === undefined || status === "Planned" || status === "NotRun") {
    return { status, text, ticking: false, shares: undefined };
  }
  if (isRunning(status)) {
    const { progress } = run;
    const share = progress?.total ? Math.min(1, progress.done / progress.total) : undefined;
    const parts = [text, formatElapsed(now - startOf(run))];
    if (share !== undefined) parts.push(`${Math.floor(share * 100)} %`);
    else if (progress !== undefined) parts.push(progress.message ?? formatCount(progress.done));
    return {
      status,
      text: parts.join(" · "),
      ticking: true,
      shares: share === undefined ? undefined : { done: share, failed: 0, running: 0 },
    };
  }
  if (status === "AwaitingRetry" && run.due !== undefined) {
    return {
      status,
      text: `${text} · ${run.due > now ? `in ${formatElapsed(run.due - now + 999)}` : "now"}`,
      ticking: true,
      shares: undefined,
    };
  }
  const spent = timeSpent(run);
  return {
    status,
    text: spent === undefined ? text : `${text} · ${formatDuration(spent)}`,
    ticking: false,
    shares: undefined,
  };
}

export function countStatuses(view: RunView, runs: readonly string[]): Map<Status, number> {
  const counts = new Map<Status, number>();
  for (const id of runs) {
    const status = statusOfRun(view, id);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

/** From the first try's start to the end, milliseconds; undefined if it never ran or still runs. */
export function timeSpent(run: TaskRunView): number | undefined {
  const [first] = run.attempts;
  return first === undefined || run.ended === undefined ? undefined : run.ended - first.started;
}

function startOf(run: TaskRunView): number {
  return run.attempts.at(-1)?.started ?? run.created;
}
