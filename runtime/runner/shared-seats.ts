import { share, sharedNumbers } from "../worker/protocol.ts";

/** The numbers that threads share with their keeper, an array for each call at a time, known by its number. */
export class SharedSeats {
  readonly #all: Int32Array[] = [];
  readonly #spare: Int32Array[] = [];

  take(): Int32Array {
    const numbers = this.#spare.pop() ?? this.#make();
    for (const index of [share.stop, share.called, share.heard]) Atomics.store(numbers, index, 0);
    Atomics.store(numbers, share.begun, 1);
    return numbers;
  }

  /** To be called if the thread has ended with it by itself: one that was ended may still look at it. */
  giveBack(numbers: Int32Array): void {
    this.#spare.push(numbers);
  }

  /** What a thread said is on disk: one that waits for that goes on. */
  heard(seat: number, weight: number): void {
    const numbers = this.#all[seat];
    if (numbers === undefined) return;
    Atomics.sub(numbers, share.backlog, weight);
    Atomics.notify(numbers, share.backlog);
  }

  #make(): Int32Array {
    const numbers = sharedNumbers();
    Atomics.store(numbers, share.seat, this.#all.length);
    this.#all.push(numbers);
    return numbers;
  }
}
