import { AsyncLocalStorage } from "node:async_hooks";
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import type { LoadedFlow } from "../discovery/load-flow.ts";
import { parseParameters } from "../discovery/parameters.ts";
import { withoutSecrets } from "../discovery/secret-parameters.ts";
import { finishMoves } from "../disk/written-folders.ts";
import { describe } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";
import type { RunEvent, RunEventBody } from "../events/run-event.ts";
import type { State } from "../events/states.ts";
import { thisProcess } from "../processes/known-process.ts";
import { findSecret, givenSecrets } from "../secrets/find-secret.ts";
import { knownSecrets, knowSecret } from "../secrets/known-secrets.ts";
import { clearCancelRequest } from "../store/cancel-request.ts";
import { EventWriter } from "../store/event-writer.ts";
import { holdRun } from "../store/hold-run.ts";
import { keepLastWords } from "../store/last-words.ts";
import { removeLeftOvers, removeLeftOversOfRun, removeTemporary } from "../store/left-overs.ts";
import { damageText } from "../store/read-run.ts";
import { createRunFolder, type RunInfo, runPaths, writeRunInfo } from "../store/run-folder.ts";
import { type RunLock, RunTakenError } from "../store/run-lock.ts";
import { takeRun } from "../store/take-run.ts";
import { AttachedResources } from "../worker/attached-resources.ts";
import { captureOutput } from "../worker/capture-output.ts";
import type { RunEnvironment } from "../worker/protocol.ts";
import { catchStrayErrors } from "../worker/stray-errors.ts";
import { type Again, EarlierAttempt } from "./earlier-attempt.ts";
import { engineMemory } from "./engine-memory.ts";
import { reportFatalErrors } from "./fatal-error.ts";
import { ResultCache } from "./result-cache.ts";
import { Run } from "./run.ts";
import { randomRunName } from "./run-name.ts";
import { RunResources } from "./run-resources.ts";
import { Scheduler } from "./scheduler.ts";
import { Slots } from "./slots.ts";
import type { TaskPool } from "./task-pool.ts";
import { watchControl } from "./watch-control.ts";
import { Writings } from "./writings.ts";

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
  /** Bytes that the engines in the run's processes may take together; default: most of what there is. */
  readonly memory?: number;
  /** Threads for the tasks, started beforehand where the caller could. */
  readonly pool: TaskPool;
  /** Gets each batch of events when it is in the run folder. */
  readonly onEvents: (events: readonly RunEvent[]) => void;
  /** Told when the run's folder is there. */
  readonly onStarted?: (run: { readonly id: string; readonly path: string }) => void;
  /** Cancels the run when aborted; the reason's message says why. */
  readonly signal?: AbortSignal;
  /** The process has more to do than this run: how V8 is to tell of its end is no business of the run's. */
  readonly sharesProcess?: true;
  /** Goes on with an earlier run, from its folder. */
  readonly resume?: { readonly path: string; readonly again: Again };
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
  for (const name of loaded.secrets) findSecret(name); // known from the beginning, in each attempt
  const { path, info, earlier, writings, lock, seq, warnings } = await startRun(options, base);
  const paths = runPaths(path);
  const failed = new AbortController();
  const onEvents = AsyncLocalStorage.bind(options.onEvents); // not in the context of whose event it is
  const writer = await EventWriter.open(paths.events, {
    number: lock.number,
    seq,
    check: lock.check,
    onWritten: onEvents,
    onFailure: (error) => failed.abort(error),
    onReaderFailure: (error) => warn(`What shows the run failed, and shows no more: ${describe(error)}`),
  });
  const emit = writer.append.bind(writer);
  const warn = (message: string) => emit({ type: "log", level: "WARNING", message });
  const run = makeRun({
    options,
    path,
    number: lock.number,
    earlier,
    writings,
    emit,
    whenDurable: writer.whenDurable.bind(writer),
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
  for (const warning of [...warnings, ...loaded.warnings.map(({ message }) => message)]) warn(warning);
  const swept = removeLeftOvers(base).catch((error: unknown) =>
    warn(`What killed processes left could not be deleted: ${describe(error)}`),
  );
  const stopWatching = watchControl({
    path,
    writer,
    signal: options.signal,
    failed: failed.signal,
    cancel: (reason) => run.cancel(reason instanceof Error ? reason.message : "The run was cancelled."),
  });
  try {
    options.onStarted?.({ id: info.id, path });
    const state = await run.runRoot(parameters);
    await run.cache.close();
    await swept;
    await writer.verify();
    await writeRunInfo(path, { ...info, ended: Date.now(), state, tasks: run.countTasks() }, lock.check);
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

/** Puts the parts of a run together. */
function makeRun(parts: {
  readonly options: RunFlowOptions;
  readonly path: string;
  /** Of this writer of the run. */
  readonly number: number;
  readonly earlier: EarlierAttempt | undefined;
  readonly writings: Writings;
  readonly emit: (event: RunEventBody) => number;
  readonly whenDurable: (callback: () => void) => void;
}): Run {
  const { options, path, emit, whenDurable } = parts;
  const { loaded, base, pool } = options;
  const warn = (what: string) => (error: unknown) =>
    emit({ type: "log", level: "WARNING", message: `${what}: ${describe(error)}` });
  pool.listen({
    onMessage({ events, secrets = [] }, done) {
      for (const value of secrets) knowSecret(value);
      for (const event of events) emit(event);
      whenDurable(done);
    },
    onStrayError: ({ name, message }) =>
      emit({
        type: "log",
        level: "WARNING",
        message: `A worker thread ended while no task ran there: ${name}: ${message}`,
      }),
    onHostEnded: ({ why, lastWords }) => {
      const kept = keepLastWords(path, lastWords);
      const where = kept === undefined ? "" : ` What it wrote last is in ${kept}.`;
      emit({
        type: "log",
        level: "ERROR",
        message: `The tasks' process is gone: one of them ${why}${where}`,
      });
    },
  });
  const environment: RunEnvironment = {
    bundle: pathToFileURL(loaded.bundle.path).href,
    folder: options.folder,
    runFolder: path,
    session: options.session,
    threads: pool.threads.size,
    given: givenSecrets(),
    secrets: knownSecrets(),
    memory: options.memory ?? engineMemory(),
    cores: Math.min(availableParallelism(), pool.threads.size),
  };
  pool.threads.prepare(environment);
  if (!options.sharesProcess) reportFatalErrors(path);
  const { memory, cores } = environment;
  const attached = new AttachedResources({
    ...environment,
    machine: { memory, cores, busy: new Int32Array(new SharedArrayBuffer(4)), slot: 0 }, // in a process of its own
    thread: "flow",
  });
  const resources = new RunResources(attached, emit, (resource) => pool.threads.detach(resource));
  const cache = new ResultCache(base, path, attached, warn("A result could not be cached"), (message) =>
    emit({ type: "log", level: "INFO", message }),
  );
  const slots = new Slots();
  const { number, earlier, writings } = parts;
  const scheduler = new Scheduler({
    pool: pool.threads,
    slots,
    cache,
    resources,
    environment,
    emit,
    whenDurable,
    writings,
  });
  return new Run({
    path,
    writer: number,
    loaded,
    attached,
    slots,
    cache,
    scheduler,
    resources,
    earlier,
    writings,
    emit,
    whenDurable,
  });
}

interface StartedRun {
  readonly path: string;
  readonly info: RunInfo;
  readonly earlier: EarlierAttempt | undefined;
  readonly writings: Writings;
  readonly lock: RunLock;
  /** Of the last event before. */
  readonly seq: number;
  readonly warnings: readonly string[];
}

async function startRun(options: RunFlowOptions, base: string): Promise<StartedRun> {
  const about = {
    base,
    session: options.sessionLabel,
    host: await thisProcess(),
    versions: { millrace: options.version, node: process.versions.node },
  };
  await finishMoves(base);
  if (options.resume !== undefined) {
    const { path, again } = options.resume;
    const { lock, before } = await takeRun(path);
    const { ended, state, tasks, ...rest } = before.info;
    const info: RunInfo = { ...rest, ...about, attempt: rest.attempt + 1 };
    await removeLeftOversOfRun(path);
    await clearCancelRequest(path);
    await writeRunInfo(path, info, lock.check);
    const warnings = before.damages.filter(({ passedBy }) => passedBy === lock.number).map(damageText);
    const writings = await Writings.read(path, lock.number);
    const earlier = await EarlierAttempt.read(before.view, path, again);
    return { path, info, lock, seq: before.view.seq, warnings, writings, earlier };
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
  const lock = await holdRun(path);
  const writings = await Writings.read(path, lock.number);
  return { path, info, lock, seq: 0, warnings: [], writings, earlier: undefined };
}
