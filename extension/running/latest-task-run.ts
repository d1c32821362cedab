import type { TaskRunView } from "../../runtime/events/run-view.ts";

/** Of a task's runs the one that ended last, or the last one made where none has. */
export function latestRunOf(taskRuns: readonly TaskRunView[], task: string): TaskRunView | undefined {
  const own = taskRuns.filter((run) => run.task === task);
  const ended = own.filter((run) => run.ended !== undefined).sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0));
  return ended.at(-1) ?? own.at(-1);
}
