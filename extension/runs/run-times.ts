import type { RunSummary } from "../../runtime/events/run-summary.ts";

type Times = Pick<RunSummary, "started" | "ended" | "state" | "tasks" | "name" | "unsure">;

/** `0.8 s`, `12 s`, `3 m 05 s`, `2 h 10 m`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
}

/** `14:03 · 12 s`, or what a run that is going on has done so far: `14:03 · 3/9 tasks`. */
export function runTimes(run: Times, now: number, locale?: string): string {
  const clock = new Date(run.started).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  if (run.ended !== undefined) return `${clock} · ${duration(run.ended - run.started)}`;
  if (run.state.type === "CRASHED") return clock;
  const { completed, total } = run.tasks;
  const end = run.unsure ? " · may be gone" : "";
  return `${clock} · ${completed}/${total} tasks · ${duration(now - run.started)}${end}`;
}

/** How long ago, roughly: `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(time: number, now: number): string {
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** A flow's last run, for the line above it: `Completed 5 min ago`, `Running 3/9`. */
export function lensText(run: Times, now: number): string {
  if (run.ended !== undefined) return `${run.state.name} ${ago(run.ended, now)}`;
  if (run.state.type === "CRASHED") return run.state.name;
  return `${run.state.name} ${run.tasks.completed}/${run.tasks.total}`;
}

/** The day of a time as a heading: `Today`, `Yesterday`, `Friday, 13 November 2026`. */
export function dayOf(time: number, now: number, locale?: string): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (time >= midnight) return "Today";
  if (time >= new Date(midnight).setDate(new Date(midnight).getDate() - 1)) return "Yesterday";
  return new Date(time).toLocaleDateString(locale, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  });
}
