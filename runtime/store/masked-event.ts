import type { ErrorReport } from "../errors/error-report.ts";
import type { ResultRef, RunEventBody } from "../events/run-event.ts";
import type { State } from "../events/states.ts";
import { hasSecrets, mask, maskValue } from "../secrets/known-secrets.ts";

/**
 * An event without the secrets that are known by now: the one place that all events of a run pass. What a program
 * reads stays as it is (ids, files, digests, results' bytes and handles); what people read is masked.
 */
export function maskedEvent(event: RunEventBody): RunEventBody {
  if (!hasSecrets()) return event;
  switch (event.type) {
    case "run-started":
      return { ...event, parameters: maskValue(event.parameters) };
    case "flow-run-created":
    case "map-created":
      return event.upstream === undefined ? event : { ...event, upstream: maskedEdges(event.upstream) };
    case "flow-run-state":
    case "task-run-state":
      return {
        ...event,
        state: maskedState(event.state),
        ...(event.error === undefined ? {} : { error: maskedError(event.error) }),
        ...(event.result === undefined ? {} : { result: maskedResult(event.result) }),
      };
    case "task-run-created":
      return {
        ...event,
        ...(event.upstream === undefined ? {} : { upstream: maskedEdges(event.upstream) }),
        ...(event.tags === undefined ? {} : { tags: event.tags.map(mask) }),
        ...(event.arguments === undefined ? {} : { arguments: event.arguments.map(mask) }),
      };
    case "map-state":
      return {
        ...event,
        state: maskedState(event.state),
        ...(event.error === undefined ? {} : { error: maskedError(event.error) }),
      };
    case "resource-state":
      return event.error === undefined ? event : { ...event, error: maskedError(event.error) };
    case "log":
      return { ...event, message: mask(event.message) };
    case "artifact":
      return {
        ...event,
        key: mask(event.key),
        title: mask(event.title),
        ...(event.description === undefined ? {} : { description: mask(event.description) }),
      };
    case "progress":
      return event.message === undefined ? event : { ...event, message: mask(event.message) };
    case "cancel-requested":
      return { ...event, reason: mask(event.reason) };
    case "task-run-adopted":
    case "resource-created":
      return event;
    default:
      return event satisfies never;
  }
}

/** Of the parts of a state only its message comes from elsewhere. */
export function maskedState(state: State): State {
  return state.message === undefined ? state : { ...state, message: mask(state.message) };
}

function maskedError({ name, message, stack, thrown, ...rest }: ErrorReport): ErrorReport {
  return {
    name: mask(name),
    message: mask(message),
    ...(stack === undefined ? {} : { stack: mask(stack) }),
    ...(thrown === undefined ? {} : { thrown: maskValue(thrown) }),
    ...rest,
  };
}

function maskedResult(result: ResultRef): ResultRef {
  return { ...result, preview: mask(result.preview) };
}

/** Where an awaited value goes is told by names of the user's own. */
function maskedEdges<Edge extends { readonly argument?: string }>(edges: readonly Edge[]): Edge[] {
  return edges.map((edge) =>
    edge.argument === undefined ? edge : { ...edge, argument: mask(edge.argument) },
  );
}
