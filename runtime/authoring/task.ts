import { requireFlow, shared } from "./context.ts";
import { type Definition, definitionOf } from "./definition.ts";
import type { Input, RunFuture } from "./future.ts";
import { foldItems, mapArguments, type Unmapped } from "./map-arguments.ts";

/**
 * Milliseconds to wait before each retry: one for all, one each (the last repeats), doubling from `initial` up to `max`,
 * or what a function gives for what was thrown and the number of failures, from 1: undefined is 0. It runs in the flow's
 * process, where an error has its name and fields, such as a response's Retry-After, and the language's class.
 */
export type RetryDelay =
  | number
  | readonly number[]
  | ((error: unknown, failures: number) => number | undefined)
  | { readonly initial: number; readonly factor?: number; readonly max?: number };

export interface CacheOptions<Args extends readonly unknown[] = never[]> {
  /**
   * What results are known by, beside the task's name, in place of its code, its arguments and what it reads: any
   * plain value, or a function that gives one for the arguments, and undefined for what isn't to be cached. It runs in
   * the flow's process. Whatever else a result depends on has to be part of it. Default: its code, its arguments and
   * what it reads.
   */
  readonly key?: string | number | readonly unknown[] | ((...args: Args) => unknown);
  /** Runs once more, and keeps the new result in place of the one that there is. Default false. */
  readonly refresh?: boolean;
  /** Milliseconds for which a cached result is good. Default: for ever. */
  readonly expires?: number;
  /**
   * The body gives the same for the same arguments though it uses the clock, chance, the network or `node:fs`: no
   * warning says that these are no part of what its results are known by. Default false.
   */
  readonly pure?: boolean;
}

export interface TaskOptions<Args extends readonly unknown[] = never[]> {
  /** Unique in the flow's bundle; it is what the graph, the log and the caches know the task by. */
  readonly name: string;
  /** Shown in the panel. Default: nothing. */
  readonly description?: string;
  /** What a flow's `concurrency` goes by, and the panel shows. Default: none. */
  readonly tags?: readonly string[];
  /** How many more times to try after a failure. Default 0. */
  readonly retries?: number;
  /** Milliseconds before each retry. Default 0. */
  readonly retryDelay?: RetryDelay;
  /** Largest share of the delay that is added at random, 0 to 1. Default 0. */
  readonly retryJitter?: number;
  /** Whether an error is worth another try. Runs on the task's thread. Default: each is. */
  readonly retryCondition?: (error: unknown, attempt: number) => boolean;
  /** Milliseconds that one try may take. Its thread is ended then, even one in an endless loop. Default: none. */
  readonly timeout?: number;
  /**
   * It mostly waits, for the network say: up to 128 such tasks share a thread, beside those that compute. One that
   * ignores its signal when its time is up is given up, and hurts no other. Default false: a thread of its own while
   * it runs.
   */
  readonly waits?: boolean;
  /**
   * Takes the result from an earlier run where the task's name, the contents of its inputs and the code that
   * it can reach are the same, and what it read then is still so: files, by way of a session, and variables of the
   * environment. Default false.
   */
  readonly cache?: boolean | CacheOptions<Args>;
  /**
   * What of the tables in a result is handed on. `rows` (default): they are written as Parquet, once, so that a resume
   * takes them and the panel shows them. `plan`: on Spark, the server's plan, unwritten: each task that reads it has the
   * server compute it as a part of its own, and a resume runs the task again. DuckDB's tables lie in a thread's memory,
   * so that there they are written either way.
   */
  readonly result?: "rows" | "plan";
}

/** What one call may set beside the arguments. */
export interface TaskCallOptions<Args extends readonly unknown[] = never[]> {
  /** Runs that have to complete first though none of their results is an argument. Default: none. */
  readonly waitFor?: readonly RunFuture<unknown>[];
  /** Default: the task's own. */
  readonly retries?: number;
  /** Default: the task's own. */
  readonly retryDelay?: RetryDelay;
  /** Default: the task's own. */
  readonly timeout?: number;
  /** In place of the task's own, which are the default. */
  readonly tags?: readonly string[];
  /** What it sets stands over the task's own, which is the default; true takes the task's as they are. */
  readonly cache?: boolean | CacheOptions<Args>;
}

