import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import type { PoolCall } from "../../runtime/runner/pool-thread.ts";
import { ThreadEndedError } from "../../runtime/runner/task-threads.ts";
import { ThreadOrders } from "../../runtime/runner/thread-orders.ts";
import type { OrderBytes, ToRun } from "../../runtime/worker/protocol.ts";

/** What a thread does with its orders: one after the other, and it ends under one that was stopped, a step later. */
class StepwiseThread {
  readonly ran: number[] = [];
  /** It was given orders while it had others. */
  hadTwo = false;
  #next: (() => void) | undefined;

  get isBusy(): boolean {
    return this.#next !== undefined;
  }

  start(orders: readonly OrderBytes[]): PoolCall {
    if (this.isBusy) this.hadTwo = true;
    let begun = 1;
    let isLast = false;
    let isStopped = false;
    const ended = new Promise<void>((resolve, reject) => {
      this.#next = () => {
        if (!isStopped) this.ran.push(orders[begun - 1]?.call ?? -1);
        if (!isStopped && !isLast && begun < orders.length) {
          begun++;
          return;
        }
        this.#next = undefined;
        if (isStopped) reject(new ThreadEndedError({ reason: "ended", message: "ended" }));
        else resolve();
      };
    });
    return {
      ended,
      stop: () => {
        isStopped = true;
      },
      beginNoMore: () => {
        isLast = true;
        return begun;
      },
    };
  }

  step(): void {
    this.#next?.();
  }
}

const action = fc.constantFrom("add", "add", "add", "stop", "recall", "step", "turn");

describe("the orders of a thread", () => {
  it("run once, one after the other, are returned, or end with the thread, however they are stopped and recalled", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.nat(), async (actions, seed) => {
        const thread = new StepwiseThread();
        const told: number[] = [];
        const say = (message: ToRun) => {
          if (message.from === "returned") told.push(...message.calls);
          else if (message.from === "ended") told.push(message.call);
        };
        const orders = new ThreadOrders(false, { say }, (some) => thread.start(some));
        const none = new Uint8Array(0);
        let added = 0;
        const left = () =>
          Array.from({ length: added }, (_, call) => call).filter(
            (call) => !thread.ran.includes(call) && !told.includes(call),
          );
        for (const what of actions) {
          const all = left();
          const [first = 0] = all;
          const one = all[seed % Math.max(1, all.length)] ?? 0;
          if (what === "add") orders.add({ call: added++, order: none, args: none });
          else if (what === "stop") orders.stop(one, first, "cancelled");
          else if (what === "recall") orders.recall(first);
          else if (what === "step") thread.step();
          else await nextTurn();
        }
        for (let turn = 0; turn === 0 || thread.isBusy; turn++) {
          thread.step();
          await nextTurn();
        }
        assert.equal(thread.hadTwo, false);
        assert.deepEqual(left(), []);
        assert.equal(thread.ran.length + told.length, added);
        assert.deepEqual(
          thread.ran,
          thread.ran.toSorted((a, b) => a - b),
        );
      }),
      { numRuns: 300 },
    );
  });
});
