import { makeState } from "../events/states.ts";
import { knownSecrets } from "../secrets/known-secrets.ts";
import type { RunEnvironment, StopReason } from "../worker/protocol.ts";
import type { ResultCache } from "./result-cache.ts";
import type { RunResources } from "./run-resources.ts";
import type { TaskRun } from "./task-run.ts";
import type { TaskOrder, TaskThread } from "./task-threads.ts";
import { startTimer } from "./timer.ts";
import { type Outcome, responseOutcome, stoppedOutcome, threadDied } from "./try-outcome.ts";
import type { Writings } from "./writings.ts";

/** What tries need of their run. */
export interface TryParts {
  readonly environment: RunEnvironment;
  readonly cache: ResultCache;
  readonly resources: RunResources;
  readonly writings: Writings;
}

type Phase =
  | { readonly name: "running" }
  /** Its thread has been told, and has a second to stop by itself. */
  | { readonly name: "stopping"; readonly reason: StopReason }
  | { readonly name: "ended" };

/** One try of a task run on a thread. */
export class TaskTry {
  readonly #parts: TryParts;
  readonly #thread: TaskThread;
  readonly #run: TaskRun;
  readonly #attempt: number;
  #phase: Phase = { name: "running" };

  /** @param attempt which try of the task run, from 1. */
  constructor(parts: TryParts, thread: TaskThread, run: TaskRun, attempt: number) {
    this.#parts = parts;
    this.#thread = thread;
    this.#run = run;
    this.#attempt = attempt;
  }

  /** Runs to its end; never rejects. */
  async run(): Promise<Outcome> {
    const attempt = this.#attempt;
    const { timeout } = this.#run.options;
    this.#run.move(makeState(attempt === 1 ? "Running" : "Retrying"), {
      attempt,
      thread: this.#thread.number,
    });
    const timer = timeout === undefined ? undefined : startTimer(timeout, () => this.stop("timeout"));
    const came = await this.#onThread();
    clearTimeout(timer);
    // Once stopped, a late result doesn't count: the try is Cancelled or TimedOut.
    const outcome = this.#phase.name === "stopping" ? stoppedOutcome(this.#phase.reason, timeout) : came;
    this.#phase = { name: "ended" };
    return outcome;
  }

  /** Ends it, gracefully at first. */
  stop(reason: StopReason): void {
    if (this.#phase.name !== "running") return;
    this.#phase = { name: "stopping", reason };
    if (reason === "cancelled") this.#run.move(makeState("Cancelling"));
    this.#thread.stop(reason);
  }

  /** What it comes to if nobody stops it. */
  async #onThread(): Promise<Outcome> {
    try {
      const order = await this.#order();
      return this.#phase.name === "stopping"
        ? stoppedOutcome(this.#phase.reason, this.#run.options.timeout)
        : responseOutcome(await this.#thread.run(order));
    } catch (error) {
      return threadDied(error);
    }
  }

  async #order(): Promise<TaskOrder> {
    const run = this.#run;
    const { environment, cache, resources, writings } = this.#parts;
    const author = writings.author(run.id, this.#attempt, run.inputs.digest);
    await writings.begin(author);
    const tables = await run.tableHandles(environment.runFolder);
    if (tables.length > 0) await run.findUsed(environment.runFolder);
    return {
      environment,
      author,
      taskRun: run.id,
      task: run.options.name,
      attempt: this.#attempt,
      args: run.inputs.args.bytes(),
      secrets: knownSecrets(),
      tables,
      inputs: run.upstreamResults(),
      resources: resources.handles(run.inputs.resources),
      recordsReads: cache.recordsReads(run),
      resultFile: `results/${cache.fileName(run) ?? run.fileName}`,
    };
  }
}
