import { thrownFrom } from "../errors/error-from.ts";
import type { ErrorReport } from "../errors/error-report.ts";
import { describe } from "../errors/stack-location.ts";
import { isWithin, rootFlowRun } from "../events/run-ids.ts";
import { hasEnded, makeState } from "../events/states.ts";
import { reportError } from "../worker/error-report.ts";
import { CacheKeyError } from "./own-cache-key.ts";
import { ReadyQueue } from "./ready-queue.ts";
import { retryWait } from "./retry.ts";
import type { Slots } from "./slots.ts";
import type { TaskRun } from "./task-run.ts";
import type { TaskThread, TaskThreads } from "./task-threads.ts";
import { TaskTry, type TryParts } from "./task-try.ts";
import { startTimer } from "./timer.ts";
import type { Outcome } from "./try-outcome.ts";

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
  readonly #parts: TryParts;
  readonly #tell: (message: string) => void;
  readonly #live = new Set<TaskRun>();
  readonly #tries = new Map<TaskRun, TaskTry>();
  readonly #retryTimers = new Map<TaskRun, NodeJS.Timeout>();
  /** Those that compute, and those that mostly wait. */
  readonly #ready = { own: new ReadyQueue<Waiting>(), shared: new ReadyQueue<Waiting>() };
  readonly #toldLimits = new Set<string>();
  /** They, or what ran beside them, took the threads' process with them: each runs with nothing beside it. */
  #suspects: Waiting[] = [];
  #suspectRuns = false;
  /** Given to a thread that has not begun with them, and is not to. */
  #notBegun: Waiting[] = [];
  #dispatchDue = false;
  #rateTimer: NodeJS.Timeout | undefined;
  /** Flow runs of which nothing more is started. */
  readonly #cancelled: string[] = [];

  /** `tell` says what the author may not have meant. */
  constructor(
    options: {
      readonly pool: TaskThreads;
      readonly slots: Slots;
      readonly tell: (message: string) => void;
    } & TryParts,
  ) {
    const { pool, slots, tell, ...parts } = options;
    this.#tell = tell;
    this.#pool = pool;
    this.#slots = slots;
    this.#parts = parts;
  }

  /** Takes on a task run; it ends when it has run, or can't. */
  add(run: TaskRun): void {
    if (this.#isCancelled(run)) {
      run.finish(makeState("Cancelled"));
      return;
    }
    this.#live.add(run);
    run.onEnd(() => this.#live.delete(run));
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

  /** Starts nothing more of the task runs in a flow run (all by default), and ends those that run: gracefully at first. */
  cancel(flowRun: string = rootFlowRun): void {
    this.#cancelled.push(flowRun);
    if (flowRun === rootFlowRun) clearTimeout(this.#rateTimer); // nothing of it would start
    for (const queue of Object.values(this.#ready)) queue.removeWhere(({ run }) => this.#isCancelled(run));
    this.#suspects = this.#suspects.filter(({ run }) => !this.#isCancelled(run));
    for (const run of [...this.#live]) {
      if (!this.#isCancelled(run)) continue;
      clearTimeout(this.#retryTimers.get(run));
      const current = this.#tries.get(run);
      if (current === undefined) run.finish(makeState("Cancelled"));
      else current.stop("cancelled");
    }
  }

  #isCancelled(run: TaskRun): boolean {
    return this.#cancelled.some((flowRun) => isWithin(run.id, flowRun));
  }

  #onReady(run: TaskRun): void {
    if (hasEnded(run.state)) return;
    if (run.candidate?.completion !== undefined) void this.#tryEarlier(run);
    else this.#start(run);
  }

  /** Takes what an earlier attempt came to, if it was made from the same. */
  async #tryEarlier(run: TaskRun): Promise<void> {
    try {
      await run.findUsed(this.#parts.environment.runFolder);
    } catch {
      // What keeps its tables from being written is told by the try that is made now.
    }
    if (hasEnded(run.state)) return; // cancelled meanwhile
    if (run.isDone) this.#adopt(run);
    else this.#start(run);
  }

  #adopt(run: TaskRun): void {
    this.#parts.writings.stands(run.id);
    run.adopt(true);
  }

  #start(run: TaskRun): void {
    if (run.inputs.tables.length === 0) run.findUsedNow();
    const { blocker } = run;
    if (blocker !== undefined) {
      run.finishBlockedBy(blocker);
      return;
    }
    if (run.options.cache) void this.#tryCache(run);
    else this.#enqueue({ run, attempt: 1, interrupted: 0 });
  }

  async #tryCache(run: TaskRun): Promise<void> {
    try {
      const cached = await this.#parts.cache.find(run);
      if (cached !== undefined) await run.findUsed(this.#parts.environment.runFolder);
      if (hasEnded(run.state)) return; // cancelled meanwhile
      if (cached === undefined) this.#enqueue({ run, attempt: 1, interrupted: 0 });
      else run.finish(makeState("Cached"), { result: cached });
    } catch (error) {
      if (hasEnded(run.state)) return;
      const report = reportError(error);
      const message =
        error instanceof CacheKeyError ? error.message : `The cache can't be read: ${report.message}`;
      run.finish(makeState("Failed", message), { error: report });
    }
  }

  #enqueue(waiting: Waiting): void {
    const { tags = [], waits = false } = waiting.run.options;
    if (!waits) this.#tellLimits(tags);
    this.#ready[waits ? "shared" : "own"].add(tags, waiting);
    this.#dispatchSoon();
  }

  /** Says once where a limit lets more run than there are threads for. */
  #tellLimits(tags: readonly string[]): void {
    const { size } = this.#pool;
    for (const tag of tags) {
      const limit = this.#slots.limitOf(tag);
      if (limit === undefined || limit <= size || this.#toldLimits.has(tag)) continue;
      this.#toldLimits.add(tag);
      this.#tell(
        `The flow lets ${limit} task runs with the tag '${tag}' run at a time, and there are ${size} threads. Give tasks that mostly wait { waits: true }: they share threads; or the run more of them, --threads.`,
      );
    }
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
    this.#dispatchFrom(this.#ready.own, false);
    this.#dispatchFrom(this.#ready.shared, true);
  }

  #dispatchFrom(queue: ReadyQueue<Waiting>, waits: boolean): void {
    while (queue.size > 0) {
      const thread = this.#pool.take(waits);
      if (thread === undefined) return;
      const waiting = queue.take((tags) => this.#slots.tryTake(tags));
      if (waiting === undefined) {
        this.#pool.release(thread);
        this.#dispatchWhenDue();
        return;
      }
      void this.#runOn(thread, [waiting, ...this.#takeBeside(queue, waiting)]);
    }
  }

  /** What a rate holds back begins when it may. */
  #dispatchWhenDue(): void {
    const wait = this.#slots.takeWait();
    if (wait === undefined) return;
    clearTimeout(this.#rateTimer);
    this.#rateTimer = setTimeout(() => this.#dispatchSoon(), Math.ceil(wait));
  }

  /** What a thread is given besides: where tasks are quick, a message for each would cost more than they do. */
  #takeBeside(queue: ReadyQueue<Waiting>, first: Waiting): Waiting[] {
    if (!isPlain(first)) return [];
    let most = Math.min(this.#atOnce(first), Math.ceil((queue.size + 1) / this.#pool.size));
    const taken: Waiting[] = [];
    while (taken.length + 1 < most) {
      const next = queue.takeFirst((waiting) => isPlain(waiting) && this.#atOnce(waiting) > taken.length + 1);
      if (next === undefined) break;
      most = Math.min(most, this.#atOnce(next));
      taken.push(next);
    }
    return taken;
  }

  #atOnce({ run }: Waiting): number {
    return this.#pool.atOnce(run.options.name);
  }

  #dispatchSuspect(): void {
    if (this.#tries.size > 0) return;
    const [waiting, ...rest] = this.#suspects;
    const thread = waiting && this.#pool.take(waiting.run.options.waits ?? false);
    if (waiting === undefined || thread === undefined) return;
    this.#suspects = rest;
    this.#suspectRuns = true;
    this.#slots.take(waiting.run.options.tags ?? []); // nothing else has one
    void this.#runOn(thread, [waiting]);
  }

  /** Runs tries on a thread, one after the other. */
  async #runOn(thread: TaskThread, all: readonly Waiting[]): Promise<void> {
    let settled = Promise.resolve();
    for (const [index, waiting] of all.entries()) {
      const current = new TaskTry(this.#parts, thread, waiting.run, waiting.attempt, index > 0);
      this.#tries.set(waiting.run, current);
      settled = this.#finish(waiting, current, settled);
    }
    await settled;
    this.#pool.release(thread);
    this.#dispatch();
  }

  /** @param before settles when all that the thread begins with before it is settled. */
  async #finish(waiting: Waiting, current: TaskTry, before: Promise<void>): Promise<void> {
    const told = before.then(() => current.tellBegun());
    const outcome = await current.outcome(told);
    this.#tries.delete(waiting.run);
    if (this.#tries.size === 0) this.#suspectRuns = false;
    this.#slots.release(waiting.run.options.tags ?? []);
    if (outcome.kind === "not begun") this.#putBackSoon(waiting);
    else this.#settle(waiting, outcome);
    await told;
  }

  /** Lets any thread have it. */
  #putBackSoon(waiting: Waiting): void {
    this.#notBegun.push(waiting);
    if (this.#notBegun.length > 1) return;
    queueMicrotask(() => {
      const all = this.#notBegun.filter(({ run }) => !hasEnded(run.state));
      this.#notBegun = [];
      this.#ready.own.putBack([], all); // that they have no tags is what isPlain says
      this.#dispatch();
    });
  }

  #waitOf(run: TaskRun, failures: number, error: ErrorReport): number {
    try {
      return retryWait(run.options, failures, Math.random, thrownFrom(error));
    } catch (thrown) {
      this.#tell(
        `The wait before '${run.id}' is tried again can't be told, and is none: ${describe(thrown)}`,
      );
      return 0;
    }
  }

  #settle(
    { run, attempt, interrupted }: Waiting,
    outcome: Exclude<Outcome, { readonly kind: "not begun" }>,
  ): void {
    switch (outcome.kind) {
      case "completed":
        run.finish(makeState("Completed"), { result: outcome.result });
        if (run.options.cache) this.#parts.cache.keep(run, outcome.result, outcome.reads);
        return;
      case "cancelled":
        run.finish(makeState("Cancelled"));
        return;
      case "interrupted":
        if (this.#isCancelled(run)) {
          run.finish(makeState("Cancelled"));
          return;
        }
        run.move(makeState("AwaitingRetry", `${outcome.message} It runs again, with nothing beside it.`), {
          due: Date.now(),
        });
        this.#suspects.push({ run, attempt: attempt + 1, interrupted: interrupted + 1 });
        return;
      case "failed": {
        const { state, error, retriable } = outcome;
        const failures = attempt - interrupted;
        if (!retriable || this.#isCancelled(run) || failures > (run.options.retries ?? 0)) {
          run.finish(state, { error });
          return;
        }
        const wait = this.#waitOf(run, failures, error);
        const retry = { number: failures, of: run.options.retries ?? 0 };
        run.move(makeState("AwaitingRetry", state.message), { due: Date.now() + wait, retry, error });
        const timer = startTimer(wait, () => {
          this.#retryTimers.delete(run);
          this.#enqueue({ run, attempt: attempt + 1, interrupted });
        });
        this.#retryTimers.set(run, timer);
        return;
      }
      default:
        outcome satisfies never;
    }
  }
}

/** Arguments of more bytes are given to a thread only when it begins with them. */
const mostBeside = 16_384;

/** Whether it may be given to a thread together with others: nothing is to be done, or counted, when it begins. */
function isPlain({ run, attempt }: Waiting): boolean {
  const { tags = [], timeout, waits = false } = run.options;
  const { tables, args } = run.inputs;
  return (
    attempt === 1 &&
    !waits &&
    tags.length === 0 &&
    timeout === undefined &&
    tables.length === 0 &&
    args.length <= mostBeside
  );
}
