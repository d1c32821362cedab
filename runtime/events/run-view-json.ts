import {
  type ArtifactView,
  emptyRunView,
  type FlowRunView,
  type MapView,
  type ResourceView,
  type RunView,
  type TaskRunView,
} from "./run-view.ts";

/** A RunView without Maps. */
export interface RunViewJson {
  readonly seq: number;
  readonly attempt: number;
  readonly threads: number;
  readonly cancelRequested: boolean;
  readonly logLines: number;
  readonly damages: readonly string[];
  readonly flowRuns: readonly FlowRunView[];
  readonly taskRuns: readonly TaskRunView[];
  readonly maps: readonly MapView[];
  readonly resources: readonly ResourceView[];
  readonly artifacts: readonly ArtifactView[];
}

/** A view as it came in a message, ready to fold more events into. */
export function viewFromJson(json: RunViewJson | undefined): RunView {
  if (json === undefined) return emptyRunView();
  return {
    seq: json.seq,
    attempt: json.attempt,
    threads: json.threads,
    cancelRequested: json.cancelRequested,
    logLines: json.logLines,
    damages: json.damages,
    flowRuns: new Map(json.flowRuns.map((run) => [run.id, run])),
    taskRuns: new Map(json.taskRuns.map((run) => [run.id, run])),
    maps: new Map(json.maps.map((map) => [map.id, map])),
    resources: new Map(json.resources.map((resource) => [resource.id, resource])),
    artifacts: new Map(json.artifacts.map((artifact) => [artifact.key, artifact])),
  };
}

/** A view as it goes into a message. */
export function viewToJson(view: RunView): RunViewJson {
  return {
    seq: view.seq,
    attempt: view.attempt,
    threads: view.threads,
    cancelRequested: view.cancelRequested,
    logLines: view.logLines,
    damages: view.damages,
    flowRuns: [...view.flowRuns.values()],
    taskRuns: [...view.taskRuns.values()],
    maps: [...view.maps.values()],
    resources: [...view.resources.values()],
    artifacts: [...view.artifacts.values()],
  };
}
