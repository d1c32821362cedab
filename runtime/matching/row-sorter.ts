/** Rows up to this length are sorted by insertion, which beats the engine's sort on the few items of a title. */
const short = 64;

/** Collects each row's indices into sorted, distinct ones, all rows in one array. */
export class RowSorter {
  /** Rows that have ended lie at its start. */
  readonly indices: Int32Array;
  #start = 0;
  #end = 0;

  /** @param capacity as many indices as will be added in all. */
  constructor(capacity: number) {
    this.indices = new Int32Array(capacity);
  }

  add(index: number): void {
    this.indices[this.#end++] = index;
  }

  /**
   * Ends a row.
   * @param counts where given, how often each index was added is written beside it.
   * @returns where the row ends in {@link indices}.
   */
  endRow(counts?: Float64Array): number {
    const { indices } = this;
    const start = this.#start;
    const end = this.#end;
    if (end - start > short) indices.subarray(start, end).sort();
    else insertionSort(indices, start, end);
    let last = start - 1;
    for (let at = start; at < end; at++) {
      const index = indices[at]!;
      if (last < start || indices[last] !== index) {
        indices[++last] = index;
        if (counts !== undefined) counts[last] = 1;
      } else if (counts !== undefined) {
        counts[last] = counts[last]! + 1;
      }
    }
    this.#start = last + 1;
    this.#end = this.#start;
    return this.#start;
  }
}

function insertionSort(items: Int32Array, start: number, end: number): void {
  for (let next = start + 1; next < end; next++) {
    const item = items[next]!;
    let at = next;
    for (; at > start; at--) {
      const before = items[at - 1]!;
      if (before <= item) break;
      items[at] = before;
    }
    items[at] = item;
  }
}
