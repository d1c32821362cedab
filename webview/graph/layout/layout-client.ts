import type { LayoutInput, LayoutResult } from "./layout-graph.ts";

/** The worker's bundle as text, put in by the build. */
declare const LAYOUT_WORKER_SOURCE: string;

/** Lays graphs out in a worker. Only the latest one asked for is answered. */
export class LayoutClient {
  readonly #worker: Worker;
  readonly #url: string;
  readonly #onError: (error: Error) => void;
  #latest = 0;
  #answer: ((result: LayoutResult) => void) | undefined;

  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
    this.#url = URL.createObjectURL(new Blob([LAYOUT_WORKER_SOURCE], { type: "text/javascript" }));
    this.#worker = new Worker(this.#url);
    this.#worker.onmessage = (
      event: MessageEvent<{ readonly id: number; readonly result: LayoutResult }>,
    ) => {
      if (event.data.id !== this.#latest) return;
      const answer = this.#answer;
      this.#answer = undefined;
      answer?.(event.data.result);
    };
    this.#worker.onerror = (event) => this.#onError(new Error(`The graph's layout failed: ${event.message}`));
  }

  get busy(): boolean {
    return this.#answer !== undefined;
  }

  layOut(input: LayoutInput, answer: (result: LayoutResult) => void): void {
    this.#answer = answer;
    this.#worker.postMessage({ id: ++this.#latest, input });
  }
}
