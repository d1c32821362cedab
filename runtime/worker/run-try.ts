import { currentContext, shared } from "../authoring/context.ts";
import type { RunFailure } from "../authoring/future.ts";
import type { TaskDefinition } from "../authoring/task.ts";
import { fromBytes } from "../crossing/bytes.ts";
import { type Decoding, decode } from "../crossing/decode.ts";
import { loadResult, storeResult } from "../crossing/result-file.ts";
import { errorFrom } from "../errors/error-from.ts";
import { describe } from "../errors/stack-location.ts";
import type { AttachedResources } from "./attached-resources.ts";
import { finishOutput } from "./capture-output.ts";
import { reportError } from "./error-report.ts";
import { type FailedInput, share, type TaskInput, type TaskRequest, type TaskResponse } from "./protocol.ts";
import type { TaskScope } from "./task-scope.ts";
import { ThreadConstants } from "./thread-constants.ts";

/**
 * Runs one try of a task where its definition is, and stores what it returns.
 * @param find finds the task's definition.
 */
export async function runTry(
  request: TaskRequest,
  scope: TaskScope,
  find: () => TaskDefinition | Promise<TaskDefinition>,
  resources: AttachedResources,
): Promise<TaskResponse> {
  const { attempt, shared: numbers } = request;
  let definition: TaskDefinition | undefined;
  try {
    definition = await find();
    const { fn, options } = definition;
    const result = await shared.context.run(scope, async () => {
      const args = argumentsOf(request, resources) as never[]; // what the call in the flow passed, which was typed
      Atomics.store(numbers, share.called, 1);
      return storeResult(await fn(...args), {
        what: `The result of task '${request.task}'`,
        runFolder: request.environment.runFolder,
        file: request.resultFile,
        resourceId: resources.idOf,
        warn: (message) => scope.log("WARNING", message),
        ...(options.result === undefined ? {} : { tablesAs: options.result }),
      });
    });
    const reads = await scope.reads?.finish();
    finishOutput(scope);
    scope.finish();
    return { outcome: "completed", result, ...(reads === undefined ? {} : { reads }) };
  } catch (error) {
    const retriable = shared.context.run(scope, () => isRetriable(definition, error, attempt));
    finishOutput(scope);
    scope.finish();
    return { outcome: "failed", error: reportError(error), retriable };
  }
}

function argumentsOf(request: TaskRequest, resources: AttachedResources): unknown {
  const { runFolder } = request.environment;
  for (const [id, resource] of Object.entries(request.resources)) resources.offer(id, resource);
  const { decoding } = resources;
  return decode(fromBytes(request.args), {
    ...decoding,
    table: (session, number) => decoding.table(session, request.tables[number as number]), // as the call numbered them
    result: (run) => {
      const input = request.inputs[run];
      if (input === undefined) throw new Error(`The result of '${run}' didn't reach the thread.`);
      return inputValue(input, runFolder, decoding);
    },
    constant: (sha256) => fromBytes(constants.bytes(runFolder, sha256)),
  });
}

const constants = new ThreadConstants();

function inputValue(input: TaskInput, runFolder: string, decoding: Omit<Decoding, "result">): unknown {
  if ("items" in input) return input.items.map((item) => inputValue(item, runFolder, decoding));
  return "failed" in input ? failureOf(input) : loadResult(input, runFolder, decoding);
}

function isRetriable(definition: TaskDefinition | undefined, error: unknown, attempt: number): boolean {
  try {
    return definition?.options.retryCondition?.(error, attempt) ?? true;
  } catch (thrown) {
    currentContext()?.log("ERROR", `The task's retryCondition failed: ${describe(thrown)}`);
    return false;
  }
}

/** As a task's body gets it. */
function failureOf({ state, error }: FailedInput): RunFailure {
  return { failed: true, state, ...(error === undefined ? {} : { error: errorFrom(error) }) };
}
