import { AsyncLocalStorage } from "node:async_hooks";
import type { ArtifactContent } from "../events/artifacts.ts";
import type { LogLevel } from "../events/run-event.ts";
import type { FlowDefinition } from "./flow.ts";
import type { RunFuture } from "./future.ts";
import type { MapArgument } from "./map-arguments.ts";
import type { ResourceDefinition } from "./resource.ts";
import type { TaskCallOptions, TaskDefinition } from "./task.ts";

export interface TaskCall {
  readonly task: TaskDefinition;
  readonly args: readonly unknown[];
  readonly options: TaskCallOptions;
  readonly mapped?: { readonly group: string; readonly index: number };
}

/** A call of `.map`. */
export interface MapCall extends Pick<TaskCall, "task" | "options"> {
  readonly args: readonly MapArgument[];
}

export interface Publication {
  readonly key: string;
  readonly title: string;
  readonly description?: string;
  readonly content: ArtifactContent;
}

/** Who does what outlives the run, so that doing it again can be told from doing it twice. */
export interface Author {
  /** The run's id, and which attempt of it this is, from 1. */
  readonly run: string;
  readonly runAttempt: number;
  /** The task run's id, or the flow run's where its body is at work; and which try, from 1. */
  readonly taskRun: string;
  readonly attempt: number;
  /** Digest of what it was called with. */
  readonly inputs?: string;
  /** Task runs that wrote something in an earlier attempt of the run, and whose results this one has taken. */
  readonly standing: readonly string[];
}

/** What both a flow's body and a task's body can do with the run they are in. */
export interface RunContext {
  /** Absent in a preview. */
  readonly author?: Author;
  log(level: LogLevel, message: string): void;
  publish(publication: Publication): Promise<void>;
  /** @throws {UserError} where there is no secret of that name. */
  secret(name: string): string;
  /** Aborted when the run is cancelled or, in a task, its time is up. */
  readonly signal: AbortSignal;
}

/** What a flow's body is surrounded by: a run, or a preview of one. */
export interface FlowContext extends RunContext {
  readonly kind: "flow";
  submit(call: TaskCall): RunFuture<unknown>;
  /** @returns a future for each task run, or one for all of them where it isn't known how many there will be. */
  map(call: MapCall): RunFuture<unknown>[] | RunFuture<unknown>;
  /** An id for the runs of one `.map` call of an older copy of this module. */
  mapGroup(task: TaskDefinition): string;
  subflow(flow: FlowDefinition, input: unknown): RunFuture<unknown>;
  open(resource: ResourceDefinition, args: readonly unknown[]): Promise<object>;
}

/** What a task's body is surrounded by, on its thread. */
export interface TaskContext extends RunContext {
  readonly kind: "task";
  readonly taskRun: string;
  readonly task: string;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** Where relative paths of the flow start. */
  readonly folder?: string;
  /** A folder for files that are needed as long as the run goes on; it may not be there yet. */
  readonly temporary?: string;
  progress(done: number, total: number | undefined, message: string | undefined): void;
  /** Hears what the body reads; absent unless its result may be cached. */
  readonly reads?: ReadsOfTask;
}

/** Hears what a task's body reads that is neither an argument nor code. */
export interface ReadsOfTask {
  /** @param which what counts of a folder: all files in it, or those that are Parquet by their names. */
  noteFile(path: string, which: "all" | "parquet"): void;
  noteUnknown(what: string): void;
  noteVariable(name: string, value: string | undefined): void;
  noteSecret(name: string, value: string): void;
}

interface Shared {
  readonly context: AsyncLocalStorage<FlowContext | TaskContext>;
  readonly tasks: TaskDefinition[];
  readonly resources: ResourceDefinition[];
  readonly flows: FlowDefinition[];
}

declare global {
  var __millrace1: Shared | undefined;
}

globalThis.__millrace1 ??= { context: new AsyncLocalStorage(), tasks: [], resources: [], flows: [] };

/**
 * What all copies of this module in a thread share: a flow whose own node_modules has a millrace runs in the
 * one that was started. The name counts the versions of this contract.
 */
export const shared: Shared = globalThis.__millrace1;

export function currentContext(): FlowContext | TaskContext | undefined {
  return shared.context.getStore();
}

/** The flow that the caller's code runs in. `what` begins the error's sentence. */
export function requireFlow(what: string, instead: string): FlowContext {
  const context = currentContext();
  if (context?.kind === "flow") return context;
  throw new Error(
    context === undefined
      ? `${what} outside of a flow run. ${instead}`
      : `${what} inside the task '${context.task}'. ${instead}`,
  );
}