/** A task as the runtime sees it. */
export interface TaskDefinition extends Definition {
  readonly options: TaskOptions;
  readonly fn: (...args: never[]) => unknown;
  /** It checks data, and returns what it was given. */
  readonly isCheck?: boolean;
}

type Inputs<Args extends readonly unknown[]> = { [K in keyof Args]: Input<Args[K]> };
type Rest<Args extends readonly unknown[]> = Args extends readonly [unknown, ...infer R] ? R : [];

/** The same for all, or for each its own. */
type MapInput<T> = Input<T> | Unmapped<Input<T>> | Iterable<Input<T>>;
type MapInputs<Args extends readonly unknown[]> = { [K in keyof Args]: MapInput<Args[K]> };

/**
 * A task. Calling it inside a flow starts nothing in the calling thread: it returns the future of a task
 * run at once, which runs on a worker thread when its inputs are there.
 */
export interface Task<Args extends readonly unknown[], Result> {
  (...args: Inputs<Args>): RunFuture<Awaited<Result>>;
  readonly options: TaskOptions;
  /** The plain function, for unit tests. */
  readonly fn: (...args: Args) => Result;
  /**
   * One task run for each item of a list that isn't there yet: the future of an array, or of another map. The graph
   * draws them as one node, which says how many there are once the list is there. All results are one future.
   * @throws {TypeError} for what is no list; one that comes later fails the map.
   */
  map(items: RunFuture<Iterable<Args[0]>>, ...rest: MapInputs<Rest<Args>>): RunFuture<Awaited<Result>[]>;
  /** The same over a future that is the second argument, where the first is the same for all, as a session is. */
  map(
    first: Input<Args[0]> | Unmapped<Input<Args[0]>>,
    items: RunFuture<Iterable<Args[1]>>,
    ...rest: MapInputs<Rest<Rest<Args>>>
  ): RunFuture<Awaited<Result>[]>;
  /**
   * One task run for each item. Several lists are zipped, so they have to be equally long; all else is the same for
   * all task runs, and so is a list as `unmapped(list)`. The graph draws them as one node.
   * @throws {TypeError} where there is no list.
   * @throws {RangeError} for lists of different lengths.
   */
  map(...args: MapInputs<Args>): RunFuture<Awaited<Result>>[];
  /**
   * A fold: one task run for each item, each given what the one before returned, then its item: `apply.reduce(days,
   * empty)` calls `apply(empty, days[0])`, `apply(<that>, days[1])`, and so on. All of them are in the graph.
   * @param rest more arguments, the same for all task runs.
   * @returns what the last one returns, or `first` where there are no items.
   * @throws {TypeError} for items that are no list, or whose future has to be awaited first.
   */
  reduce(
    items: Iterable<Input<Args[1]>>,
    first: Input<Args[0]>,
    ...rest: Inputs<Rest<Rest<Args>>>
  ): RunFuture<Awaited<Result>> | Input<Args[0]>;
  /** The same task with options for its next calls. */
  withOptions(options: TaskCallOptions<Args>): Task<Args, Result>;
}

/**
 * Defines a task, at the top level of a module: worker threads import the module and find the task by name.
 * Arguments and result cross threads by structured clone, tables and resources as handles.
 */
export function task<Args extends readonly unknown[], Result>(
  nameOrOptions: string | TaskOptions<NoInfer<Args>>,
  fn: (...args: Args) => Result,
): Task<Args, Result> {
  const options: TaskOptions = typeof nameOrOptions === "string" ? { name: nameOrOptions } : nameOrOptions;
  return defineTask({ options, fn, ...definitionOf(task) }, fn);
}

/** Makes a task of its definition, and lets threads find it. */
export function defineTask<Args extends readonly unknown[], Result>(
  definition: TaskDefinition,
  fn: (...args: Args) => Result,
): Task<Args, Result> {
  checkOptions(definition.options, definition.isCheck);
  shared.tasks.push(definition);
  return makeTask(definition, fn, {});
}

