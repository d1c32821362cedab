import type { StateName } from "../../runtime/events/states.ts";

/** What a node of the graph is in: a state of the run, or that it has none (yet). */
export type Status = StateName | "Planned" | "NotRun";

const texts: Record<Status, string> = {
  Scheduled: "Scheduled",
  Pending: "Pending",
  NotReady: "Not ready",
  Running: "Running",
  AwaitingRetry: "Awaiting retry",
  Retrying: "Retrying",
  Completed: "Completed",
  Cached: "Cached",
  Failed: "Failed",
  TimedOut: "Timed out",
  Crashed: "Crashed",
  Cancelling: "Cancelling",
  Cancelled: "Cancelled",
  Planned: "Planned",
  NotRun: "Not run",
};

export function statusText(status: Status): string {
  return texts[status];
}

export function isRunning(status: Status): boolean {
  return status === "Running" || status === "Retrying" || status === "Cancelling";
}

/** What many runs amount to: the first of these that any of them is in. */
const gravest: readonly Status[] = [
  "Crashed",
  "Failed",
  "TimedOut",
  "Cancelling",
  "Retrying",
  "Running",
  "AwaitingRetry",
  "Cancelled",
  "NotReady",
];

/** The status of a group: what went wrong in it before what runs, and what runs before what is done. */
export function groupStatus(counts: ReadonlyMap<Status, number>): Status {
  for (const status of gravest) if (counts.has(status)) return status;
  const done = counts.has("Completed") || counts.has("Cached");
  const open = counts.has("Pending") || counts.has("Scheduled");
  if (open) return done ? "Running" : "Pending";
  if (counts.has("Planned")) return done ? "Running" : "Planned";
  if (counts.has("Completed")) return "Completed";
  if (counts.has("Cached")) return "Cached";
  return counts.has("NotRun") ? "NotRun" : "Planned";
}
