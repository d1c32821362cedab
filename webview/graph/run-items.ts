import type { FlowGraph } from "../../runtime/events/flow-graph.ts";
import type { Upstream } from "../../runtime/events/run-event.ts";
import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import type { RunView } from "../../runtime/events/run-view.ts";
import { hasEnded } from "../../runtime/events/states.ts";
import type { Status } from "../state/status.ts";

/** A task run, a map whose task runs may not be known yet, or a subflow run of the graph, from the plan, the run, or both. */
export interface RunItem {
  readonly id: string;
  readonly kind: "task" | "map" | "flow";
  readonly name: string;
  /** The task's name, or the flow's. */
  readonly of: string;
  /** The flow run that it is in. */
  readonly parent: string;
  readonly mapped: { readonly group: string; readonly index: number } | undefined;
  readonly upstream: readonly Upstream[];
}

export interface ResourceItem {
  readonly id: string;
  readonly name: string;
  readonly flowRun: string;
  /** The task and flow runs that were given it. */
  readonly holds: readonly string[];
}

export interface RunItems {
  /** By id: the plan's in the plan's order, then what the run added. */
  readonly items: ReadonlyMap<string, RunItem>;
  readonly resources: readonly ResourceItem[];
}

/** All there is to draw: the plan as far as there is one, and what the run made of it. */
export function collectItems(plan: FlowGraph | undefined, view: RunView): RunItems {
  const items = new Map<string, RunItem>();
  const resources = new Map<string, { id: string; name: string; flowRun: string; holds: Set<string> }>();
  for (const node of plan?.nodes ?? []) {
    const parent = node.parent ?? rootFlowRun;
    if (node.kind === "resource") {
      resources.set(node.id, { id: node.id, name: node.name, flowRun: parent, holds: new Set() });
    } else {
      items.set(node.id, {
        id: node.id,
        kind: node.kind,
        name: node.name,
        of: node.task ?? node.name,
        parent,
        mapped: node.mapped,
        upstream: [],
      });
    }
  }
  const upstream = new Map<string, Upstream[]>();
  for (const { from, to, argument, allowFailure } of plan?.edges ?? []) {
    const resource = resources.get(from);
    if (resource !== undefined) resource.holds.add(to);
    else {
      const list = upstream.get(to) ?? [];
      list.push({
        run: from,
        ...(argument === undefined ? {} : { argument }),
        ...(allowFailure === undefined ? {} : { allowFailure }),
      });
      upstream.set(to, list);
    }
  }
  for (const [id, list] of upstream) {
    const item = items.get(id);
    if (item !== undefined) items.set(id, { ...item, upstream: list });
  }
  for (const resource of view.resources.values()) {
    const planned = resources.get(resource.id);
    const { id, name, flowRun } = resource;
    resources.set(id, { id, name, flowRun, holds: planned?.holds ?? new Set() });
  }
  for (const item of runItems(view)) items.set(item.id, item);
  for (const run of view.taskRuns.values()) {
    for (const id of run.resources) resources.get(id)?.holds.add(run.id);
  }
  return {
    items,
    resources: [...resources.values()].map((resource) => ({ ...resource, holds: [...resource.holds] })),
  };
}

/** The runs in the order in which they were created. */
function runItems(view: RunView): RunItem[] {
  const tasks = [...view.taskRuns.values()].map((run): [number, RunItem] => [
    run.created,
    {
      id: run.id,
      kind: "task",
      name: run.name,
      of: run.task,
      parent: run.flowRun,
      mapped: run.mapped,
      upstream: run.upstream,
    },
  ]);
  const flows = [...view.flowRuns.values()].flatMap((run): [number, RunItem][] =>
    run.parent === undefined
      ? []
      : [
          [
            run.created,
            {
              id: run.id,
              kind: "flow",
              name: run.name,
              of: run.flow,
              parent: run.parent,
              mapped: undefined,
              upstream: run.upstream,
            },
          ],
        ],
  );
  const maps = [...view.maps.values()].map((map): [number, RunItem] => [
    map.created,
    {
      id: map.id,
      kind: "map",
      name: map.name,
      of: map.task,
      parent: map.flowRun,
      mapped: undefined,
      upstream: map.upstream,
    },
  ]);
  // Tasks are in order already: without others there is nothing to sort.
  const all = [...tasks, ...maps, ...flows];
  if (maps.length + flows.length > 0) all.sort(([a], [b]) => a - b);
  return all.map(([, item]) => item);
}

/** The status of a task or flow run; one that the run has not come to (again) is planned. */
export function statusOfRun(view: RunView, id: string): Status {
  const run = view.taskRuns.get(id) ?? view.flowRuns.get(id) ?? view.maps.get(id);
  if (run !== undefined && run.runAttempt === view.attempt) return run.state.name;
  const root = view.flowRuns.get(rootFlowRun);
  return root !== undefined && hasEnded(root.state) ? "NotRun" : "Planned";
}
