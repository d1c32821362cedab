import { RunFuture } from "../authoring/future.ts";
import { asError } from "../errors/read-thrown.ts";
import { formatState } from "../events/states.ts";
import type { RunNode } from "./run-node.ts";
import { NotSelectedError, type RunPart } from "./run-part.ts";

/** Thrown where a body awaits a run that did not complete. */
export class RunFailedError extends Error {
  override readonly name = "RunFailedError";
}

/** The future that a flow's body gets of a node. */
export function futureOf(
  node: RunNode,
  run: {
    readonly loadNode: (node: RunNode) => unknown;
    /** The body needs what it comes to. */
    readonly need: (node: RunNode) => void;
    readonly part: RunPart | undefined;
  },
): RunFuture<unknown> {
  return new RunFuture(node.id, {
    state: async () => {
      node.handle();
      run.need(node);
      await node.whenEnded();
      return node.state;
    },
    error: async () => {
      run.need(node);
      await node.whenEnded();
      const { failure } = node.firstFailure;
      return failure && asError(failure.error);
    },
    result: async () => {
      node.handle();
      run.need(node);
      await node.whenEnded();
      if (run.part?.isLeftOut(node))
        throw new NotSelectedError(`'${node.id}': ${node.firstFailure.state.message ?? ""}`);
      if (node.state.type !== "COMPLETED") throw runFailed(node);
      return run.loadNode(node);
    },
  });
}

/** Tells of a run that didn't complete; of one that didn't run, what failed first above it, and where. */
function runFailed(node: RunNode): RunFailedError {
  const first = node.firstFailure;
  const what = `'${node.id}' finished in state ${formatState(node.state)}`;
  if (first === node) return new RunFailedError(what, { cause: node.failure?.error });
  const place = first.failure?.report.source;
  const where = place === undefined ? "" : ` at ${place.file}:${place.line}:${place.column}`;
  return new RunFailedError(
    `'${node.id}' did not run: '${first.id}' finished in state ${formatState(first.state)}${where}`,
    { cause: first.failure?.error },
  );
}
