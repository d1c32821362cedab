import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ReadAnswer, ReadFlow, ReadRequest } from "./flow-reader-messages.ts";
import { builtFolder } from "./runtime-modules.ts";

/** Milliseconds that one flow may take, and megabytes of memory. */
const timeLimit = 10_000;
const memoryLimit = 256;
/** Milliseconds without work after which the thread is ended; it is begun anew when there is more. */
const idleTime = 30_000;

/**
 * Reads flow files on a thread of its own, one after the other: a file may come from anywhere, and the parser takes
 * as long, and as much memory, as the file makes it. What takes too much is a problem of its file.
 */
export class FlowReader implements AsyncDisposable {
  readonly #entry: string;
  readonly #limit: number;
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #settle: (outcome: ReadFlow | string) => void = () => {};
  #idle: NodeJS.Timeout | undefined;
  #count = 0;

  /** @param entry the thread's module, as it is built. */
  constructor(limit = timeLimit, entry = join(builtFolder, "flow-reader-thread.js")) {
    this.#limit = limit;
    this.#entry = entry;
  }

  /**
   * Reads a flow file and the modules that it imports.
   * @param unsaved asked when its turn has come.
   */
  read(file: string, unsaved: () => ReadonlyMap<string, string> = () => new Map()): Promise<ReadFlow> {
    const read = this.#turn.then(() => this.#read(file, unsaved()));
    this.#turn = read;
    return read;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #read(file: string, unsaved: ReadonlyMap<string, string>): Promise<ReadFlow> {
    clearTimeout(this.#idle);
    this.#worker ??= this.#begin();
    const worker = this.#worker;
    worker.ref();
    const request: ReadRequest = { id: ++this.#count, file, unsaved };
    const outcome = await new Promise<ReadFlow | string>((resolve) => {
      const timer = setTimeout(
        () => resolve(`reading it takes longer than ${this.#limit / 1000} s`),
        this.#limit,
      );
      this.#settle = (value) => {
        clearTimeout(timer);
        resolve(value);
      };
      worker.postMessage(request);
    });
    if (typeof outcome !== "string") {
      worker.unref();
      this.#idle = setTimeout(() => void this[Symbol.asyncDispose](), idleTime).unref();
      return outcome;
    }
    await this[Symbol.asyncDispose]();
    return unread(file, outcome);
  }

  #begin(): Worker {
    const worker = new Worker(this.#entry, { resourceLimits: { maxOldGenerationSizeMb: memoryLimit } });
    const settle = (outcome: ReadFlow | string) => {
      // One that is being ended says nothing any more.
      if (this.#worker === worker) this.#settle(outcome);
    };
    worker.on("message", ({ id, read }: ReadAnswer) => {
      if (id === this.#count) settle(read);
    });
    worker.on("error", (error: NodeJS.ErrnoException) =>
      settle(
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? `reading it takes more than ${memoryLimit} MB of memory`
          : `its reader failed: ${error.message}`,
      ),
    );
    worker.on("exit", () => settle("its reader ended"));
    return worker;
  }
}

function unread(file: string, why: string): ReadFlow {
  const problems = [{ message: `It can't be read: ${why}.`, source: { file, line: 1, column: 1 } }];
  return { file: { file, flow: undefined, flows: [], tasks: [], problems }, modules: new Set([file]) };
}
