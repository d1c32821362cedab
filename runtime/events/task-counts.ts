import type { State } from "./states.ts";

/** How many task runs there are, and how many of them completed. */
export interface TaskCounts {
  readonly total: number;
  readonly completed: number;
}

export function countTasks(tasks: Iterable<{ readonly state: State }>): TaskCounts {
  let total = 0;
  let completed = 0;
  for (const { state } of tasks) {
    total++;
    if (state.type === "COMPLETED") completed++;
  }
  return { total, completed };
}
