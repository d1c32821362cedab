import { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { BroadcastChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import { reportError } from "../worker/error-report.ts";
import {
  type RequestBytes,
  type RunEnvironment,
  type StopReason,
  share,
  stopReasons,
  type TaskMessage,
  type TaskResponse,
  type ThreadNotice,
  type ThreadSurroundings,
} from "../worker/protocol.ts";
import { childrenOfThread, endProcesses } from "./child-processes.ts";
import {
  memoryAdvice,
  type OrderBytes,
  type TaskOrder,
  type TaskThread,
  type TaskThreads,
  type ThreadEnd,
  ThreadEndedError,
  type ThreadsListener,
} from "./task-threads.ts";

/** How many pools this process has made. */
let pools = 0;

/**
 * Threads of this process. A pool of one is kept for each, since the graph and the timeline say which thread
 * ran what, and a pool of several doesn't tell.
 */
export class ThreadPool implements TaskThreads {
  readonly #threads: readonly PoolThread[];
  readonly #free: TaskThread[];
  readonly #channel: BroadcastChannel;

  constructor(size: number, listener: Pick<ThreadsListener, "onMessage" | "onStrayError">) {
    const channel = `millrace ${process.pid} ${++pools}`;
    this.#channel = new BroadcastChannel(channel);
    this.#channel.unref();
    const notify = (notice: ThreadNotice) => this.#channel.postMessage(notice);
    const busy = new Int32Array(new SharedArrayBuffer((size + 1) * Int32Array.BYTES_PER_ELEMENT));
    this.#threads = Array.from(
      { length: size },
      (_, index) => new PoolThread(index + 1, busy, channel, notify, listener),
    );
    this.#free = [...this.#threads].reverse();
  }

  get size(): number {
    return this.#threads.length;
  }

  /** @param number from 1. */
  thread(number: number): PoolThread | undefined {
    return this.#threads[number - 1];
  }

  prepare(): void {} // each order says it to the thread that gets it

  take(): TaskThread | undefined {
    return this.#free.pop();
  }

  release(thread: TaskThread): void {
    this.#free.push(thread);
  }

  detach(resource: string): void {
    this.#channel.postMessage({ notice: "detach", resource } satisfies ThreadNotice);
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.destroy()));
    this.#channel.close();
  }
}

/** How long threads may take to let go of their resources when a run has ended, milliseconds. */
const detachTimeout = 1_000;

/** How long a task that was told to stop has to do so before its thread is ended, milliseconds. */
const stopGrace = 1_000;
/** How long a task that was told to stop may take until it is called and can hear of that, milliseconds. */
const startPatience = 5_000;
/** Milliseconds between two looks at whether it has been called. */
const startPoll = 20;

export class PoolThread implements TaskThread {
  readonly number: number;
  readonly #pool: Piscina<RequestBytes, Uint8Array>;
  readonly #busy: Int32Array;
  readonly #channel: string;
  readonly #notify: (notice: ThreadNotice) => void;
  readonly #onMessage: ThreadsListener["onMessage"];
  #shared = sharedNumbers();
  #lastTry = 0;
  #surroundings: { readonly of: RunEnvironment; readonly text: string } | undefined;
  #end = new EventEmitter();
  #stopTimer: NodeJS.Timeout | undefined;
  /** It may have been given resources. */
  #used = false;
  /** Batches received from the current try. Late messages of an earlier try aren't counted. */
  #batches = 0;
  #awaited: { readonly count: number; readonly resolve: () => void } | undefined;

  /** @param busy shared by all threads: how many queries run in each, by its number. */
  constructor(
    number: number,
    busy: Int32Array,
    channel: string,
    notify: (notice: ThreadNotice) => void,
    listener: Pick<ThreadsListener, "onMessage" | "onStrayError">,
  ) {
    this.number = number;
    this.#busy = busy;
    this.#channel = channel;
    this.#notify = notify;
    this.#onMessage = listener.onMessage.bind(listener);
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
    this.#pool.on("error", (error) => listener.onStrayError(reportError(error)));
  }

  async run({ environment, args, ...order }: TaskOrder): Promise<TaskResponse> {
    return deserialize(await this.runBytes({ order: serialize(order), args }, environment)) as TaskResponse; // what runTask returns
  }

