import { reportError } from "../worker/error-report.ts";
import { PipeOutlet } from "../worker/pipe-outlet.ts";
import type { OrderBytes, RunEnvironment, StopReason, ThreadEnd } from "../worker/protocol.ts";
import { pipeOf } from "./host-protocol.ts";
import type { PoolCall, PoolThread } from "./pool-thread.ts";
import { ThreadEndedError } from "./task-threads.ts";

/** Orders that the thread has, and how to stop them. */
interface Running {
  readonly orders: readonly OrderBytes[];
  readonly call: PoolCall;
}

/** What one thread is to run, in the process of the threads: what its pipe doesn't tell by itself is told there. */
export class ThreadOrders {
  readonly #thread: () => PoolThread;
  readonly #isShared: boolean;
  readonly #outlet: PipeOutlet;
  readonly #running = new Set<Running>();
  #held: OrderBytes[] = [];
  #startDue = false;
  #startNow: () => void = () => {};

  /** @param isShared whether it runs all at once, rather than one after the other. */
  constructor(number: number, isShared: boolean, thread: () => PoolThread) {
    this.#thread = thread;
    this.#isShared = isShared;
    this.#outlet = new PipeOutlet(pipeOf(number), ownWriter);
  }

  /** Orders that come in one go start in one go. */
  add(order: OrderBytes, environment: RunEnvironment): void {
    if (this.#isShared) {
      void this.#run([order], environment);
      return;
    }
    this.#held.push(order);
    if (this.#running.size > 0 || this.#startDue) return;
    this.#startDue = true;
    this.#startNow = () => this.#startHeld(environment);
    queueMicrotask(this.#startNow);
  }

  /** @param first the one that it is told to run: it may be about to. */
  stop(call: number, first: number, reason: StopReason): void {
    if (this.#startDue) this.#startNow(); // both came in one go: it is begun with, and hears that its time is up
    if (!this.#isShared) this.recall(call === first ? undefined : first);
    for (const { orders, call: running } of this.#running) {
      const stopped = this.#isShared ? orders[0] : orders[running.beginNoMore() - 1];
      if (stopped?.call === call) running.stop(reason);
    }
  }

  /** Begins with nothing more of what it was given, but `first`. */
  recall(first: number | undefined): void {
    const held = this.#held.filter(({ call }) => call !== first);
    this.#held = this.#held.filter(({ call }) => call === first);
    const left = [...this.#running].flatMap(({ orders, call }) => orders.slice(call.beginNoMore()));
    this.#return([...left, ...held]);
  }

  #startHeld(environment: RunEnvironment): void {
    this.#startDue = false;
    const orders = this.#held;
    this.#held = [];
    if (orders.length > 0) void this.#run(orders, environment);
  }

  async #run(orders: readonly OrderBytes[], environment: RunEnvironment): Promise<void> {
    let running: Running | undefined;
    try {
      running = { orders, call: this.#thread().start(orders, environment) };
      this.#running.add(running);
      await running.call.ended;
      this.#return(orders.slice(running.call.beginNoMore()));
    } catch (error) {
      const begun = running?.call.beginNoMore() ?? 1; // it ended under the last of these
      this.#return(orders.slice(begun));
      const under = orders[begun - 1];
      if (under !== undefined) this.#outlet.say({ from: "ended", call: under.call, end: endOf(error) });
    } finally {
      if (running !== undefined) this.#running.delete(running);
      this.#startHeld(environment);
    }
  }

  #return(orders: readonly OrderBytes[]): void {
    if (orders.length > 0) this.#outlet.say({ from: "returned", calls: orders.map(({ call }) => call) });
  }
}

/** Threads number themselves from 1. */
const ownWriter = 0;

function endOf(error: unknown): ThreadEnd {
  if (!(error instanceof ThreadEndedError))
    return { reason: "error", message: String(error), report: reportError(error) };
  const { reason, message, report } = error;
  return { reason, message, ...(report === undefined ? {} : { report }) };
}
