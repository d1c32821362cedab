import type { TaskRunView } from "../../events/run-view.ts";
import { hasEnded, type StateName } from "../../events/states.ts";

/** One task run, or all runs of one `.map` call. */
export type Row =
  | { readonly kind: "run"; readonly run: TaskRunView }
  | { readonly kind: "map"; readonly runs: readonly [TaskRunView, TaskRunView, ...TaskRunView[]] };

/** The task runs with those of one `.map` call as one row, where its first is. */
export function mappedRows(runs: readonly TaskRunView[]): Row[] {
  const groups = new Map<string, TaskRunView[]>();
  for (const run of runs) {
    if (run.mapped === undefined) continue;
    const group = groups.get(run.mapped.group);
    if (group === undefined) groups.set(run.mapped.group, [run]);
    else group.push(run);
  }
  return runs.flatMap((run): Row[] => {
    const group = run.mapped && groups.get(run.mapped.group);
    if (group === undefined || group.length < 2) return [{ kind: "run", run }];
    if (group[0] !== run) return [];
    const [first, second, ...rest] = group; // once: it is a copy
    return first === undefined || second === undefined
      ? []
      : [{ kind: "map", runs: [first, second, ...rest] }];
  });
}

/** What stands for the state of several: one that needs looking at before one that goes on, before one that is over. */
export function tellingRun(runs: readonly [TaskRunView, ...TaskRunView[]]): TaskRunView {
  const rank = ({ state }: TaskRunView) => {
    if (state.type === "FAILED" || state.type === "CRASHED") return 0;
    if (!hasEnded(state)) return state.type === "RUNNING" ? 1 : 2;
    return state.type === "COMPLETED" ? 4 : 3;
  };
  return runs.reduce((most, run) => (rank(run) < rank(most) ? run : most));
}

/** `1,998 Completed, 2 Failed`, the most first. */
export function stateCounts(runs: readonly TaskRunView[]): string {
  const counts = new Map<StateName, number>();
  for (const { state } of runs) counts.set(state.name, (counts.get(state.name) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

/** Names of runs, with those of one `.map` call in one: `Double × 2000`. */
export function namesOfRuns(
  ids: readonly string[],
  runOf: (
    id: string,
  ) => { readonly task?: string; readonly mapped?: { readonly group: string } | undefined } | undefined,
  nameOf: (id: string) => string = (id) => id,
): string[] {
  const groups = new Map<string, Set<string>>();
  for (const id of ids) {
    const group = runOf(id)?.mapped?.group ?? `one ${id}`;
    const known = groups.get(group);
    if (known === undefined) groups.set(group, new Set([id]));
    else known.add(id);
  }
  return [...groups.values()].map((group) => {
    const [first = ""] = group;
    return group.size === 1 ? nameOf(first) : `${runOf(first)?.task ?? ""} × ${group.size}`;
  });
}
