import { errorFrom } from "../errors/error-from.ts";
import type { ErrorReport } from "../errors/error-report.ts";
import type { ResultRef, RunEventBody } from "../events/run-event.ts";
import { makeState, type State } from "../events/states.ts";
import { knownSecrets } from "../secrets/known-secrets.ts";
import { reportError } from "../worker/error-report.ts";
import type { RunEnvironment } from "../worker/protocol.ts";
import { ReadyQueue } from "./ready-queue.ts";
import type { ResultCache } from "./result-cache.ts";
import { retryWait } from "./retry.ts";
import type { RunResources } from "./run-resources.ts";
import type { Slots } from "./slots.ts";
import type { TaskRun } from "./task-run.ts";
import type { TaskThread, TaskThreads } from "./task-threads.ts";
import { failed, type Outcome, threadDied, timedOut } from "./try-outcome.ts";
import type { Writings } from "./writings.ts";

/** Timers of more milliseconds, some 25 days, would end at once. */
export const longestTimer = 2 ** 31 - 1;

interface Waiting {
  readonly run: TaskRun;
  readonly attempt: number;
  /** How many of its tries before were no failures of its own. */
  readonly interrupted: number;
}

/** Runs task runs when their upstreams have ended and a thread is free, first ready first served. */
export class Scheduler {
  readonly #pool: TaskThreads;
  readonly #slots: Slots;
  readonly #cache: ResultCache;
  readonly #resources: RunResources;
  readonly #environment: RunEnvironment;
  readonly #emit: (event: RunEventBody) => number;
  readonly #whenDurable: (callback: () => void) => void;
  readonly #writings: Writings;
  readonly #live = new Set<TaskRun>();
  readonly #retryTimers = new Map<TaskRun, NodeJS.Timeout>();
  readonly #ready = new ReadyQueue<Waiting>();
  /** They, or what ran beside them, took the threads' process with them: each runs with nothing beside it. */
  #suspects: Waiting[] = [];
  #suspectRuns = false;
  #running = 0;
  #dispatchDue = false;
  readonly #cancelled: string[] = [];

  constructor(options: {
    readonly pool: TaskThreads;
    readonly slots: Slots;
    readonly cache: ResultCache;
    readonly resources: RunResources;
    readonly environment: RunEnvironment;
    readonly emit: (event: RunEventBody) => number;
    readonly whenDurable: (callback: () => void) => void;
    readonly writings: Writings;
  }) {
    this.#pool = options.pool;
    this.#slots = options.slots;
    this.#cache = options.cache;
    this.#resources = options.resources;
    this.#environment = options.environment;
    this.#emit = options.emit;
    this.#whenDurable = options.whenDurable;
    this.#writings = options.writings;
  }

  /** Takes on a task run; it ends when it has run, or can't. */
  add(run: TaskRun): void {
    this.#live.add(run);
    if (this.#isCancelled(run)) {
      this.#end(run, makeState("Cancelled"));
      return;
    }
    let waitingFor = run.dependencies.length;
    if (waitingFor === 0) {
      this.#onReady(run);
      return;
    }
    for (const { node } of run.dependencies) {
      node.onEnd(() => {
        waitingFor--;
        if (waitingFor === 0) this.#onReady(run);
      });
    }
  }

