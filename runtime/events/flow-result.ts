import { rootFlowRun } from "./run-ids.ts";
import type { FlowRunView, RunView } from "./run-view.ts";

/** The run's own flow run, where its body has returned something: what that was is read by it. */
export function flowWithResult(view: RunView): FlowRunView | undefined {
  const root = view.flowRuns.get(rootFlowRun);
  return root?.result === undefined || root.result.stored === "nothing" ? undefined : root;
}
