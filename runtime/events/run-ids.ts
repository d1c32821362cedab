declare const kind: unique symbol;

/** The id of a flow run: the run's own, or of a subflow, such as `Clean titles-0`, in another `A-0/Clean titles-0`. */
export type FlowRunId = string & { readonly [kind]: "flow run" };

/** The id of a task run: `Similarity join-0`, in a subflow `Clean titles-0/Load-0`. */
export type TaskRunId = string & { readonly [kind]: "task run" };

/** The id of a run's own flow run; those of subflows are paths such as `Clean titles-0`. */
export const rootFlowRun = "." as FlowRunId; // ids are made here, and nowhere else

/** The id of what a flow run's body starts under a name. */
export function childOf<Id extends FlowRunId | TaskRunId>(flowRun: FlowRunId, name: string): Id {
  return (prefixOf(flowRun) + encodeRunName(name)) as Id; // whoever starts it knows what it is
}

/** The flow run that a task run or subflow is of. */
export function parentOf(id: string): FlowRunId {
  const end = id.lastIndexOf("/");
  return end < 0 ? rootFlowRun : (id.slice(0, end) as FlowRunId); // all but the last name is a flow run's id
}

/** Whether it is in a flow run, at any depth: of its body, or of a subflow's in it. */
export function isWithin(id: string, flowRun: string): boolean {
  return id !== rootFlowRun && id.startsWith(prefixOf(flowRun)) && id.length > prefixOf(flowRun).length;
}

function prefixOf(flowRun: string): string {
  return flowRun === rootFlowRun ? "" : `${flowRun}/`;
}

/** Run ids join names with `/`; a `/` inside a name is escaped. */
export function encodeRunName(name: string): string {
  return name.replaceAll("%", "%25").replaceAll("/", "%2F");
}

/** The name at the end of a run id. */
export function nameOfRun(id: string): string {
  return id
    .slice(id.lastIndexOf("/") + 1)
    .replaceAll("%2F", "/")
    .replaceAll("%25", "%");
}
