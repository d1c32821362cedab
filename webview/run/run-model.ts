import type { FlowGraph } from "../../runtime/events/flow-graph.ts";
import { LogLines } from "../../runtime/events/log-lines.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import { emptyRunView, foldEvents, type RunView } from "../../runtime/events/run-view.ts";
import { viewFromJson } from "../../runtime/events/run-view-json.ts";
import type { RunHeader, Snapshot } from "../contract.ts";
import { LogBuffer } from "../logs/log-buffer.ts";

/** What changed since it was last asked. Ids are those of task runs, flow runs and resources. */
export interface RunChanges {
  /** Another run, or a whole new picture of this one. */
  everything: boolean;
  /** Runs or resources were added. */
  structure: boolean;
  artifacts: boolean;
  logs: boolean;
  readonly ids: Set<string>;
}

const logCapacity = 100_000;

/** The run as the page knows it: a snapshot and the events after it, folded by the runtime's own reducer. */
export class RunModel {
  header: RunHeader | undefined;
  plan: FlowGraph | undefined;
  view: RunView = emptyRunView();
  logs = new LogBuffer(logCapacity);
  logsLeftOut = 0;
  #logLines = new LogLines();
  #changes = noChanges();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Whether only a plan is shown. */
  get isPreview(): boolean {
    return !this.view.flowRuns.has(rootFlowRun);
  }

  load(snapshot: Snapshot): void {
    this.header = snapshot.run;
    this.plan = snapshot.plan;
    this.view = viewFromJson(snapshot.view);
    this.logs = new LogBuffer(logCapacity);
    this.logsLeftOut = snapshot.logsLeftOut;
    for (const line of snapshot.logs) this.logs.push(line);
    this.#logLines = new LogLines();
    this.#logLines.lines(namesOf(this.view));
    this.#changes.everything = true;
    this.#changed();
  }

  clear(): void {
    this.header = undefined;
    this.plan = undefined;
    this.view = emptyRunView();
    this.logs = new LogBuffer(logCapacity);
    this.logsLeftOut = 0;
    this.#changes.everything = true;
    this.#changed();
  }

  apply(events: readonly RunEvent[]): void {
    const fresh = events.filter((event) => event.seq > this.view.seq);
    if (fresh.length === 0) return;
    foldEvents(this.view, fresh);
    for (const line of this.#logLines.lines(fresh)) {
      this.logs.push(line);
      this.#changes.logs = true;
    }
    for (const event of fresh) noteChange(this.#changes, event);
    this.#changed();
  }

  takeChanges(): RunChanges {
    const changes = this.#changes;
    this.#changes = noChanges();
    return changes;
  }
}

function noChanges(): RunChanges {
  return { everything: false, structure: false, artifacts: false, logs: false, ids: new Set() };
}

function noteChange(changes: RunChanges, event: RunEvent): void {
  switch (event.type) {
    case "run-started":
      changes.everything = true;
      return;
    case "flow-run-created":
      changes.structure = true;
      changes.ids.add(event.flowRun);
      return;
    case "flow-run-state":
      changes.ids.add(event.flowRun);
      return;
    case "task-run-created":
      changes.structure = true;
      changes.ids.add(event.taskRun);
      return;
    case "map-created":
      changes.structure = true;
      changes.ids.add(event.map);
      return;
    case "map-state":
      changes.ids.add(event.map);
      return;
    case "task-run-adopted":
    case "task-run-state":
    case "progress":
      changes.ids.add(event.taskRun);
      return;
    case "resource-created":
      changes.structure = true;
      changes.ids.add(event.resource);
      return;
    case "resource-state":
      changes.ids.add(event.resource);
      return;
    case "artifact":
      changes.artifacts = true;
      changes.ids.add(event.taskRun ?? event.flowRun);
      return;
    case "cancel-requested":
      changes.ids.add(rootFlowRun);
      return;
    case "log":
      return;
    default:
      // A newer writer's event: this page shows what it knows.
      event satisfies never;
  }
}

/** Events that tell a LogLines the names of the flow runs that there are. */
function namesOf(view: RunView): RunEvent[] {
  const at = { seq: 0, time: 0 };
  return [...view.flowRuns.values()].map((run) =>
    run.parent === undefined
      ? {
          ...at,
          type: "run-started",
          attempt: 1,
          flow: run.flow,
          runName: run.name,
          threads: 0,
          parameters: {},
        }
      : {
          ...at,
          type: "flow-run-created",
          flowRun: run.id,
          name: run.name,
          flow: run.flow,
          parent: run.parent,
        },
  );
}
