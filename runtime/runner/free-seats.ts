import type { TaskThread } from "./task-threads.ts";

/** How many tasks that mostly wait share a thread at most. */
export const seatsPerThread = 128;

/**
 * Who may run now: one task on each of the threads from 1 to `size`, and besides, on as many threads more, tasks that
 * mostly wait, each thread for many of them. So neither kind waits for the other.
 */
export class FreeSeats {
  readonly #size: number;
  readonly #own: TaskThread[];
  readonly #shared: TaskThread[] = [];

  /** @param seat makes a seat of the thread of that number. */
  constructor(size: number, seat: (thread: number) => TaskThread) {
    this.#size = size;
    this.#own = Array.from({ length: size }, (_, index) => seat(size - index));
    for (let i = 0; i < seatsPerThread; i++)
      for (let thread = 2 * size; thread > size; thread--) this.#shared.push(seat(thread));
  }

  /** @param waits for a task that mostly waits. */
  take(waits: boolean): TaskThread | undefined {
    return waits ? this.#shared.pop() : this.#own.pop();
  }

  release(thread: TaskThread): void {
    if (thread.number > this.#size) this.#shared.push(thread);
    else this.#own.push(thread);
  }
}