  /**
   * Starts nothing more of the task runs whose ids begin with `prefix` (all by default), and ends those that
   * run: gracefully at first.
   */
  cancel(prefix = ""): void {
    this.#cancelled.push(prefix);
    this.#ready.removeWhere(({ run }) => this.#isCancelled(run));
    this.#suspects = this.#suspects.filter(({ run }) => !this.#isCancelled(run));
    for (const run of [...this.#live]) {
      if (!this.#isCancelled(run)) continue;
      clearTimeout(this.#retryTimers.get(run));
      if (run.stop !== undefined) run.stop("cancelled");
      else this.#end(run, makeState("Cancelled"));
    }
  }

  #isCancelled(run: TaskRun): boolean {
    return this.#cancelled.some((prefix) => run.id.startsWith(prefix));
  }

  #onReady(run: TaskRun): void {
    if (!this.#live.has(run)) return;
    if (run.candidate?.completion !== undefined) void this.#tryEarlier(run);
    else this.#start(run);
  }

  /** Takes what an earlier attempt came to, if it was made from the same. */
  async #tryEarlier(run: TaskRun): Promise<void> {
    try {
      await run.findUsed(this.#environment.runFolder);
    } catch {
      // What keeps its tables from being written is told by the try that is made now.
    }
    if (!this.#live.has(run)) return; // cancelled meanwhile
    if (run.isDone) this.#adopt(run);
    else this.#start(run);
  }

  #adopt(run: TaskRun): void {
    this.#live.delete(run);
    run.adopt();
    this.#writings.stands(run.id);
    this.#emit({ type: "task-run-adopted", taskRun: run.id });
    this.#whenDurable(() => run.end());
  }

  #start(run: TaskRun): void {
    if (run.inputs.tables.length === 0) run.findUsedNow();
    const { blocker } = run;
    if (blocker !== undefined) {
      run.block(blocker);
      this.#end(
        run,
        makeState("NotReady", `Upstream task run '${blocker.id}' did not reach a 'COMPLETED' state.`),
      );
      return;
    }
    if (run.options.cache) void this.#tryCache(run);
    else this.#enqueue({ run, attempt: 1, interrupted: 0 });
  }

