interface Entry<T> {
  readonly order: number;
  readonly item: T;
}

interface Line<T> {
  readonly tags: readonly string[];
  entries: Entry<T>[];
  next: number;
}

/**
 * Items that wait for a thread, first come first served. Those with the same tags wait in one line, so
 * that ten thousand which a limit holds back cost no more to step over than one.
 */
export class ReadyQueue<T> {
  readonly #lines = new Map<string, Line<T>>();
  #order = 0;
  #first = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(tags: readonly string[], item: T): void {
    this.#lineOf(tags).entries.push({ order: ++this.#order, item });
    this.#size++;
  }

  /** Adds items before all others, in their order: they were taken too early. */
  putBack(tags: readonly string[], items: readonly T[]): void {
    const line = this.#lineOf(tags);
    this.#first -= items.length;
    const entries = items.map((item, index) => ({ order: this.#first + index + 1, item }));
    line.entries = [...entries, ...line.entries.slice(line.next)];
    line.next = 0;
    this.#size += items.length;
  }

  /** Takes the first item of all, if `wanted` says so. */
  takeFirst(wanted: (item: T) => boolean): T | undefined {
    const key = this.#keyOfFirst();
    const line = key === undefined ? undefined : this.#lines.get(key);
    const first = line?.entries[line.next];
    return key === undefined || first === undefined || !wanted(first.item) ? undefined : this.#shift(key);
  }

  /** Takes the first item whose tags `admits` lets through. */
  take(admits: (tags: readonly string[]) => boolean): T | undefined {
    const refused = new Set<string>();
    for (;;) {
      const first = this.#keyOfFirst(refused);
      const line = first === undefined ? undefined : this.#lines.get(first);
      if (first === undefined || line === undefined) return undefined;
      if (admits(line.tags)) return this.#shift(first);
      refused.add(first);
    }
  }

  /** The key of the line in which the first of all is. @param but keys of lines that don't count. */
  #keyOfFirst(but?: ReadonlySet<string>): string | undefined {
    let first: { readonly key: string; readonly order: number } | undefined;
    for (const [key, { entries, next }] of this.#lines) {
      const order = entries[next]?.order;
      if (order === undefined || but?.has(key)) continue;
      if (first === undefined || order < first.order) first = { key, order };
    }
    return first?.key;
  }

  #lineOf(tags: readonly string[]): Line<T> {
    const key = JSON.stringify([...new Set(tags)].sort());
    const line = this.#lines.get(key) ?? { tags, entries: [], next: 0 };
    this.#lines.set(key, line);
    return line;
  }

  removeWhere(predicate: (item: T) => boolean): void {
    for (const [key, line] of this.#lines) {
      const kept = line.entries.slice(line.next).filter(({ item }) => !predicate(item));
      this.#size -= line.entries.length - line.next - kept.length;
      if (kept.length === 0) this.#lines.delete(key);
      else Object.assign(line, { entries: kept, next: 0 });
    }
  }

  #shift(key: string): T | undefined {
    const line = this.#lines.get(key);
    const entry = line?.entries[line.next];
    if (line === undefined || entry === undefined) return undefined;
    this.#size--;
    line.next++;
    if (line.next === line.entries.length) {
      this.#lines.delete(key);
    } else if (line.next >= 1_024 && line.next * 2 >= line.entries.length) {
      line.entries = line.entries.slice(line.next);
      line.next = 0;
    }
    return entry.item;
  }
}
