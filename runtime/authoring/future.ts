import type { State } from "../events/states.ts";

/** What a {@link RunFuture} asks of the run that made it. */
export interface FutureSource<T> {
  /** Settles when the run has ended: with its result, or with the error that ended it. */
  result(): Promise<T>;
  /** Settles when the run has ended, however it did. */
  state(): Promise<State>;
  /** Settles when the run has ended: with what it failed with, if it did. */
  error(): Promise<Error | undefined>;
}

/** How a {@link RunFuture} made by another copy of this module is known. */
const futureBrand: unique symbol = Symbol.for("millrace.future") as never; // Symbol.for isn't unique to TypeScript

/**
 * The promise of a task run or a subflow run. Passed to a task it is an edge of the graph; awaited it gives
 * the result, or throws what the run failed with. Nothing is thrown for a future that nobody awaits: the
 * flow's final state tells.
 */
export class RunFuture<out T> implements PromiseLike<T> {
  /** The run's id, such as `Similarity join-0`. */
  readonly run: string;
  readonly allowsFailure: boolean;
  readonly [futureBrand] = true;
  readonly #source: FutureSource<T>;

  constructor(run: string, source: FutureSource<T>, allowsFailure = false) {
    this.run = run;
    this.#source = source;
    this.allowsFailure = allowsFailure;
  }

  // biome-ignore lint/suspicious/noThenProperty: a future is awaited like a promise, but settles nothing until it is.
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#source.result().then(onFulfilled, onRejected);
  }

  /** The state that the run ended in. Never rejects because the run failed. */
  state(): Promise<State> {
    return this.#source.state();
  }

  /** The same run as an input that is delivered even if the run fails. */
  allowingFailure(): RunFuture<T | RunFailure> {
    const source: FutureSource<T | RunFailure> = {
      state: () => this.#source.state(),
      error: () => this.#source.error(),
      result: async () => {
        const state = await this.#source.state();
        if (state.type === "COMPLETED") return this.#source.result();
        const error = await this.#source.error();
        return { failed: true, state, ...(error === undefined ? {} : { error }) };
      },
    };
    return new RunFuture(this.run, source, true);
  }
}

/** Stands in for the result of a run that did not complete, where {@link allowFailure} lets it through. */
export interface RunFailure {
  readonly failed: true;
  readonly state: State;
  /** What it failed with; of one that didn't run, what failed first above it. */
  readonly error?: Error;
}

/**
 * Lets a failed upstream through: the task that gets this future runs though the upstream failed, and gets
 * a {@link RunFailure} in place of its result.
 */
export function allowFailure<T>(future: RunFuture<T>): RunFuture<T | RunFailure> {
  return future.allowingFailure();
}

export function isRunFailure(value: unknown): value is RunFailure {
  return (
    typeof value === "object" &&
    value !== null &&
    "failed" in value &&
    value.failed === true &&
    "state" in value
  );
}

export function isRunFuture(value: unknown): value is RunFuture<unknown> {
  return typeof value === "object" && value !== null && futureBrand in value;
}

/**
 * What may be passed where a task takes a T: a T, the future of one, or an array or plain object with
 * futures inside.
 */
export type Input<T> = T | RunFuture<T> | WithFutures<T>;

/** Arrays are not mapped like tuples and objects: that would go on for ever in a type such as JSON's. */
type WithFutures<T> = T extends readonly unknown[]
  ? T[number][] extends T
    ? readonly Input<T[number]>[]
    : { [K in keyof T]: Input<T[K]> }
  : T extends PlainObject<T>
    ? { [K in keyof T]: Input<T[K]> }
    : never;

/** T itself if it is a type of plain data: an object type none of whose properties is a method. */
type PlainObject<T> = T extends object
  ? true extends { [K in keyof T]-?: T[K] extends (...args: never) => unknown ? true : never }[keyof T]
    ? never
    : T
  : never;
