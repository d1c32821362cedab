import type { FlowGraph } from "../../runtime/events/flow-graph.ts";
import type { RunInfo } from "../../runtime/store/run-info.ts";
import type { RunHeader } from "../../webview/contract.ts";

/** A flow that is about to run: what the panel shows before there is a run. */
export interface PlannedRun {
  readonly flow: string;
  readonly file: string;
  readonly parameters: { readonly [name: string]: unknown };
  readonly session: string;
  readonly plan: FlowGraph | undefined;
}

export function headerOfRun(info: RunInfo, alive: boolean): RunHeader {
  const { id, name, flow, file, parameters, session, host } = info;
  return { id, name, flow, file, parameters, session, host: host.name, container: host.container, alive };
}

export function headerOfPlan({ flow, file, parameters, session }: PlannedRun): RunHeader {
  return {
    id: undefined,
    name: "",
    flow,
    file,
    parameters,
    session,
    host: "",
    container: false,
    alive: false,
  };
}
