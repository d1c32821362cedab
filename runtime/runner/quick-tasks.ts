/** How long the tries that a thread is given at once may take together, by what is known of them, milliseconds. */
const mostTogether = 4;

const mostAtOnce = 64;

/** How long tasks take, to give those that take less than a message costs to a thread several at once. */
export class QuickTasks {
  readonly #means = new Map<string, number>();

  /** @param took milliseconds that a try of it took. */
  note(task: string, took: number): void {
    const mean = this.#means.get(task);
    const isQuick = took < mostTogether / 2;
    this.#means.set(task, mean === undefined || !isQuick ? took : mean + (took - mean) / 8);
  }

  /** How many of it a thread is best given at once. */
  atOnce(task: string): number {
    const mean = this.#means.get(task) ?? mostTogether;
    return Math.max(1, Math.min(mostAtOnce, Math.floor(mostTogether / mean)));
  }
}
