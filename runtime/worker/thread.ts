import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { deserialize, serialize } from "node:v8";
import { BroadcastChannel, parentPort, threadId } from "node:worker_threads";
import { type RunContext, shared } from "../authoring/context.ts";
import type { TaskDefinition } from "../authoring/task.ts";
import { describe } from "../errors/stack-location.ts";
import { giveSecrets } from "../secrets/find-secret.ts";
import { knowSecret } from "../secrets/known-secrets.ts";
import { AttachedResources } from "./attached-resources.ts";
import { captureOutput } from "./capture-output.ts";
import { reportError } from "./error-report.ts";
import { PipeOutlet } from "./pipe-outlet.ts";
import {
  beginOrder,
  type FromThread,
  type PostedByThread,
  type RequestBytes,
  type RunEnvironment,
  share,
  type TaskRequest,
  type TaskResponse,
  type ThreadNotice,
  type ThreadSurroundings,
} from "./protocol.ts";
import { watchEnvironment } from "./recorded-reads.ts";
import { runTry } from "./run-try.ts";
import { catchStrayErrors } from "./stray-errors.ts";
import { TaskScope } from "./task-scope.ts";

/** A worker thread's side of one run. */
class Thread {
  readonly environment: RunEnvironment;
  /** Undefined where its keeper hears it. */
  readonly #outlet: PipeOutlet | undefined;
  readonly #resources: AttachedResources;
  readonly #tasks: Promise<Map<string, TaskDefinition>>;
  readonly #detaching = new Set<Promise<void>>();
  /** Of the tries that run now; more than one only of tasks that mostly wait. */
  readonly #scopes = new Map<RunContext, (error: unknown) => void>();

  constructor(
    { environment, channel: channelName, outlet }: ThreadSurroundings,
    atWork: Pick<RequestBytes, "busy" | "slot">,
  ) {
    this.environment = environment;
    this.#outlet = outlet === undefined ? undefined : new PipeOutlet(outlet, threadId);
    const { memory, cores, given, secrets } = environment;
    giveSecrets(given);
    for (const value of secrets) knowSecret(value);
    const { busy, slot } = atWork;
    Atomics.store(busy, slot, 0); // what a thread that was ended had at work here isn't any more
    this.#resources = new AttachedResources({
      folder: environment.folder,
      runFolder: environment.runFolder,
      session: environment.session,
      threads: environment.threads,
      machine: { memory, cores, busy, slot },
      thread: "worker",
    });
    process.setSourceMapsEnabled(true);
    watchEnvironment();
    // The flow's own thread has imported the same modules: what they print is on stdout once already.
    captureOutput("stderr");
    catchStrayErrors((error, thrownIn) => this.#stray(error, thrownIn));
    this.#tasks = import(environment.bundle).then(
      () => new Map(shared.tasks.map((definition) => [definition.options.name, definition])),
    );
    const channel = new BroadcastChannel(channelName);
    channel.onmessage = (message) => this.#notice((message as { data: ThreadNotice }).data); // only the runner posts there
    channel.unref();
  }

  async run(request: TaskRequest): Promise<TaskResponse> {
    const { shared: numbers } = request;
    const seat = Atomics.load(numbers, share.seat);
    for (const value of request.secrets) knowSecret(value);
    const scope = new TaskScope(request, (events, weight, secrets) => {
      const told = secrets === undefined ? {} : { secrets };
      this.tell({ from: "said", message: { seat, events, weight, ...told } });
    });
    const stray = new Promise<never>((_, reject) => this.#scopes.set(scope, reject));
    Atomics.store(numbers, share.id, systemThreadId);
    scope.abortIfTold();
    try {
      const ran = runTry(request, scope, () => this.#definition(request.task), this.#resources);
      return await Promise.race([ran, stray]);
    } catch (error) {
      scope.finish();
      const { name, message, ...report } = reportError(error);
      const told = `An error was thrown outside of the task's promise. ${name}: ${message}`;
      return { outcome: "failed", error: { name, message: told, ...report }, retriable: true };
    } finally {
      this.#scopes.delete(scope);
    }
  }

  tell(told: FromThread, bytes?: Uint8Array): void {
    this.#outlet?.say(told, bytes);
    // The process that it is in masks what it says when it dies.
    const hasSecrets = told.from === "said" && told.message.secrets !== undefined;
    if (this.#outlet !== undefined && !hasSecrets) return;
    parentPort?.postMessage({ told, ...(bytes === undefined ? {} : { bytes }) } satisfies PostedByThread);
  }

  async #definition(task: string): Promise<TaskDefinition> {
    const definition = (await this.#tasks).get(task);
    if (definition !== undefined) return definition;
    throw new Error(
      `The task '${task}' isn't defined on the worker thread. Define it at the top level of a module that the flow imports.`,
    );
  }

  /** What the running task's code threw ends the thread, and with it the task; another's leaves both alone. */
  #stray(error: unknown, thrownIn: RunContext | undefined): void {
    const [only] = this.#scopes.keys();
    const mayBeIts = this.#scopes.size === 1 ? (thrownIn ?? only) === only : thrownIn === undefined;
    if (mayBeIts && this.#scopes.size > 0) throw error;
    const failTry = thrownIn && this.#scopes.get(thrownIn);
    if (failTry !== undefined) {
      failTry(error); // what shares the thread goes on
      return;
    }
    const message = `An error was thrown after the task had ended: ${describe(error)}`;
    if (thrownIn === undefined) process.stderr.write(`${message}\n`);
    else thrownIn.log("WARNING", message);
  }

  #notice(notice: ThreadNotice): void {
    switch (notice.notice) {
      case "abort":
        for (const scope of this.#scopes.keys()) if (scope instanceof TaskScope) scope.abortIfTold();
        return;
      case "detach":
        this.#detach(notice.resource);
        return;
    }
  }

  #detach(id: string): void {
    const detached = this.#resources
      .detach(id)
      .catch((error: unknown) => {
        process.stderr.write(`Letting go of resource '${id}' failed: ${String(error)}\n`);
      })
      .finally(() => this.#detaching.delete(detached));
    this.#detaching.add(detached);
  }

  /** Detaches all that is attached: a notice of it may come too late for a thread that is about to end. */
  async detachAll(): Promise<void> {
    for (const id of this.#resources.ids) this.#detach(id);
    await Promise.all(this.#detaching);
  }
}

const systemThreadId = readSystemThreadId();

function readSystemThreadId(): number {
  try {
    return Number(basename(readlinkSync("/proc/thread-self"))); // <process>/task/<thread>
  } catch {
    return 0; // no /proc
  }
}

let thread: Thread | undefined;

/** Piscina's entry: runs tries of task runs, one after the other, and tells what each came to. */
export async function runTask({ surroundings, orders, shared, ...atWork }: RequestBytes): Promise<void> {
  thread ??= new Thread(JSON.parse(surroundings) as ThreadSurroundings, atWork); // written by the pool
  let next = true;
  for (const [index, { call, order, args }] of orders.entries()) {
    if (!next) return;
    const begun = performance.now();
    const request = deserialize(order) as Omit<TaskRequest, "environment" | "args" | "shared">; // of the pool's, too
    const response = await thread.run({ ...request, environment: thread.environment, args, shared });
    next = index + 1 < orders.length && beginOrder(shared, index + 1);
    thread.tell({ from: "response", call, took: performance.now() - begun, next }, serialize(response));
    if (next) await new Promise(setImmediate); // what the last one left to do has its turn
  }
}

/** Called through piscina, too, before the thread is ended. */
export async function detachAll(): Promise<void> {
  await thread?.detachAll();
}
