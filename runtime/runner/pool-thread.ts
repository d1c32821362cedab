import { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { reportError } from "../worker/error-report.ts";
import {
  beginNoMore,
  type OrderBytes,
  type PostedByThread,
  type RequestBytes,
  type RunEnvironment,
  type StopReason,
  share,
  stopReasons,
  type ThreadEnd,
  type ThreadNotice,
  type ThreadSurroundings,
} from "../worker/protocol.ts";
import { childrenOfThread, endProcesses } from "./child-processes.ts";
import type { SharedSeats } from "./shared-seats.ts";
import { memoryAdvice, ThreadEndedError, type ThreadsListener } from "./task-threads.ts";

/** How long threads may take to let go of their resources when a run has ended, milliseconds. */
const detachTimeout = 1_000;

/** How long a task that was told to stop has to do so before its thread is ended, milliseconds. */
const stopGrace = 1_000;
/** How long a task that was told to stop may take until it is called and can hear of that, milliseconds. */
const startPatience = 5_000;
/** How long a thread that tasks share may take to answer until it is taken for blocked, milliseconds. */
const answerPatience = 2_000;
/** Milliseconds between two looks at whether it has been called. */
const startPoll = 20;

/** One try of a task on a thread, or several that it begins with one after the other. */
export interface PoolCall {
  /** Resolves when the thread is done with all that it has begun with. @throws {ThreadEndedError} */
  readonly ended: Promise<void>;
  /** Stops the one that the thread has begun with last. */
  stop(reason: StopReason): void;
  /** Lets the thread begin with no other. @returns how many it has begun with. */
  beginNoMore(): number;
}

/** What all threads of a pool have in common. */
export interface PoolParts {
  /** Shared by all threads: how many queries run in each, by its number. */
  readonly busy: Int32Array;
  readonly channel: string;
  readonly notify: (notice: ThreadNotice) => void;
  readonly seats: SharedSeats;
  /** Where a thread tells what it has to say, past this process. */
  readonly outletOf?: (thread: number) => number;
  /** They load the engine before a task needs it. */
  readonly usesEngine?: boolean;
  readonly listener: Pick<ThreadsListener, "onMessage" | "onStrayError">;
  /** Hears what a try came to, by the number of its order, after all that it said; unless threads tell it elsewhere. */
  readonly onResponse: (call: number, response: Uint8Array) => void;
}

/** What is kept of a call while it runs. */
interface CallState {
  readonly shared: Int32Array;
  /** Ends the thread under it. */
  readonly end: EventEmitter;
  /** Lets go of it though it goes on. */
  readonly giveUp: (end: ThreadEnd) => void;
  /** Others have run beside it: it need not be what ended the thread. */
  hadOthers: boolean;
  stopTimer: NodeJS.Timeout | undefined;
}

export class PoolThread {
  readonly #number: number;
  readonly #isShared: boolean;
  readonly #pool: Piscina<RequestBytes, void>;
  readonly #parts: PoolParts;
  readonly #calls = new Set<CallState>();
  #surroundings: { readonly of: RunEnvironment; readonly text: string } | undefined;
  #isRetired = false;
  #onIdle: () => void = () => {};
  /** It may have been given resources. */
  #used = false;

  /** @param seats how many tasks it runs at a time. */
  constructor(number: number, seats: number, parts: PoolParts) {
    this.#number = number;
    this.#isShared = seats > 1;
    this.#parts = parts;
    this.#pool = new Piscina({
      filename: entry,
      name: "runTask",
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: seats,
      maxQueue: seats,
      workerData: { usesEngine: parts.usesEngine === true && !this.#isShared },
      // A blocked wait for the next task would hold up what the last one left to do, timers and sockets.
      atomics: "disabled",
      recordTiming: false,
    });
    this.#pool.on("message", (posted: PostedByThread) => this.#receive(posted));
    this.#pool.on("error", (error) => parts.listener.onStrayError(reportError(error)));
  }

  /** Something that was given up still runs in it: nothing more is to start here. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Settles when nothing that counts runs here. */
  whenIdle(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Runs tries of tasks, one after the other. */
  start(orders: readonly OrderBytes[], environment: RunEnvironment): PoolCall {
    const shared = this.#parts.seats.take();
    let giveUp: CallState["giveUp"] = () => {};
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = (end) => reject(new ThreadEndedError(end));
    });
    const call: CallState = {
      shared,
      end: new EventEmitter(),
      giveUp,
      hadOthers: this.#calls.size > 0,
      stopTimer: undefined,
    };
    for (const other of this.#calls) other.hadOthers = true;
    this.#calls.add(call);
    this.#used = true;
    const ended = Promise.race([this.#run(call, orders, environment), givenUp]).finally(() => {
      clearTimeout(call.stopTimer);
      this.#calls.delete(call);
      if (this.#calls.size === 0) this.#onIdle();
    });
    return {
      ended,
      stop: (reason) => this.#stop(call, reason),
      beginNoMore: () => beginNoMore(shared),
    };
  }

  async #run(call: CallState, orders: readonly OrderBytes[], environment: RunEnvironment): Promise<void> {
    const { shared, end } = call;
    const { channel, outletOf, busy, seats } = this.#parts;
    const outlet = outletOf?.(this.#number);
    if (this.#surroundings?.of !== environment) {
      const surroundings: ThreadSurroundings = {
        environment,
        channel,
        ...(outlet === undefined ? {} : { outlet }),
      };
      this.#surroundings = { of: environment, text: JSON.stringify(surroundings) };
    }
    let ended = false;
    // Known only while the thread lives; ended only when it can't start others any more.
    let children: readonly number[] = [];
    end.on("abort", () => {
      ended = true;
      children = childrenOfThread(Atomics.load(shared, share.id));
    });
    try {
      const atWork = { busy, slot: this.#number };
      const request = { surroundings: this.#surroundings.text, orders, shared, ...atWork };
      // Piscina gives a task that has a signal a thread of its own.
      const running = this.#pool.run(request, this.#isShared ? {} : { signal: end });
      if (this.#isShared) end.on("abort", () => void this.#pool.destroy());
      end.on("abort", () => endProcesses(children));
      await running;
    } catch (error) {
      // The thread's successor begins anew.
      throw new ThreadEndedError(call.hadOthers && !ended ? sharedEnd(error) : threadEnd(error, ended));
    }
    seats.giveBack(shared);
  }

  #stop(call: CallState, reason: StopReason): void {
    Atomics.store(call.shared, share.stop, stopReasons.indexOf(reason));
    this.#parts.notify({ notice: "abort" });
    this.#endLater(call, performance.now() + startPatience);
  }

  #endLater(call: CallState, latest: number): void {
    const called = Atomics.load(call.shared, share.called) === 1 || performance.now() >= latest;
    call.stopTimer = called
      ? setTimeout(() => this.#end(call), stopGrace)
      : setTimeout(() => this.#endLater(call, latest), startPoll);
  }

  /** Ends the thread under a call, or where it is the others' too and does its work, lets go of the call. */
  #end(call: CallState): void {
    if (this.#calls.size > 1) void this.#retire(call);
    else this.#endThread(call);
  }

  /** Lets the others end, and then the thread; but what was let go of may block them at any time. */
  async #retire(call: CallState): Promise<void> {
    this.#isRetired = true;
    if (await this.#answers(call)) call.giveUp({ reason: "ended", message: "The task was given up." });
    else this.#endThread(call);
    for (;;) {
      const [other] = this.#calls;
      if (other === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, stopGrace));
      if (!(await this.#answers(other)) && this.#calls.has(other)) this.#endThread(call);
    }
  }

  /** @param culprit what it is ended for: the others run again. */
  #endThread(culprit: CallState): void {
    culprit.end.emit("abort");
    if (!this.#isShared) return; // piscina has told it
    this.#isRetired = true;
    culprit.giveUp({ reason: "ended", message: "The thread was ended." });
    const message = "Another task, whose time was up, blocked the thread that they shared.";
    for (const call of this.#calls) if (call !== culprit) call.giveUp({ reason: "shared", message });
  }

  /** Whether the thread does its work, as far as a call that runs there can tell. */
  async #answers({ shared }: CallState): Promise<boolean> {
    Atomics.store(shared, share.heard, 0);
    this.#parts.notify({ notice: "abort" });
    const latest = performance.now() + answerPatience;
    while (Atomics.load(shared, share.heard) === 0) {
      if (performance.now() > latest) return false;
      await new Promise((resolve) => setTimeout(resolve, startPoll));
    }
    return true;
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

  #receive({ told, bytes = none }: PostedByThread): void {
    const { listener, seats, onResponse } = this.#parts;
    switch (told.from) {
      case "said": {
        const { seat, weight } = told.message;
        listener.onMessage(told.message, () => {
          if (seat !== undefined) seats.heard(seat, weight);
        });
        return;
      }
      case "response":
        onResponse(told.call, bytes);
        return;
      default:
        told satisfies never;
    }
  }
}

const none = new Uint8Array(0);

/** Of a thread that ended under several tasks. */
function sharedEnd(error: unknown): ThreadEnd {
  const { message } = threadEnd(error, false);
  return { reason: "shared", message: `A thread that several tasks shared was ended. ${message}` };
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

const entry = locateEntry();

/** Built, the thread's module is beside this one's chunk. */
function locateEntry(): string {
  const path = fileURLToPath(new URL("./thread.cjs", import.meta.url));
  if (existsSync(path)) return path;
  throw new Error(`Millrace isn't built: ${path} is missing. Run 'npm run build'.`);
}
