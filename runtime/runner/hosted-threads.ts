import { deserialize, serialize } from "node:v8";
import type { RunEnvironment, StopReason, TaskResponse } from "../worker/protocol.ts";
import { FreeSeats } from "./free-seats.ts";
import { HostProcess } from "./host-process.ts";
import type { FromHost } from "./host-protocol.ts";
import {
  type HostEnd,
  HostEndedError,
  type TaskOrder,
  type TaskThread,
  type TaskThreads,
  ThreadEndedError,
  type ThreadsListener,
} from "./task-threads.ts";

interface Call {
  readonly resolve: (response: TaskResponse) => void;
  readonly reject: (error: Error) => void;
}

/** Threads in a process of their own: what ends that process leaves this one alive, and another is started. */
export class HostedThreads implements TaskThreads {
  readonly size: number;
  readonly #listener: ThreadsListener;
  readonly #free: FreeSeats;
  readonly #calls = new Map<number, Call>();
  #host: HostProcess | undefined;
  #prepared: RunEnvironment | undefined;
  #lastCall = 0;

  constructor(size: number, listener: ThreadsListener) {
    this.size = size;
    this.#listener = listener;
    this.#free = new FreeSeats(size, (thread) => this.#thread(thread));
    this.#host = this.#start();
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

  detach(resource: string): void {
    this.#host?.send({ to: "detach", resource });
  }

  async destroy(): Promise<void> {
    await this.#host?.destroy();
  }

  #start(): HostProcess {
    const host: HostProcess = new HostProcess(
      this.size,
      (message, bytes) => this.#receive(host, message, bytes),
      (end) => this.#onEnded(host, end),
    );
    this.#prepared = undefined;
    return host;
  }

  #thread(number: number): TaskThread {
    let call = 0;
    return {
      number,
      run: (order) => {
        call = ++this.#lastCall;
        return this.#run(call, number, order);
      },
      stop: (reason: StopReason) => this.#host?.send({ to: "stop", call, reason }),
    };
  }

  async #run(call: number, thread: number, order: TaskOrder): Promise<TaskResponse> {
    const { environment, args, ...rest } = order;
    const bytes = serialize(rest);
    this.#host ??= this.#start();
    this.prepare(environment);
    const host = this.#host;
    try {
      return await new Promise<TaskResponse>((resolve, reject) => {
        this.#calls.set(call, { resolve, reject });
        host.send({ to: "run", call, thread }, bytes, args);
      });
    } finally {
      this.#calls.delete(call);
    }
  }

  #receive(host: HostProcess, message: FromHost, bytes: Uint8Array): void {
    switch (message.from) {
      case "said":
        this.#listener.onMessage(message.message, () => host.send({ to: "heard" }));
        return;
      case "response":
        this.#calls.get(message.call)?.resolve(deserialize(bytes) as TaskResponse); // what runTask returns
        return;
      case "ended":
        this.#calls.get(message.call)?.reject(new ThreadEndedError(message.end));
        return;
      case "stray":
        this.#listener.onStrayError(message.error);
        return;
      case "destroyed":
        return;
      default:
        message satisfies never;
    }
  }

  #onEnded(host: HostProcess, end: HostEnd): void {
    if (this.#host === host) this.#host = undefined;
    this.#listener.onHostEnded(end);
    const alone = this.#calls.size === 1;
    for (const { reject } of this.#calls.values()) {
      reject(
        alone
          ? new ThreadEndedError({ reason: "process", message: `The task ${end.why}` })
          : new HostEndedError(`One of the tasks that ran ${end.why}`),
      );
    }
  }
}
