import { availableParallelism } from "node:os";
import { type OnTaskMessage, ThreadPool } from "./thread-pool.ts";

/** Worker threads that are started before it is known what they will run, and who hears them. */
export class TaskPool {
  readonly threads: ThreadPool;
  #onMessage: OnTaskMessage = () => {};
  #onStrayError: (error: unknown) => void = () => {};

  constructor(size: number = availableParallelism()) {
    this.threads = new ThreadPool(
      size,
      (message, done) => this.#onMessage(message, done),
      (error) => this.#onStrayError(error),
    );
  }

  listen(onMessage: OnTaskMessage, onStrayError: (error: unknown) => void): void {
    this.#onMessage = onMessage;
    this.#onStrayError = onStrayError;
  }
}
