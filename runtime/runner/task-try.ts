import { makeState } from "../events/states.ts";
import { knownSecrets } from "../secrets/known-secrets.ts";
import type { RunEnvironment, StopReason } from "../worker/protocol.ts";
import type { ResultCache } from "./result-cache.ts";
import type { RunResources } from "./run-resources.ts";
import type { TaskRun } from "./task-run.ts";
import type { TaskOrder, TaskThread, ThreadCall } from "./task-threads.ts";
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
  /** Its thread has others to run before it. */
  | { readonly name: "waiting" }
  /** Its thread runs it, and their ends aren't told yet. */
  | { readonly name: "begun" }
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
  readonly #outcome: Promise<Outcome>;
  #phase: Phase;
  #call: ThreadCall | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Gives it to its thread.
   * @param attempt which try of the task run, from 1.
   * @param waits whether the thread has others to run before it: it is told by {@link tellBegun} then.
   */
  constructor(parts: TryParts, thread: TaskThread, run: TaskRun, attempt: number, waits: boolean) {
    this.#parts = parts;
    this.#thread = thread;
    this.#run = run;
    this.#attempt = attempt;
    this.#phase = { name: waits ? "waiting" : "running" };
    if (!waits) this.#tellRunning();
    this.#outcome = this.#onThread();
  }

  /**
   * Waits for its end; never rejects.
   * @param told settles when it may be told: what ran before it on its thread is, then.
   */
  async outcome(told: Promise<void>): Promise<Outcome> {
    const came = await this.#outcome;
    if (came.kind !== "not begun") await told;
    clearTimeout(this.#timer);
    const { timeout } = this.#run.options;
    // Once stopped, a late result doesn't count: the try is Cancelled or TimedOut.
    const outcome = this.#phase.name === "stopping" ? stoppedOutcome(this.#phase.reason, timeout) : came;
    this.#phase = { name: "ended" };
    return outcome;
  }

  /** Tells that it runs, if its thread has begun with it and that isn't told yet. */
  tellBegun(): void {
    if (this.#phase.name !== "begun") return;
    this.#phase = { name: "running" };
    this.#tellRunning();
  }

  /** Ends it, gracefully at first. */
  stop(reason: StopReason): void {
    if (this.#phase.name === "stopping" || this.#phase.name === "ended") return;
    if (reason === "cancelled" && this.#phase.name === "running") this.#run.move(makeState("Cancelling"));
    this.#phase = { name: "stopping", reason };
    this.#call?.stop(reason);
  }

  #tellRunning(): void {
    const attempt = this.#attempt;
    const { timeout } = this.#run.options;
    this.#run.move(makeState(attempt === 1 ? "Running" : "Retrying"), {
      attempt,
      thread: this.#thread.number,
    });
    if (timeout !== undefined) this.#timer = startTimer(timeout, () => this.stop("timeout"));
  }

  /** What it comes to if nobody stops it. */
  async #onThread(): Promise<Outcome> {
    try {
      const order = await this.#order();
      if (this.#phase.name === "stopping")
        return stoppedOutcome(this.#phase.reason, this.#run.options.timeout);
      this.#call = this.#thread.start(order, () => {
        if (this.#phase.name === "waiting") this.#phase = { name: "begun" };
      });
      return responseOutcome(await this.#call.response);
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
