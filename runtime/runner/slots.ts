/** How often task runs with a tag may start. */
export interface Rate {
  readonly perSecond: number;
}

/** Limits how many runs with a tag run at the same time, and how often they start. */
export class Slots {
  readonly #limits = new Map<string, number>();
  readonly #taken = new Map<string, number>();
  /** Milliseconds between two starts, and when the next may be. */
  readonly #rates = new Map<string, { readonly interval: number; next: number }>();
  readonly #now: () => number;
  #due: number | undefined;

  /** @param now milliseconds, of a clock that never jumps. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Sets limits for tags that have none yet: those of the run's own flow are set first. */
  limit(limits: { readonly [tag: string]: number }, rates: { readonly [tag: string]: Rate } = {}): void {
    for (const [tag, limit] of Object.entries(limits)) {
      if (!this.#limits.has(tag)) this.#limits.set(tag, limit);
    }
    for (const [tag, { perSecond }] of Object.entries(rates)) {
      if (!this.#rates.has(tag)) this.#rates.set(tag, { interval: 1_000 / perSecond, next: this.#now() });
    }
  }

  limitOf(tag: string): number | undefined {
    return this.#limits.get(tag);
  }

  /** Milliseconds until one of those that only a rate has refused may start, since this was asked last. */
  takeWait(): number | undefined {
    const due = this.#due;
    this.#due = undefined;
    return due === undefined ? undefined : Math.max(0, due - this.#now());
  }

  /** Takes a slot of each tag, or none at all. Tags without a limit count too: they may get one. */
  tryTake(tags: readonly string[]): boolean {
    const distinct = new Set(tags);
    for (const tag of distinct) {
      if (this.#takenOf(tag) >= (this.#limits.get(tag) ?? Number.POSITIVE_INFINITY)) return false;
    }
    const due = Math.max(
      ...[...distinct].map((tag) => this.#rates.get(tag)?.next ?? Number.NEGATIVE_INFINITY),
    );
    if (due > this.#now()) {
      this.#due = Math.min(due, this.#due ?? due);
      return false;
    }
    this.take(tags);
    return true;
  }

  /** Takes a slot of each tag, whatever the limits say. */
  take(tags: readonly string[]): void {
    for (const tag of new Set(tags)) {
      this.#taken.set(tag, this.#takenOf(tag) + 1);
      const rate = this.#rates.get(tag);
      if (rate !== undefined) rate.next = Math.max(rate.next, this.#now() - rate.interval) + rate.interval;
    }
  }

  release(tags: readonly string[]): void {
    for (const tag of new Set(tags)) this.#taken.set(tag, this.#takenOf(tag) - 1);
  }

  #takenOf(tag: string): number {
    return this.#taken.get(tag) ?? 0;
  }
}
