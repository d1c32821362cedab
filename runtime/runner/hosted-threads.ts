import { deserialize, serialize } from "node:v8";
import type { RunEnvironment, StopReason, TaskResponse, ToRun } from "../worker/protocol.ts";
import { FreeSeats } from "./free-seats.ts";
import { HostProcess } from "./host-process.ts";
import { QuickTasks } from "./quick-tasks.ts";
import {
  type HostEnd,
  HostEndedError,
  NotBegunError,
  type TaskOrder,
  type TaskThread,
  type TaskThreads,
  type ThreadCall,
  ThreadEndedError,
  type ThreadsListener,
} from "./task-threads.ts";

/** How long others may wait for one that was thought to be quick, until they are given to any thread, milliseconds. */
const quickPatience = 10;

interface Call {
  readonly number: number;
  readonly task: string;
  readonly onBegun: (() => void) | undefined;
  readonly resolve: (response: TaskResponse) => void;
  readonly reject: (error: Error) => void;
}

/** Threads in a process of their own: what ends that process leaves this one alive, and another is started. */
export class HostedThreads implements TaskThreads {
  readonly size: number;
  readonly #listener: ThreadsListener;
  readonly #usesEngine: boolean;
  readonly #free: FreeSeats;
  /** What each thread was given, first the one that it has begun with; of one that tasks share, in no order. */
  readonly #calls = new Map<number, Map<number, Call>>();
  readonly #quick = new QuickTasks();
  readonly #recalls = new Map<number, NodeJS.Timeout>();
  #host: HostProcess | undefined;
  #prepared: RunEnvironment | undefined;
  #lastCall = 0;

  /** @param usesEngine whether the threads are to load the engine before a task needs it. */
  constructor(size: number, listener: ThreadsListener, usesEngine = false) {
    this.size = size;
    this.#listener = listener;
    this.#usesEngine = usesEngine;
    this.#free = new FreeSeats(size, (number) => ({
      number,
      start: (order, onBegun) => this.#start(number, order, onBegun),
    }));
    this.#host = this.#startHost();
  }

  prepare(environment: RunEnvironment): void {
    if (this.#host === undefined || this.#prepared === environment) return;
    this.#prepared = environment;
    this.#host.send({ to: "prepare", environment });
  }

  take(waits: boolean): TaskThread | undefined {
    return this.#free.take(waits);
  }

  release(thread: TaskThread): void {
    this.#free.release(thread);
  }

  atOnce(task: string): number {
    return this.#quick.atOnce(task);
  }

  detach(resource: string): void {
    this.#host?.send({ to: "detach", resource });
  }

  async destroy(): Promise<void> {
    for (const timer of this.#recalls.values()) clearTimeout(timer);
    await this.#host?.destroy();
  }

  #startHost(): HostProcess {
    const host: HostProcess = new HostProcess(
      { size: this.size, usesEngine: this.#usesEngine },
      {
        onStrayError: (error) => this.#listener.onStrayError(error),
        onThreadMessage: (thread, message, bytes) => this.#hear(host, thread, message, bytes),
        onEnded: (end) => this.#onEnded(end),
      },
    );
    this.#prepared = undefined;
    return host;
  }

  #start(thread: number, order: TaskOrder, onBegun?: () => void): ThreadCall {
    const { environment, args, ...rest } = order;
    const bytes = serialize(rest);
    this.#host ??= this.#startHost();
    this.prepare(environment);
    const host = this.#host;
    const number = ++this.#lastCall;
    const response = new Promise<TaskResponse>((resolve, reject) => {
      const call = { number, task: order.task, onBegun, resolve, reject };
      const calls = this.#calls.get(thread) ?? new Map<number, Call>();
      this.#calls.set(thread, calls);
      calls.set(number, call);
      host.send({ to: "run", call: number, thread }, bytes, args);
      if (thread <= this.size && calls.size > 1) this.#recallLater(thread);
    });
    return {
      response,
      stop: (reason: StopReason) => {
        const [first = number] = this.#calls.get(thread)?.keys() ?? [];
        host.send({ to: "stop", call: number, thread, first, reason });
      },
    };
  }

  /** Lets others run what a thread was given beside one that turns out not to be quick. */
  #recallLater(thread: number): void {
    if (this.#recalls.has(thread)) return;
    const [first] = this.#calls.get(thread)?.keys() ?? [];
    const timer = setTimeout(() => {
      // What has come meanwhile is heard first: it is this process that may be late.
      setImmediate(() => {
        this.#recalls.delete(thread);
        const [now, behind] = this.#calls.get(thread)?.values() ?? [];
        if (now === undefined || behind === undefined) return;
        if (now.number === first) this.#host?.send({ to: "recall", thread, first });
        else this.#recallLater(thread);
      });
    }, quickPatience);
    timer.unref();
    this.#recalls.set(thread, timer);
  }

  #hear(host: HostProcess, thread: number, message: ToRun, bytes: Uint8Array): void {
    const calls = this.#calls.get(thread);
    switch (message.from) {
      case "said": {
        const { seat = 0, weight } = message.message;
        this.#listener.onMessage(message.message, () => host.send({ to: "heard", seat, weight }));
        return;
      }
      case "response": {
        const call = calls?.get(message.call);
        if (call === undefined) return; // of one that was given up
        calls?.delete(message.call);
        this.#quick.note(call.task, message.took);
        const [next] = calls?.values() ?? [];
        if (message.next) next?.onBegun?.();
        call.resolve(deserialize(bytes) as TaskResponse); // what runTask returns
        return;
      }
      case "returned":
        for (const number of message.calls) {
          calls?.get(number)?.reject(new NotBegunError("The thread did not begin with it."));
          calls?.delete(number);
        }
        return;
      case "ended":
        calls?.get(message.call)?.reject(new ThreadEndedError(message.end));
        calls?.delete(message.call);
        return;
      default:
        message satisfies never;
    }
  }

  #onEnded(end: HostEnd): void {
    this.#host = undefined; // its calls are all that there are
    this.#listener.onHostEnded(end);
    const ran: Call[] = [];
    for (const [thread, calls] of this.#calls) {
      const all = [...calls.values()];
      const begun = thread > this.size ? all.length : 1;
      ran.push(...all.slice(0, begun));
      for (const { reject } of all.slice(begun))
        reject(new NotBegunError("Its thread's process ended before it."));
    }
    this.#calls.clear();
    for (const { reject } of ran) {
      reject(
        ran.length === 1
          ? new ThreadEndedError({ reason: "process", message: `The task ${end.why}` })
          : new HostEndedError(`One of the tasks that ran ${end.why}`),
      );
    }
  }
}
