import { AsyncLocalStorage } from "node:async_hooks";
import { pathToFileURL } from "node:url";
import { BroadcastChannel } from "node:worker_threads";
import type { LoadedFlow } from "../discovery/load-flow.ts";
import { parseParameters } from "../discovery/parameters.ts";
import { withoutSecrets } from "../discovery/secret-parameters.ts";
import { describe } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";
import type { RunEvent, RunEventBody } from "../events/run-event.ts";
import type { State } from "../events/states.ts";
import { CacheStore } from "../store/cache-store.ts";
import { clearCancelRequest } from "../store/cancel-request.ts";
import { EventWriter } from "../store/event-writer.ts";
import { removeLeftOvers, removeLeftOversOfRun } from "../store/left-overs.ts";
import { readRun } from "../store/read-run.ts";
import {
  createRunFolder,
  type RunInfo,
  readRunInfo,
  runPaths,
  touchHeartbeat,
  writeRunInfo,
} from "../store/run-folder.ts";
import { thisHost } from "../store/run-host.ts";
import { lockRun } from "../store/run-lock.ts";
import { AttachedResources } from "../worker/attached-resources.ts";
import { captureOutput } from "../worker/capture-output.ts";
import type { RunEnvironment, ThreadNotice } from "../worker/protocol.ts";
import { catchStrayErrors } from "../worker/stray-errors.ts";
import { EarlierAttempt } from "./earlier-attempt.ts";
import { ResultCache } from "./result-cache.ts";
import { Run } from "./run.ts";
import { randomRunName } from "./run-name.ts";
import { RunResources } from "./run-resources.ts";
import { Scheduler } from "./scheduler.ts";
import { Slots } from "./slots.ts";
import type { TaskPool } from "./task-pool.ts";
import { watchControl } from "./watch-control.ts";

export interface RunFlowOptions {
  readonly loaded: LoadedFlow;
  /** As given, before defaults. */
  readonly parameters: { readonly [name: string]: unknown };
  /** Where relative paths of the flow start. */
  readonly folder: string;
  /** Where `.millrace/` is. */
  readonly base: string;
  /** The engine that `openSession()` gives, for the threads. */
  readonly session: string;
  /** The same without secrets, for the run folder. */
  readonly sessionLabel: string;
  readonly version: string;
  /** Threads for the tasks, started beforehand where the caller could. */
  readonly pool: TaskPool;
  /** Gets each batch of events when it is in the run folder. */
  readonly onEvents: (events: readonly RunEvent[]) => void;
  /** Told when the run's folder is there. */
  readonly onStarted?: (run: { readonly id: string; readonly path: string }) => void;
  /** Cancels the run when aborted; the reason's message says why. */
  readonly signal?: AbortSignal;
  /** Goes on with an earlier run, from its folder. */
  readonly resume?: { readonly path: string; readonly again: readonly string[] };
}

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
  const parameters = parseParameters(loaded.flow.definition.options, options.parameters);
  const { path, info, earlier, unlock } = await startRun(options, base);
  const paths = runPaths(path);
  const failed = new AbortController();
  const onEvents = AsyncLocalStorage.bind(options.onEvents); // not in the context of whose event it is
  const writer = await EventWriter.open(paths.events, onEvents, (error) => failed.abort(error));
  const emit = writer.append.bind(writer);
  const channel = new BroadcastChannel(`millrace ${path}`);
  const run = makeRun({
    options,
    path,
    attempt: info.attempt,
    earlier,
    emit,
    whenDurable: writer.whenDurable.bind(writer),
    notify: (notice) => channel.postMessage(notice),
  });
  captureOutput("stdout");
  const releaseErrors = catchStrayErrors((error, thrownIn) => run.onStrayError(error, thrownIn));
  emit({
    type: "run-started",
    attempt: info.attempt,
    flow: info.flow,
    runName: info.name,
    base,
    threads: pool.threads.size,
    parameters: withoutSecrets(loaded.flow.definition.options, parameters),
  });
  const swept = removeLeftOvers(base).catch((error: unknown) => {
    const message = `What killed processes left could not be deleted: ${describe(error)}`;
    emit({ type: "log", level: "WARNING", message });
  });
  const stopWatching = watchControl(path, options.signal, failed, (reason) =>
    run.cancel(reason instanceof Error ? reason.message : "The run was cancelled."),
  );
  try {
    options.onStarted?.({ id: info.id, path });
    const state = await run.runRoot(parameters);
    await run.cache.close();
    await swept;
    await writer.flush();
    if (failed.signal.aborted) throw failed.signal.reason;
    await writeRunInfo(path, { ...info, ended: Date.now(), state, tasks: run.countTasks() });
    return { id: info.id, path, state };
  } catch (error) {
    if (!failed.signal.aborted) throw error;
    const { message } = failed.signal.reason as Error; // aborted with what the file system said
    throw new UserError(
      `The run can't be written to ${path}: ${message}. It was stopped. Once that is put right, 'millrace resume ${info.id}' goes on with it, unless the folder is gone.`,
    );
  } finally {
    stopWatching();
    releaseErrors();
    channel.close();
    await writer.close().catch(() => {}); // told above
    await pool.threads.destroy();
    await unlock().catch(() => {}); // a lock of a process that is gone holds nobody
  }
}

