import type { Duplex } from "node:stream";
import { partHeader } from "../worker/pipe-outlet.ts";
import type { ToRun } from "../worker/protocol.ts";

/** A message, and bytes that follow it. */
export type OnThreadMessage = (message: ToRun, bytes: Uint8Array) => void;

/** The run's end of a pipe to which a thread writes, and those that come after it: puts their parts together. */
export class ThreadPipe {
  /** Settles when nobody can write to it any more, and all that was written has been heard. */
  readonly ended: Promise<void>;
  #rest: Buffer | undefined;
  /** Of each writer the parts of a message of which more is to come: one that was ended left it so. */
  readonly #parts = new Map<number, Buffer[]>();
  readonly #onMessage: OnThreadMessage;

  constructor(stream: Duplex, onMessage: OnThreadMessage) {
    this.#onMessage = onMessage;
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
    stream.on("error", () => {}); // its end is told by the process's
    this.ended = new Promise((resolve) => stream.on("close", resolve));
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= partHeader) {
      const length = bytes.readUInt32LE(at + 4);
      const end = at + partHeader + (length >>> 1);
      if (end > bytes.length) break;
      this.#part(bytes.readUInt32LE(at), bytes.subarray(at + partHeader, end), (length & 1) === 1);
      at = end;
    }
    this.#rest = at === bytes.length ? undefined : bytes.subarray(at);
  }

  #part(writer: number, part: Buffer, isLast: boolean): void {
    const before = this.#parts.get(writer);
    if (!isLast) {
      if (before === undefined) this.#parts.set(writer, [part]);
      else before.push(part);
      return;
    }
    this.#parts.delete(writer);
    const whole = before === undefined ? part : Buffer.concat([...before, part]);
    const json = 4 + whole.readUInt32LE(0);
    this.#onMessage(JSON.parse(whole.toString("utf8", 4, json)) as ToRun, whole.subarray(json)); // nothing else is written there
  }
}
