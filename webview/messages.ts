import type { Answer, HostMessage, PageAction, PageMessage, PageRequest } from "./contract.ts";

/** What VS Code gives a webview's page. */
export interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** The page's end of the messages: requests become promises, the rest goes to one listener. */
export class Host {
  readonly #api: VsCodeApi;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  constructor(api: VsCodeApi) {
    this.#api = api;
  }

  listen(listener: (message: Exclude<HostMessage, { type: "answer" }>) => void): void {
    window.addEventListener("message", (event: MessageEvent<HostMessage>) => {
      const message = event.data;
      if (message.type !== "answer") return listener(message);
      const resolve = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      resolve?.(message.answer);
    });
  }

  ready(): void {
    this.#api.postMessage({ type: "ready" });
  }

  request(request: PageRequest): Promise<Answer> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#api.postMessage({ type: "request", id, request });
    });
  }

  act(action: PageAction): void {
    this.#api.postMessage({ type: "action", action });
  }

  /** Tells the extension's log of a failure in the page. */
  report(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    this.#api.postMessage({ type: "page-error", message, stack });
  }
}
