import { deserialize, serialize } from "node:v8";
import { BroadcastChannel } from "node:worker_threads";
import type { TaskResponse, ThreadNotice } from "../worker/protocol.ts";
import { FreeSeats, seatsPerThread } from "./free-seats.ts";
import { type PoolParts, PoolThread } from "./pool-thread.ts";
import { SharedSeats } from "./shared-seats.ts";
import type { TaskOrder, TaskThread, TaskThreads, ThreadCall } from "./task-threads.ts";

/** How many pools this process has made. */
let pools = 0;

/**
 * Threads of this process. A pool of one is kept for each, since the graph and the timeline say which thread
 * ran what, and a pool of several doesn't tell.
 */
export class ThreadPool implements TaskThreads {
  readonly size: number;
  /** By number; those that tasks share are started when they are needed. */
  readonly #threads = new Map<number, PoolThread>();
  readonly #retired = new Set<PoolThread>();
  readonly #free: FreeSeats;
  readonly #channel: BroadcastChannel;
  readonly #seats = new SharedSeats();
  readonly #start: (number: number) => PoolThread;
  /** Who waits for what a try came to, by its number. */
  readonly #waiting = new Map<number, (response: Uint8Array) => void>();
  #lastCall = 0;

  constructor(
    size: number,
    listener: PoolParts["listener"],
    more: Pick<PoolParts, "outletOf" | "usesEngine"> = {},
  ) {
    this.size = size;
    const channel = `millrace ${process.pid} ${++pools}`;
    this.#channel = new BroadcastChannel(channel);
    this.#channel.unref();
    const parts: PoolParts = {
      busy: new Int32Array(new SharedArrayBuffer((2 * size + 1) * Int32Array.BYTES_PER_ELEMENT)),
      channel,
      notify: (notice) => this.#channel.postMessage(notice),
      seats: this.#seats,
      ...more,
      listener,
      onResponse: (call, response) => this.#waiting.get(call)?.(response),
    };
    this.#start = (number) => new PoolThread(number, number > size ? seatsPerThread : 1, parts);
    for (let number = 1; number <= size; number++) this.#threads.set(number, this.#start(number));
    this.#free = new FreeSeats(size, (number) => ({
      number,
      start: (order) => this.#startOn(number, order),
    }));
  }

  /** @param number from 1. */
  thread(number: number): PoolThread {
    const known = this.#threads.get(number);
    if (known !== undefined && !known.isRetired) return known;
    if (known !== undefined) {
      this.#retired.add(known);
      void known
        .whenIdle()
        .then(() => known.destroy())
        .finally(() => this.#retired.delete(known));
    }
    const thread = this.#start(number);
    this.#threads.set(number, thread);
    return thread;
  }

  prepare(): void {} // each order says it to the thread that gets it

  take(waits: boolean): TaskThread | undefined {
    return this.#free.take(waits);
  }

  release(thread: TaskThread): void {
    this.#free.release(thread);
  }

  atOnce(): number {
    return 1;
  }

  /** What a thread said is on disk. */
  heard(seat: number, weight: number): void {
    this.#seats.heard(seat, weight);
  }

  detach(resource: string): void {
    this.#channel.postMessage({ notice: "detach", resource } satisfies ThreadNotice);
  }

  #startOn(number: number, { environment, args, ...order }: TaskOrder): ThreadCall {
    const call = ++this.#lastCall;
    const told = new Promise<Uint8Array>((resolve) => this.#waiting.set(call, resolve));
    const { ended, stop } = this.thread(number).start([{ call, order: serialize(order), args }], environment);
    const response = Promise.all([told, ended])
      .then(([bytes]) => deserialize(bytes) as TaskResponse) // what runTask tells
      .finally(() => this.#waiting.delete(call));
    return { response, stop };
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#threads.values(), ...this.#retired].map((thread) => thread.destroy()));
    this.#channel.close();
  }
}