function makeTask<Args extends readonly unknown[], Result>(
  definition: TaskDefinition,
  fn: (...args: Args) => Result,
  callOptions: TaskCallOptions,
): Task<Args, Result> {
  const { options } = definition;
  const flowOf = () =>
    requireFlow(
      `The task '${options.name}' was called`,
      `Call it in a flow's body, or call its plain function, \`.fn(...)\`.`,
    );
  // The runtime hands back what `fn` returns on the worker thread: that makes these two casts true.
  const call = (...args: unknown[]) =>
    flowOf().submit({ task: definition, args, options: callOptions }) as RunFuture<Awaited<Result>>;
  const map = (...args: unknown[]) =>
    flowOf().map({ task: definition, args: mapArguments(options.name, args), options: callOptions });
  const reduce = (items: unknown, first: unknown, ...rest: unknown[]) =>
    foldItems(options.name, items).reduce((before, item) => call(before, item, ...rest), first);
  const withOptions = (more: TaskCallOptions<Args>) => {
    checkOptions(optionsOfCall(options, more), definition.isCheck);
    return makeTask(definition, fn, { ...callOptions, ...more });
  };
  // TypeScript can't see that the rest of a generic tuple is a tuple, which is all that `map` wants.
  return Object.assign(call, { options, fn, map, reduce, withOptions }) as unknown as Task<Args, Result>;
}

/** A task's options under those of a call: of its cache, each by itself. */
export function optionsOfCall(options: TaskOptions, call: TaskCallOptions): TaskOptions {
  const { cache: own } = options;
  const { cache: ofCall } = call;
  const isMerged = typeof own === "object" && (typeof ofCall === "object" || ofCall === true);
  const cache = isMerged ? { ...own, ...(ofCall === true ? {} : ofCall) } : (ofCall ?? own);
  return { ...options, ...call, ...(cache === undefined ? {} : { cache }) };
}

function checkOptions(options: TaskOptions, isCheck = false): void {
  const where = `${isCheck ? "check" : "task"} '${options.name}'`;
  if (typeof options.name !== "string" || options.name.trim() === "")
    throw new TypeError(`A ${isCheck ? "check" : "task"} needs a name.`);
  if (isCheck && options.cache !== undefined && options.cache !== false)
    throw new TypeError(
      `${where}: a check isn't cached, since each run shows what it found. Leave out cache; what is above and below can have it.`,
    );
  const wrongDelay = delaysOf(options.retryDelay ?? 0).find((delay) => !(delay >= 0));
  if (wrongDelay !== undefined)
    throw new RangeError(`${where}: retryDelay is ${wrongDelay}; give milliseconds from 0.`);
  if (typeof options.cache === "object" && options.cache.key === "")
    throw new RangeError(`${where}: cache.key is empty; give a text, a list or a function.`);
  if (typeof options.cache === "object" && !((options.cache.expires ?? 0) >= 0)) {
    throw new RangeError(`${where}: cache.expires is ${options.cache.expires}; give milliseconds from 0.`);
  }
  if (options.retries !== undefined && !(Number.isInteger(options.retries) && options.retries >= 0)) {
    throw new RangeError(`${where}: retries is ${options.retries}; give a whole number from 0.`);
  }
  if (options.result !== undefined && options.result !== "rows" && options.result !== "plan")
    throw new RangeError(`${where}: result is ${JSON.stringify(options.result)}; give "rows" or "plan".`);
  if (options.result === "plan" && options.cache !== undefined && options.cache !== false)
    throw new TypeError(
      `${where}: a plan can't be cached, since no rows are kept. Leave out cache, or result.`,
    );
  if (options.timeout !== undefined && !(options.timeout > 0)) {
    throw new RangeError(`${where}: timeout is ${options.timeout}; give milliseconds above 0.`);
  }
  if (options.retryJitter !== undefined && !(options.retryJitter >= 0 && options.retryJitter <= 1)) {
    throw new RangeError(`${where}: retryJitter is ${options.retryJitter}; give a share from 0 to 1.`);
  }
}

function delaysOf(delay: RetryDelay): readonly number[] {
  if (typeof delay === "function") return []; // known when there is an error
  if (typeof delay === "number") return [delay];
  if (!("initial" in delay)) return delay;
  return [delay.initial, delay.factor ?? 0, delay.max ?? 0];
}
