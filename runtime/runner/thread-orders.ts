import { reportError } from "../worker/error-report.ts";
import type { PipeOutlet } from "../worker/pipe-outlet.ts";
import type { OrderBytes, StopReason, ThreadEnd } from "../worker/protocol.ts";
import type { PoolCall } from "./pool-thread.ts";
import { ThreadEndedError } from "./task-threads.ts";

/** Orders that the thread has, and how to stop them. */
interface Running {
  /** But for those that were taken back. */
  readonly orders: OrderBytes[];
  readonly call: PoolCall;
}

/** What one thread is to run, in the process of the threads: what its pipe doesn't tell by itself is told there. */
export class ThreadOrders {
  readonly #isShared: boolean;
  readonly #outlet: Pick<PipeOutlet, "say">;
  readonly #start: (orders: readonly OrderBytes[]) => PoolCall;
  readonly #running = new Set<Running>();
  #held: OrderBytes[] = [];

  /**
   * @param isShared whether it runs all at once, rather than one after the other.
   * @param start has the thread run some.
   */
  constructor(
    isShared: boolean,
    outlet: Pick<PipeOutlet, "say">,
    start: (orders: readonly OrderBytes[]) => PoolCall,
  ) {
    this.#isShared = isShared;
    this.#outlet = outlet;
    this.#start = start;
  }

  /** Orders that come in one go start in one go. */
  add(order: OrderBytes): void {
    if (this.#isShared) {
      void this.#run([order]);
      return;
    }
    this.#held.push(order);
    queueMicrotask(() => this.#startHeld());
  }

  /** @param first the one that it is told to run: it may be about to. */
  stop(call: number, first: number, reason: StopReason): void {
    this.#startHeld(); // both came in one go: it is begun with, and hears that its time is up
    this.recall(call === first ? undefined : first);
    for (const { orders, call: running } of this.#running)
      if (orders.at(-1)?.call === call) running.stop(reason);
  }

  /** Begins with nothing more of what it was given, but `first`. */
  recall(first: number | undefined): void {
    const held = this.#held.filter(({ call }) => call !== first);
    this.#held = this.#held.filter(({ call }) => call === first);
    const left = [...this.#running].flatMap(({ orders, call }) => orders.splice(call.beginNoMore()));
    this.#return([...left, ...held]);
  }

  /** Those that the thread has are to end before. */
  #startHeld(): void {
    if (this.#running.size > 0 || this.#held.length === 0) return;
    const orders = this.#held;
    this.#held = [];
    void this.#run(orders);
  }

  async #run(orders: OrderBytes[]): Promise<void> {
    let running: Running | undefined;
    try {
      running = { orders, call: this.#start(orders) };
      this.#running.add(running);
      await running.call.ended;
      this.#return(orders.splice(running.call.beginNoMore()));
    } catch (error) {
      this.#return(orders.splice(running?.call.beginNoMore() ?? 1));
      const under = orders.at(-1);
      if (under !== undefined) this.#outlet.say({ from: "ended", call: under.call, end: endOf(error) });
    } finally {
      if (running !== undefined) this.#running.delete(running);
      this.#startHeld();
    }
  }

  #return(orders: readonly OrderBytes[]): void {
    if (orders.length > 0) this.#outlet.say({ from: "returned", calls: orders.map(({ call }) => call) });
  }
}

function endOf(error: unknown): ThreadEnd {
  if (!(error instanceof ThreadEndedError))
    return { reason: "error", message: String(error), report: reportError(error) };
  const { reason, message, report } = error;
  return { reason, message, ...(report === undefined ? {} : { report }) };
}