  /** As {@link run}, for orders that pass through. */
  async runBytes({ order, args }: OrderBytes, environment: RunEnvironment): Promise<Uint8Array> {
    const shared = this.#shared;
    this.#used = true;
    this.#batches = 0;
    Atomics.store(shared, share.try, ++this.#lastTry);
    Atomics.store(shared, share.stop, 0);
    Atomics.store(shared, share.called, 0);
    if (this.#surroundings?.of !== environment) {
      const surroundings: ThreadSurroundings = { environment, channel: this.#channel };
      this.#surroundings = { of: environment, text: JSON.stringify(surroundings) };
    }
    const end = new EventEmitter();
    this.#end = end;
    let ended = false;
    // Known only while the thread lives; ended only when it can't start others any more.
    let children: readonly number[] = [];
    end.on("abort", () => {
      ended = true;
      children = childrenOfThread(Atomics.load(shared, share.id));
    });
    let response: Uint8Array;
    try {
      const atWork = { busy: this.#busy, slot: this.number };
      const request = { surroundings: this.#surroundings.text, order, args, shared, ...atWork };
      const running = this.#pool.run(request, { signal: end });
      end.on("abort", () => endProcesses(children));
      response = await running;
    } catch (error) {
      this.#shared = sharedNumbers(); // the thread's successor begins anew
      throw new ThreadEndedError(threadEnd(error, ended));
    } finally {
      clearTimeout(this.#stopTimer);
    }
    const count = Atomics.load(shared, share.batches);
    if (this.#batches < count) {
      const { promise, resolve } = deferred();
      this.#awaited = { count, resolve };
      await promise;
    }
    return response;
  }

  stop(reason: StopReason): void {
    Atomics.store(this.#shared, share.stop, stopReasons.indexOf(reason));
    this.#notify({ notice: "abort" });
    this.#endLater(this.#end, performance.now() + startPatience);
  }

  #endLater(end: EventEmitter, latest: number): void {
    const called = Atomics.load(this.#shared, share.called) === 1 || performance.now() >= latest;
    this.#stopTimer = called
      ? setTimeout(() => end.emit("abort"), stopGrace)
      : setTimeout(() => this.#endLater(end, latest), startPoll);
  }

  async destroy(): Promise<void> {
    if (this.#used) await this.#detachAll();
    await this.#pool.destroy();
  }

  async #detachAll(): Promise<void> {
    const late = AbortSignal.timeout(detachTimeout);
    // Piscina passes no argument on but one; it rejects when the thread ends, or is ended for being late.
    await this.#pool.run(undefined as never, { name: "detachAll", signal: late }).catch(() => {});
  }

  #receive(message: TaskMessage): void {
    const shared = this.#shared;
    this.#onMessage(message, () => {
      Atomics.sub(shared, share.backlog, message.weight);
      Atomics.notify(shared, share.backlog);
    });
    if (message.try !== this.#lastTry) return;
    this.#batches++;
    if (this.#awaited !== undefined && this.#batches >= this.#awaited.count) {
      this.#awaited.resolve();
      this.#awaited = undefined;
    }
  }
}

function threadEnd(error: unknown, ended: boolean): ThreadEnd {
  if (ended) return { reason: "ended", message: "The thread was ended." };
  const { code, message } = error as NodeJS.ErrnoException; // piscina rejects with errors only, or what a thread threw
  if (code === "ERR_WORKER_OUT_OF_MEMORY")
    return { reason: "memory", message: `The task ran out of memory. ${memoryAdvice}` };
  const exit = /^worker exited with code: (-?\d+)$/.exec(message ?? "");
  if (exit !== null) {
    return {
      reason: "exit",
      message: `The task called process.exit(${exit[1]}), which ended its thread. Throw an error instead.`,
    };
  }
  return {
    reason: "uncaught",
    message: "An error was thrown outside of the task's promise.",
    report: reportError(error),
  };
}

/** Numbers that threads share, by {@link share}; 0 at first. */
function sharedNumbers(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Object.keys(share).length * Int32Array.BYTES_PER_ELEMENT));
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
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