/** Puts the parts of a run together. */
function makeRun(parts: {
  readonly options: RunFlowOptions;
  readonly path: string;
  readonly attempt: number;
  readonly earlier: EarlierAttempt | undefined;
  readonly emit: (event: RunEventBody) => void;
  readonly whenDurable: (callback: () => void) => void;
  readonly notify: (notice: ThreadNotice) => void;
}): Run {
  const { options, path, emit, whenDurable, notify } = parts;
  const { loaded, base, pool } = options;
  const warn = (what: string) => (error: unknown) =>
    emit({ type: "log", level: "WARNING", message: `${what}: ${describe(error)}` });
  pool.listen(({ events }, done) => {
    for (const event of events) emit(event);
    whenDurable(done);
  }, warn("A worker thread ended while no task ran there"));
  const environment: RunEnvironment = {
    bundle: pathToFileURL(loaded.bundle.path).href,
    folder: options.folder,
    runFolder: path,
    session: options.session,
    threads: pool.threads.size,
    channel: `millrace ${path}`,
  };
  const attached = new AttachedResources({ ...environment, thread: "flow" });
  const resources = new RunResources(attached, emit, notify);
  const cache = new ResultCache(new CacheStore(base), path, attached, warn("A result could not be cached"));
  const slots = new Slots();
  const scheduler = new Scheduler({
    pool: pool.threads,
    slots,
    cache,
    resources,
    environment,
    emit,
    whenDurable,
    notify,
  });
  const { attempt, earlier } = parts;
  return new Run({
    path,
    attempt,
    loaded,
    attached,
    slots,
    cache,
    scheduler,
    resources,
    earlier,
    emit,
    whenDurable,
  });
}

interface StartedRun {
  readonly path: string;
  readonly info: RunInfo;
  readonly earlier: EarlierAttempt | undefined;
  readonly unlock: () => Promise<void>;
}

async function startRun(options: RunFlowOptions, base: string): Promise<StartedRun> {
  const about = {
    base,
    session: options.sessionLabel,
    host: thisHost(),
    versions: { millrace: options.version, node: process.versions.node },
  };
  if (options.resume !== undefined) {
    const { path, again } = options.resume;
    const unlock = await lockRun(path);
    const before = await readRun(path);
    const { ended, state, tasks, ...rest } = await readRunInfo(path);
    const info: RunInfo = { ...rest, ...about, attempt: rest.attempt + 1 };
    await removeLeftOversOfRun(path);
    await clearCancelRequest(path);
    await touchHeartbeat(path);
    await writeRunInfo(path, info);
    return { path, info, unlock, earlier: await EarlierAttempt.read(before.view, path, again) };
  }
  const { info, path } = await createRunFolder(base, {
    name: randomRunName(),
    flow: options.loaded.name,
    file: options.loaded.bundle.file,
    folder: options.folder,
    parameters: withoutSecrets(options.loaded.flow.definition.options, options.parameters),
    attempt: 1,
    started: Date.now(),
    ...about,
  });
  return { path, info, unlock: await lockRun(path), earlier: undefined };
}
