import type { TaskDefinition } from "../authoring/task.ts";
import {
  type TaskOrder,
  type TaskThread,
  type TaskThreads,
  type ThreadCall,
  ThreadEndedError,
  type ThreadsListener,
} from "../runner/task-threads.ts";
import { AttachedResources } from "../worker/attached-resources.ts";
import { type StopReason, share, sharedNumbers, stopReasons, type TaskResponse } from "../worker/protocol.ts";
import { runTry } from "../worker/run-try.ts";
import { TaskScope } from "../worker/task-scope.ts";

/** How long a task that was told to stop has to do so before the run goes on without it, milliseconds. */
const stopGrace = 1_000;

/**
 * What stands in for a run's threads where its tasks run in this process: each runs one task at a time. A task that
 * doesn't stop when it is told to can't be ended here: the run goes on without it.
 */
export class InProcessThreads implements TaskThreads {
  readonly size: number;
  readonly #free: TaskThread[];
  #resources: AttachedResources | undefined;

  /** @param find a task's definition, by its name. */
  constructor(size: number, find: (task: string) => TaskDefinition, listener: ThreadsListener) {
    this.size = size;
    const busy = new Int32Array(size + 1);
    const resources = (order: TaskOrder) => {
      const { folder, runFolder, session, memory, cores } = order.environment;
      const machine = { memory, cores, busy, slot: 1 };
      this.#resources ??= new AttachedResources({
        folder,
        runFolder,
        session,
        threads: size,
        machine,
        thread: "worker",
      });
      return this.#resources;
    };
    this.#free = Array.from(
      { length: size },
      (_, index) => new InProcessThread(size - index, find, resources, listener),
    );
  }

  prepare(): void {} // each order says it

  take(): TaskThread | undefined {
    return this.#free.pop();
  }

  release(thread: TaskThread): void {
    this.#free.push(thread);
  }

  atOnce(): number {
    return 1;
  }

  detach(resource: string): void {
    void this.#resources?.detach(resource);
  }

  async destroy(): Promise<void> {
    const resources = this.#resources;
    await Promise.all((resources?.ids ?? []).map((id) => resources?.detach(id)));
  }
}

class InProcessThread implements TaskThread {
  readonly number: number;
  readonly #find: (task: string) => TaskDefinition;
  readonly #resources: (order: TaskOrder) => AttachedResources;
  readonly #listener: ThreadsListener;
  #stop: (reason: StopReason) => void = () => {};

  constructor(
    number: number,
    find: (task: string) => TaskDefinition,
    resources: (order: TaskOrder) => AttachedResources,
    listener: ThreadsListener,
  ) {
    this.number = number;
    this.#find = find;
    this.#resources = resources;
    this.#listener = listener;
  }

  start(order: TaskOrder): ThreadCall {
    return { response: this.#run(order), stop: (reason) => this.#stop(reason) };
  }

  async #run(order: TaskOrder): Promise<TaskResponse> {
    const shared = sharedNumbers();
    const request = { ...order, shared };
    const scope = new TaskScope(request, (events, weight, secrets) => {
      // Nothing else can run while it waits for the disk here, so that it never does.
      Atomics.sub(shared, share.backlog, weight);
      const told = secrets === undefined ? {} : { secrets };
      this.#listener.onMessage({ events, weight, ...told }, () => {});
    });
    let timer: NodeJS.Timeout | undefined;
    const ended = new Promise<never>((_, reject) => {
      this.#stop = (reason) => {
        Atomics.store(shared, share.stop, stopReasons.indexOf(reason));
        scope.abortIfTold();
        const end = new ThreadEndedError({ reason: "ended", message: "The task did not stop." });
        timer ??= setTimeout(() => reject(end), stopGrace);
      };
    });
    try {
      const find = () => this.#find(order.task);
      return await Promise.race([runTry(request, scope, find, this.#resources(order)), ended]);
    } finally {
      clearTimeout(timer);
      this.#stop = () => {};
    }
  }
}
