import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { TaskMessage, TaskRequest, TaskResponse } from "../worker/protocol.ts";

/** A thread ended under its task: it exited, ran out of memory, threw outside of the task's promise, or was ended. */
export class ThreadEndedError extends Error {
  override readonly name = "ThreadEndedError";
  readonly reason: "exit" | "memory" | "uncaught" | "ended";

  constructor(reason: ThreadEndedError["reason"], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** Hears what a task says. `done` is to be called when that is on disk. */
export type OnTaskMessage = (message: TaskMessage, done: () => void) => void;

/**
 * Threads that each run one task at a time. A pool of one is kept for each, since the graph and the timeline
 * say which thread ran what, and a pool of several doesn't tell.
 */
export class ThreadPool {
  readonly #threads: PoolThread[];
  readonly #free: PoolThread[];

  constructor(size: number, onMessage: OnTaskMessage, onStrayError: (error: unknown) => void) {
    this.#threads = Array.from(
      { length: size },
      (_, index) => new PoolThread(index + 1, onMessage, onStrayError),
    );
    this.#free = [...this.#threads].reverse();
  }

  get size(): number {
    return this.#threads.length;
  }

  /** Takes a free thread, if there is one. It comes back by {@link release}. */
  take(): PoolThread | undefined {
    return this.#free.pop();
  }

  release(thread: PoolThread): void {
    this.#free.push(thread);
  }

  /** Ends all threads. */
  async destroy(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.destroy()));
  }
}

/** How long threads may take to let go of their resources when a run has ended, milliseconds. */
const detachTimeout = 1_000;

export class PoolThread {
  /** From 1. */
  readonly number: number;
  readonly #pool: Piscina<TaskRequest, TaskResponse>;
  readonly #onMessage: OnTaskMessage;
  #backlog = sharedNumber();
  /** It has been given resources. */
  #holds = false;
  #current: { readonly taskRun: string; readonly attempt: number } | undefined;
  /** Of the current try; what an earlier one left behind may still say something. */
  #batches = 0;
  #awaited: { readonly count: number; readonly resolve: () => void } | undefined;

  constructor(number: number, onMessage: OnTaskMessage, onStrayError: (error: unknown) => void) {
    this.number = number;
    this.#onMessage = onMessage;
    this.#pool = new Piscina({
      filename: entry,
      name: "runTask",
      minThreads: 1,
      maxThreads: 1,
      maxQueue: 1,
      // A blocked wait for the next task would hold up what the last one left to do, timers and sockets.
      atomics: "disabled",
      recordTiming: false,
    });
    this.#pool.on("message", (message: TaskMessage) => this.#receive(message));
    this.#pool.on("error", onStrayError);
  }

  /**
   * Runs one try of a task; resolves when all that it said has been received too.
   * @param signal ends the thread under the task, even one in an endless loop.
   * @throws {ThreadEndedError}
   */
  async run(request: Omit<TaskRequest, "backlog">, signal: AbortSignal): Promise<TaskResponse> {
    this.#current = request;
    this.#batches = 0;
    this.#holds ||= Object.keys(request.resources).length > 0;
    let response: TaskResponse;
    try {
      response = await this.#pool.run({ ...request, backlog: this.#backlog }, { signal });
    } catch (error) {
      this.#backlog = sharedNumber(); // the thread's successor begins anew
      throw threadEnded(error, signal);
    }
    if (this.#batches < response.batches) {
      const { promise, resolve } = deferred();
      this.#awaited = { count: response.batches, resolve };
      await promise;
    }
    return response;
  }

  /** Ends the thread, once it has let go of its resources; one that is busy with something else loses them. */
  async destroy(): Promise<void> {
    if (this.#holds) await this.#detachAll();
    await this.#pool.destroy();
  }

  async #detachAll(): Promise<void> {
    const late = AbortSignal.timeout(detachTimeout);
    // Piscina passes no argument on but one; it rejects when the thread ends, or is ended for being late.
    await this.#pool.run(undefined as never, { name: "detachAll", signal: late }).catch(() => {});
  }

  #receive(message: TaskMessage): void {
    const backlog = this.#backlog;
    this.#onMessage(message, () => {
      Atomics.sub(backlog, 0, message.weight);
      Atomics.notify(backlog, 0);
    });
    if (message.taskRun !== this.#current?.taskRun || message.attempt !== this.#current.attempt) return;
    this.#batches++;
    if (this.#awaited !== undefined && this.#batches >= this.#awaited.count) {
      this.#awaited.resolve();
      this.#awaited = undefined;
    }
  }
}

function threadEnded(error: unknown, signal: AbortSignal): ThreadEndedError {
  if (signal.aborted) return new ThreadEndedError("ended", "The thread was ended.");
  const { code, message } = error as NodeJS.ErrnoException; // piscina rejects with errors only, or what a thread threw
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return new ThreadEndedError(
      "memory",
      "The task ran out of memory. Give it less at a time, or more: NODE_OPTIONS=--max-old-space-size=<megabytes>.",
    );
  }
  const exit = /^worker exited with code: (-?\d+)$/.exec(message ?? "");
  if (exit !== null) {
    return new ThreadEndedError(
      "exit",
      `The task called process.exit(${exit[1]}), which ended its thread. Throw an error instead.`,
    );
  }
  return new ThreadEndedError("uncaught", "An error was thrown outside of the task's promise.", error);
}

/** A number that threads share, 0 at first. */
export function sharedNumber(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const entry = locateEntry();

/** Built, the thread's module is beside this one's chunk. */
function locateEntry(): string {
  const path = fileURLToPath(new URL("./thread.cjs", import.meta.url));
  if (existsSync(path)) return path;
  throw new Error(`Millrace isn't built: ${path} is missing. Run 'npm run build'.`);
}
