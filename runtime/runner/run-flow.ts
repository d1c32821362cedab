import { AsyncLocalStorage } from "node:async_hooks";
import { toJson } from "../authoring/as-json.ts";
import { parseParameters } from "../discovery/parameters.ts";
import { withoutSecrets } from "../discovery/secret-parameters.ts";
import { UserError } from "../errors/user-error.ts";
import type { State } from "../events/states.ts";
import { findSecret } from "../secrets/find-secret.ts";
import { EventWriter } from "../store/event-writer.ts";
import { removeLeftOvers, removeTemporary } from "../store/left-overs.ts";
import { runPaths, writeRunInfo } from "../store/run-folder.ts";
import { RunTakenError } from "../store/run-lock.ts";
import { captureOutput } from "../worker/capture-output.ts";
import { catchStrayErrors } from "../worker/stray-errors.ts";
import { reportFatalErrors } from "./fatal-error.ts";
import { FlowRun } from "./flow-run.ts";
import { warn } from "./journal.ts";
import { makeParts } from "./make-parts.ts";
import { openRun } from "./open-run.ts";
import type { RunFlowOptions } from "./run-flow-options.ts";
import { watchControl } from "./watch-control.ts";

export interface RunOutcome {
  readonly id: string;
  readonly path: string;
  readonly state: State;
}

/**
 * Runs a flow to its end, durably: everything that happens is in the run's folder before anything builds on it.
 * @throws {UserError} for parameters that the flow doesn't take, a run that another process has, and a run
 *   folder that can't be written.
 */
export async function runFlow(options: RunFlowOptions): Promise<RunOutcome> {
  const { loaded, base, pool } = options;
  const { definition } = loaded.flow;
  const parameters = options.values ?? parseParameters(definition.options, options.parameters);
  for (const name of loaded.secrets) findSecret(name); // known from the beginning, in each attempt
  const opened = await openRun(options, parameters);
  const { path, info, lock } = opened;
  const failed = new AbortController();
  const onEvents = AsyncLocalStorage.bind(options.onEvents); // not in the context of whose event it is
  const writer: EventWriter = await EventWriter.open(runPaths(path).events, {
    number: lock.number,
    seq: opened.seq,
    check: lock.check,
    onWritten: onEvents,
    onFailure: (error) => failed.abort(error),
    onReaderFailure: (error) => warn(writer, "What shows the run failed, and shows no more", error),
  });
  const { parts, cache } = makeParts(options, opened, writer);
  const root = FlowRun.root(parts, definition);
  if (!options.sharesProcess) reportFatalErrors(path);
  captureOutput("stdout");
  const releaseErrors = catchStrayErrors((error, thrownIn) => root.onStrayError(error, thrownIn));
  writer.append({
    type: "run-started",
    attempt: info.attempt,
    flow: info.flow,
    runName: info.name,
    base,
    threads: pool.threads.size,
    parameters: toJson(withoutSecrets(definition.options, parameters)),
  });
  for (const warning of [...opened.warnings, ...loaded.warnings.map(({ message }) => message)])
    warn(writer, warning);
  const swept = removeLeftOvers(base).catch((error: unknown) =>
    warn(writer, "What killed processes left could not be deleted", error),
  );
  const stopWatching = watchControl({
    path,
    writer,
    signal: options.signal,
    failed: failed.signal,
    cancel: (reason) => root.cancel(reason instanceof Error ? reason.message : "The run was cancelled."),
  });
  try {
    options.onStarted?.({ id: info.id, path });
    const state = await root.run(parameters);
    await cache.close();
    await swept;
    await writer.verify();
    await writeRunInfo(path, { ...info, ended: Date.now(), state, tasks: parts.countTasks() }, lock.check);
    return { id: info.id, path, state };
  } catch (error) {
    if (!failed.signal.aborted || failed.signal.reason instanceof RunTakenError) throw error;
    const { message } = failed.signal.reason as Error; // aborted with what the file system said
    throw new UserError(
      `The run can't be written to ${path}: ${message}. It was stopped. Once that is put right, 'millrace resume ${info.id}' goes on with it, unless the folder is gone.`,
    );
  } finally {
    stopWatching();
    releaseErrors();
    await writer.close().catch(() => {}); // told above
    await pool.threads.destroy();
    // One that another process has taken holds that one's.
    if (!(failed.signal.reason instanceof RunTakenError)) await removeTemporary(path).catch(() => {}); // the next start tries again
    await lock.release().catch(() => {}); // a lock of a process that is gone holds nobody
  }
}