  async #tryCache(run: TaskRun): Promise<void> {
    try {
      const cached = await this.#cache.find(run);
      if (cached !== undefined) await run.findUsed(this.#environment.runFolder);
      if (!this.#live.has(run)) return; // cancelled meanwhile
      if (cached === undefined) this.#enqueue({ run, attempt: 1, interrupted: 0 });
      else this.#end(run, makeState("Cached"), { result: cached });
    } catch (error) {
      if (!this.#live.has(run)) return;
      const report = reportError(error);
      this.#end(run, makeState("Failed", `The cache can't be read: ${report.message}`), { error: report });
    }
  }

  #enqueue(waiting: Waiting): void {
    this.#ready.add(waiting.run.options.tags ?? [], waiting);
    this.#dispatchSoon();
  }

  #dispatchSoon(): void {
    if (this.#dispatchDue) return;
    this.#dispatchDue = true;
    queueMicrotask(() => this.#dispatch());
  }

  #dispatch(): void {
    this.#dispatchDue = false;
    if (this.#suspects.length > 0 || this.#suspectRuns) {
      this.#dispatchSuspect();
      return;
    }
    while (this.#ready.size > 0) {
      const thread = this.#pool.take();
      if (thread === undefined) return;
      const waiting = this.#ready.take((tags) => this.#slots.tryTake(tags));
      if (waiting === undefined) {
        this.#pool.release(thread);
        return;
      }
      void this.#runOn(thread, waiting);
    }
  }

  #dispatchSuspect(): void {
    if (this.#running > 0) return;
    const [waiting, ...rest] = this.#suspects;
    const thread = waiting && this.#pool.take();
    if (waiting === undefined || thread === undefined) return;
    this.#suspects = rest;
    this.#suspectRuns = true;
    this.#slots.tryTake(waiting.run.options.tags ?? []); // nothing else has one
    void this.#runOn(thread, waiting);
  }

  async #runOn(thread: TaskThread, waiting: Waiting): Promise<void> {
    const { run } = waiting;
    this.#running++;
    const outcome = await this.#try(thread, run, waiting.attempt);
    this.#running--;
    if (this.#running === 0) this.#suspectRuns = false;
    this.#slots.release(run.options.tags ?? []);
    this.#pool.release(thread);
    this.#settle(waiting, outcome);
    this.#dispatch();
  }

  async #try(thread: TaskThread, run: TaskRun, attempt: number): Promise<Outcome> {
    let stopped: "timeout" | "cancelled" | undefined;
    let timer: NodeJS.Timeout | undefined;
    run.stop = (reason) => {
      if (stopped !== undefined) return;
      stopped = reason;
      if (reason === "cancelled") {
        run.state = makeState("Cancelling");
        this.#emit({ type: "task-run-state", taskRun: run.id, state: run.state });
      }
      thread.stop(reason);
    };
    run.state = makeState(attempt === 1 ? "Running" : "Retrying");
    this.#emit({ type: "task-run-state", taskRun: run.id, state: run.state, attempt, thread: thread.number });
    try {
      const { timeout } = run.options;
      if (timeout !== undefined)
        timer = setTimeout(() => run.stop?.("timeout"), Math.min(timeout, longestTimer));
      const author = this.#writings.author(run.id, attempt, run.inputs.digest);
      await this.#writings.begin(author);
      const tables = await run.tableHandles(this.#environment.runFolder);
      if (tables.length > 0) await run.findUsed(this.#environment.runFolder);
      if (stopped !== undefined)
        return stopped === "timeout" ? timedOut(run.options.timeout ?? 0) : { kind: "cancelled" };
      const response = await thread.run({
        environment: this.#environment,
        author,
        taskRun: run.id,
        task: run.options.name,
        attempt,
        args: run.inputs.args.bytes(),
        secrets: knownSecrets(),
        tables,
        inputs: run.upstreamResults(),
        resources: this.#resources.handles(run.inputs.resources),
        recordsReads: Boolean(run.options.cache),
        resultFile: `results/${this.#cache.fileName(run) ?? run.fileName}`,
      });
      // A task that heard of its end and gave a result all the same has ended in time, but for a cancelled run.
      if (stopped === "cancelled") return { kind: "cancelled" };
      if (response.outcome === "completed" && stopped === undefined)
        return { kind: "completed", result: response.result, reads: response.reads };
      if (stopped === "timeout") return timedOut(run.options.timeout ?? 0);
      if (response.outcome === "failed") return failed(response.error, response.retriable);
      return { kind: "completed", result: response.result, reads: response.reads };
    } catch (error) {
      if (stopped === "cancelled") return { kind: "cancelled" };
      if (stopped === "timeout") return timedOut(run.options.timeout ?? 0);
      return threadDied(error);
    } finally {
      run.stop = undefined;
      clearTimeout(timer);
    }
  }

  #settle({ run, attempt, interrupted }: Waiting, outcome: Outcome): void {
    switch (outcome.kind) {
      case "completed":
        this.#end(run, makeState("Completed"), { result: outcome.result });
        if (outcome.reads !== undefined) this.#cache.keep(run, outcome.result, outcome.reads);
        return;
      case "cancelled":
        this.#end(run, makeState("Cancelled"));
        return;
      case "interrupted":
        if (this.#isCancelled(run)) {
          this.#end(run, makeState("Cancelled"));
          return;
        }
        run.state = makeState("AwaitingRetry", `${outcome.message} It runs again, with nothing beside it.`);
        this.#emit({ type: "task-run-state", taskRun: run.id, state: run.state, due: Date.now() });
        this.#suspects.push({ run, attempt: attempt + 1, interrupted: interrupted + 1 });
        return;
      case "failed": {
        const { state, error, retriable } = outcome;
        const failures = attempt - interrupted;
        if (!retriable || this.#isCancelled(run) || failures > (run.options.retries ?? 0)) {
          this.#end(run, state, { error });
          return;
        }
        const wait = retryWait(run.options, failures, Math.random);
        run.state = makeState("AwaitingRetry", state.message);
        this.#emit({
          type: "task-run-state",
          taskRun: run.id,
          state: run.state,
          due: Date.now() + wait,
          error,
        });
        this.#retryTimers.set(
          run,
          setTimeout(
            () => {
              this.#retryTimers.delete(run);
              this.#enqueue({ run, attempt: attempt + 1, interrupted });
            },
            Math.min(wait, longestTimer),
          ),
        );
        return;
      }
      default:
        outcome satisfies never;
    }
  }

  /** A run counts as ended when that is on disk: only then may others build on it. */
  #end(run: TaskRun, state: State, more: { result?: ResultRef; error?: ErrorReport } = {}): void {
    if (!this.#live.delete(run)) return;
    run.state = state;
    run.result = more.result;
    run.error = more.error && errorFrom(more.error);
    run.report = more.error;
    const used = more.result !== undefined && run.used !== "" ? { used: run.used ?? "what failed" } : {};
    const seq = this.#emit({ type: "task-run-state", taskRun: run.id, state, ...more, ...used });
    if (state.type === "COMPLETED") run.execution = String(seq);
    this.#whenDurable(() => run.end());
  }
}
