import { availableParallelism } from "node:os";
import type { TaskThreads, ThreadsListener } from "./task-threads.ts";

/** Worker threads that are started before it is known what they will run, and who hears them. */
export class TaskPool {
  readonly threads: TaskThreads;
  #listener: ThreadsListener | undefined;

  private constructor(threads: (listener: ThreadsListener) => TaskThreads) {
    this.threads = threads({
      onMessage: (message, done) => this.#listener?.onMessage(message, done),
      onStrayError: (error) => this.#listener?.onStrayError(error),
      onHostEnded: (ended) => this.#listener?.onHostEnded(ended),
    });
  }

  /**
   * Starts threads, in a process of their own. Under a debugger they are this process's, so that it has both
   * the flow's body and its tasks before it.
   * @param usesEngine whether the threads are to load the engine before a task needs it.
   */
  static async start(size: number = availableParallelism(), usesEngine = false): Promise<TaskPool> {
    if (!isDebugged()) {
      const { HostedThreads } = await import("./hosted-threads.ts");
      return new TaskPool((listener) => new HostedThreads(size, listener, usesEngine));
    }
    const { ThreadPool } = await import("./thread-pool.ts");
    return new TaskPool((listener) => new ThreadPool(size, listener, { usesEngine }));
  }

  /** Threads of the caller's own. */
  static of(threads: (listener: ThreadsListener) => TaskThreads): TaskPool {
    return new TaskPool(threads);
  }

  listen(listener: ThreadsListener): void {
    this.#listener = listener;
  }
}

function isDebugged(): boolean {
  const { NODE_OPTIONS = "", VSCODE_INSPECTOR_OPTIONS } = process.env;
  return (
    VSCODE_INSPECTOR_OPTIONS !== undefined ||
    [...process.execArgv, ...NODE_OPTIONS.split(" ")].some((option) => option.startsWith("--inspect"))
  );
}
