import { writeSync } from "node:fs";
import type { ToRun } from "./protocol.ts";

/** Before each part: the number of its writer, and twice its length, with 1 added to the last of a message. */
export const partHeader = 8;

/** A pipe takes so much of one writer without another's in between. */
const longestPart = 16_384;

const none = new Uint8Array(0);

/**
 * Writes what a thread has to say straight into a pipe to the run's process, past the process that it is in: what was
 * said last before that process dies is heard, and in the order in which it was said. Waits while the pipe is full.
 */
export class PipeOutlet {
  readonly #fd: number;
  readonly #writer: number;

  /** @param writer a number that nobody else who writes to the pipe has: a thread that is ended may still be about it. */
  constructor(fd: number, writer: number) {
    this.#fd = fd;
    this.#writer = writer;
  }

  say(message: ToRun, bytes: Uint8Array = none): void {
    const json = JSON.stringify(message);
    const length = Buffer.byteLength(json);
    const whole = 4 + length + bytes.length;
    if (whole <= longestPart) {
      const part = Buffer.allocUnsafe(partHeader + whole);
      this.#fill(part.subarray(partHeader), json, length, bytes);
      this.#write(part, true);
      return;
    }
    const body = Buffer.allocUnsafe(whole);
    this.#fill(body, json, length, bytes);
    for (let at = 0; at < whole; at += longestPart) {
      const end = Math.min(at + longestPart, whole);
      const part = Buffer.allocUnsafe(partHeader + end - at);
      body.copy(part, partHeader, at, end);
      this.#write(part, end === whole);
    }
  }

  #fill(body: Buffer, json: string, length: number, bytes: Uint8Array): void {
    body.writeUInt32LE(length, 0);
    body.write(json, 4);
    body.set(bytes, 4 + length);
  }

  #write(part: Buffer, isLast: boolean): void {
    part.writeUInt32LE(this.#writer, 0);
    part.writeUInt32LE((part.length - partHeader) * 2 + (isLast ? 1 : 0), 4);
    try {
      for (let at = 0; at < part.length; ) at += writeSync(this.#fd, part, at);
    } catch (error) {
      if (!isGone(error)) throw error; // the run's process has ended: nobody is left to be told
    }
  }
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException; // of fs
  return code === "EPIPE" || code === "ECONNRESET" || code === "EOF";
}
