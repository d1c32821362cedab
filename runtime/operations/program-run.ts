import { type ChildProcess, fork } from "node:child_process";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Flow } from "../authoring/flow.ts";
import { builtFolder } from "../discovery/runtime-modules.ts";
import { locate } from "../errors/stack-location.ts";
import { UsageError, UserError } from "../errors/user-error.ts";
import type { RunEvent } from "../events/run-event.ts";
import type { State } from "../events/states.ts";
import { lastWordsLength } from "../store/last-words.ts";
import { readRun } from "../store/read-run.ts";
import { nameOfRunId } from "../store/run-id.ts";
import { errorOf } from "./command-error.ts";
import { findBase } from "./find-base.ts";
import { followRun } from "./follow-run.ts";
import { flowResult } from "./read-value.ts";
import type { FromRunProcess, RunOrder, ToRunProcess } from "./run-messages.ts";

/** What a run that a program starts is started with, as the command line's options have it. */
export interface RunOptions {
  /** By name; absent ones get their defaults. */
  readonly parameters?: { readonly [name: string]: unknown };
  /** Where the search for the flow, and relative paths of its parameters, start. Default: the current folder. */
  readonly folder?: string;
  /**
   * The folder whose `.millrace/` gets the run. Default: the nearest from `folder` up to the
   * repository's root that has one, or `folder`.
   */
  readonly dir?: string;
  /** `duckdb` or `sc://host:port`. Default: MILLRACE_SESSION, or duckdb. */
  readonly session?: string;
  /** How many worker threads. Default: one for each processor. */
  readonly threads?: number;
  /** How much memory its engines may take together, as `8GB`. Default: MILLRACE_MEMORY, or most of what there is. */
  readonly memory?: string;
  /** The run's name. Default: by the flow's `runName`, or at random. */
  readonly name?: string;
  /** By which it can be found, beside the flow's own. Default: none. */
  readonly tags?: readonly string[];
  /** Cancels the run when it is aborted; the reason's message says why. Default: none. */
  readonly signal?: AbortSignal;
}

/** A run that a program has started. */
export interface StartedRun<Result> {
  readonly id: string;
  /** Such as `wise-otter`. */
  readonly name: string;
  /** Its folder. */
  readonly path: string;
  /** All that happens in it, from its beginning until it has ended. Can be gone through more than once. */
  readonly events: AsyncIterable<RunEvent>;
  /** The state that it ended in. Never rejects because the run failed. */
  state(): Promise<State>;
  /**
   * What the flow's body returned.
   * @throws {UserError} where the run did not complete; its cause is what it failed with.
   */
  result(): Promise<Result>;
  /** Asks the run to end. @returns the state that it ended in. */
  cancel(reason?: string): Promise<State>;
}

/** Starts a flow in a process of its own; see `runFlow`. */
export async function startFlow(
  flow: string | URL | Flow<never, unknown>,
  { parameters = {}, folder = ".", dir, session, threads, memory, name, tags, signal }: RunOptions,
): Promise<StartedRun<unknown>> {
  signal?.throwIfAborted();
  const order: RunOrder = {
    flow: referenceOf(flow),
    folder: resolve(folder),
    base: dir === undefined ? findBase(resolve(folder)) : resolve(folder, dir),
    threads: threads === undefined ? undefined : String(threads),
    parameters,
    settings: {
      ...(session === undefined ? {} : { session }),
      ...(memory === undefined ? {} : { memory }),
    },
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
  };
  const child = fork(join(builtFolder, "run-process.js"), {
    cwd: order.folder,
    execArgv: [], // what the program was started with is not for the run
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const process = new RunProcess(child);
  const cancel = (reason: string) => process.tell({ to: "cancel", reason });
  const onAbort = () => cancel(reasonOf(signal?.reason));
  signal?.addEventListener("abort", onAbort);
  void process.ended.then(() => signal?.removeEventListener("abort", onAbort));
  process.tell({ to: "start", order });
  const path = await process.started;
  const stored = process.ended.then(() => readRun(path));
  stored.catch(() => {}); // told to whoever asks
  return {
    id: basename(path),
    name: nameOfRunId(basename(path)),
    path,
    events: { [Symbol.asyncIterator]: () => eventsOf(path) },
    state: async () => (await stored).state,
    result: async () => flowResult(await stored),
    async cancel(reason = "Cancelled by the program.") {
      cancel(reason);
      return (await stored).state;
    },
  };
}

/** A run's process, as the program that started it sees it. */
class RunProcess {
  /** The run's folder, once it is there. */
  readonly started: Promise<string>;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #lastWords = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsLength);
    });
    this.ended = new Promise((resolve) => {
      child.on("close", () => resolve());
      child.on("error", () => resolve());
    });
    this.started = new Promise((resolve, reject) => {
      child.on("message", (message: FromRunProcess) => {
        if (message.from === "started") resolve(message.path);
        else reject(errorOf(message.error));
      });
      child.on("error", (error) => reject(new UserError(`The run could not be started: ${error.message}`)));
      child.on("close", (code, signal) => {
        const how = signal === null ? `with code ${code}` : `by ${signal}`;
        reject(new UserError(`The run's process ended ${how} before it began. ${this.#lastWords}`.trim()));
      });
    });
  }

  tell(message: ToRunProcess): void {
    if (this.#child.connected) this.#child.send(message, () => {}); // one that has ended hears nothing
  }
}

function referenceOf(flow: string | URL | Flow<never, unknown>): string {
  if (typeof flow === "string") return flow;
  if (flow instanceof URL) return fileURLToPath(flow);
  const source = locate(flow.definition.definedAt);
  if (source !== undefined) return source.file;
  const { name } = flow.definition.options;
  throw new UsageError(`The file of the flow '${name}' isn't known: give its path.`);
}

function reasonOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : "Cancelled by the program.";
}

async function* eventsOf(path: string): AsyncGenerator<RunEvent, void> {
  for await (const events of followRun(path)) yield* events;
}
