import type { Duplex } from "node:stream";

/** Before each message: the lengths of its JSON and of the two parts that follow it as they are. */
const headerLength = 4 + 8 + 8;

/** Messages up to so many bytes are put into one piece: a write each costs more than a copy. */
const smallMessage = 65_536;

const none = new Uint8Array(0);

/**
 * Messages over a stream of bytes: a value as JSON, and up to two parts of bytes that are only passed on.
 * What is sent in one go leaves in one write.
 */
export class Frames<Sent, Received> {
  readonly #stream: Duplex;
  #due: Uint8Array[] = [];

  /** `onMessage` hears each message as soon as it is there as a whole. The parts are its own. */
  constructor(stream: Duplex, onMessage: (message: Received, first: Uint8Array, second: Uint8Array) => void) {
    this.#stream = stream;
    const received = new ReceivedBytes();
    stream.on("data", (chunk: Buffer) => {
      received.add(chunk);
      for (let frame = received.take(); frame !== undefined; frame = received.take())
        onMessage(JSON.parse(frame.json) as Received, frame.first, frame.second); // the other end sends nothing else
    });
  }

  send(message: Sent, first: Uint8Array = none, second: Uint8Array = none): void {
    const json = JSON.stringify(message);
    const length = Buffer.byteLength(json);
    const whole = headerLength + length + first.length + second.length;
    const small = whole <= smallMessage;
    const piece = Buffer.allocUnsafe(small ? whole : headerLength + length);
    piece.writeUInt32LE(length, 0);
    piece.writeDoubleLE(first.length, 4);
    piece.writeDoubleLE(second.length, 12);
    piece.write(json, headerLength);
    if (this.#due.length === 0) queueMicrotask(() => this.#flush());
    this.#due.push(piece);
    if (small) {
      piece.set(first, headerLength + length);
      piece.set(second, headerLength + length + first.length);
    } else {
      this.#due.push(first, second);
    }
  }

  #flush(): void {
    const due = this.#due;
    this.#due = [];
    if (this.#stream.destroyed || !this.#stream.writable) return; // the other end is gone, which is told elsewhere
    const small = due.every((piece) => piece.length <= smallMessage);
    if (small) {
      this.#stream.write(due.length === 1 ? due[0] : Buffer.concat(due));
      return;
    }
    this.#stream.cork();
    for (const piece of due) this.#stream.write(piece);
    this.#stream.uncork();
  }
}

interface Frame {
  readonly json: string;
  readonly first: Uint8Array;
  readonly second: Uint8Array;
}

/** What has come of messages, in the chunks that it came in. */
class ReceivedBytes {
  #chunks: Buffer[] = [];
  #length = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  take(): Frame | undefined {
    if (this.#length < headerLength) return undefined;
    const header = this.#peek(headerLength);
    const first = headerLength + header.readUInt32LE(0);
    const second = first + header.readDoubleLE(4);
    const whole = second + header.readDoubleLE(12);
    if (this.#length < whole) return undefined;
    const frame = this.#peek(whole);
    const rest = this.#chunks[0]?.subarray(whole);
    if (rest === undefined || rest.length === 0) this.#chunks.shift();
    else this.#chunks[0] = rest;
    this.#length -= whole;
    return {
      json: frame.toString("utf8", headerLength, first),
      // Copies: a part of a buffer takes all of it along to a thread, and keeps all of it alive.
      first: Uint8Array.prototype.slice.call(frame, first, second),
      second: Uint8Array.prototype.slice.call(frame, second, whole),
    };
  }

  /** The first bytes, in one piece: chunks are put together only as far as a message needs it. */
  #peek(length: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= length) return first.subarray(0, length);
    let count = 0;
    let together = 0;
    while (together < length) together += this.#chunks[count++]?.length ?? Number.POSITIVE_INFINITY;
    const piece = Buffer.concat(this.#chunks.slice(0, count));
    this.#chunks.splice(0, count, piece);
    return piece.subarray(0, length);
  }
}
