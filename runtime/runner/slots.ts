/** Limits how many runs with a tag run at the same time. */
export class Slots {
  readonly #limits = new Map<string, number>();
  readonly #taken = new Map<string, number>();

  /** Sets limits for tags that have none yet: those of the run's own flow are set first. */
  limit(limits: { readonly [tag: string]: number }): void {
    for (const [tag, limit] of Object.entries(limits)) {
      if (!this.#limits.has(tag)) this.#limits.set(tag, limit);
    }
  }

  limitOf(tag: string): number | undefined {
    return this.#limits.get(tag);
  }

  /** Takes a slot of each tag, or none at all. Tags without a limit count too: they may get one. */
  tryTake(tags: readonly string[]): boolean {
    const distinct = new Set(tags);
    for (const tag of distinct) {
      if (this.#takenOf(tag) >= (this.#limits.get(tag) ?? Number.POSITIVE_INFINITY)) return false;
    }
    for (const tag of distinct) this.#taken.set(tag, this.#takenOf(tag) + 1);
    return true;
  }

  release(tags: readonly string[]): void {
    for (const tag of new Set(tags)) this.#taken.set(tag, this.#takenOf(tag) - 1);
  }

  #takenOf(tag: string): number {
    return this.#taken.get(tag) ?? 0;
  }
}
