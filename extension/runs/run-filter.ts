import type { RunSummary } from "../../runtime/events/run-summary.ts";
import type { StateType } from "../../runtime/events/states.ts";

/** Which runs are shown; an empty list takes all. */
export interface RunFilter {
  readonly flows: readonly string[];
  readonly states: readonly StateType[];
}

export const everyRun: RunFilter = { flows: [], states: [] };

export function isFiltering({ flows, states }: RunFilter): boolean {
  return flows.length > 0 || states.length > 0;
}

export function filterRuns<Run extends Pick<RunSummary, "flow" | "state">>(
  runs: readonly Run[],
  { flows, states }: RunFilter,
): Run[] {
  return runs.filter(
    ({ flow, state }) =>
      (flows.length === 0 || flows.includes(flow)) && (states.length === 0 || states.includes(state.type)),
  );
}

/** The filter in a few words: `failed, crashed · Cities`. */
export function filterText({ flows, states }: RunFilter): string {
  return [states.map((state) => state.toLowerCase()).join(", "), flows.join(", ")]
    .filter((part) => part !== "")
    .join(" · ");
}
