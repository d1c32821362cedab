import { closeSync, fstatSync } from "node:fs";
import { format } from "node:util";
import { hasSecrets, maskOutput } from "../secrets/known-secrets.ts";
import { visibleJson } from "../shown-text/visible-controls.ts";
import { terminalText } from "./render/own-sequences.ts";

/** What kept output from being written, the first of it. A reader that has gone, as in `| head`, is none. */
let lost: NodeJS.ErrnoException | undefined;
let onLost: (error: NodeJS.ErrnoException) => void = (error) => {
  lost ??= error;
};

const write = surviving(process.stdout, (error) => onLost(error));
surviving(process.stderr, () => {}); // nowhere is left to tell it

/**
 * Lets a stream fail without failing what writes to it: a terminal that has gone (EIO), a full disk (ENOSPC).
 * @returns its own `write`, which stays what it is when others are diverted.
 */
function surviving(stream: NodeJS.WriteStream, onError: (error: NodeJS.ErrnoException) => void) {
  const fail = (error: NodeJS.ErrnoException) => {
    if (error.code === "EIO") loseTerminal();
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") onError(error);
  };
  stream.on("error", fail);
  const before = stream.write.bind(stream);
  stream.write = (
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ): boolean => {
    try {
      const shown = withoutSecrets(chunk, encoding);
      return typeof encoding === "function" ? before(shown, encoding) : before(shown, encoding, callback);
    } catch (error) {
      fail(error as NodeJS.ErrnoException); // files are written at once, and throw what the system said
      (typeof encoding === "function" ? encoding : callback)?.();
      return true;
    }
  };
  return stream.write.bind(stream);
}

/** All that this process writes to a terminal, or a pipe, passes here. */
function withoutSecrets(chunk: Uint8Array | string, encoding: unknown): Uint8Array | string {
  if (!hasSecrets()) return chunk;
  if (typeof chunk === "string")
    return typeof encoding !== "string" || /^utf-?8$/i.test(encoding) ? maskOutput(chunk) : chunk;
  const text = Buffer.from(chunk).toString("utf8");
  const masked = maskOutput(text);
  return masked === text ? chunk : Buffer.from(masked);
}

let terminalGone = false;

/** Says that the terminal has gone. */
export function loseTerminal(): void {
  terminalGone = true;
}

/**
 * Lets go of a terminal that has gone: Node puts terminals back as they were when it exits, and crashes where one
 * can't be reached any more.
 */
export function leaveLostTerminal(): void {
  if (!terminalGone) return;
  for (const fd of [0, 1, 2]) {
    try {
      if (fstatSync(fd).isCharacterDevice()) closeSync(fd);
    } catch {
      // it is closed
    }
  }
}

/** What kept the answer from being written, if anything did. */
export function lostAnswer(): NodeJS.ErrnoException | undefined {
  return lost;
}

/** From now on what is printed isn't what the command is for: it goes on, and `told` hears once that output is lost. */
export function goOnWithoutOutput(told: (error: NodeJS.ErrnoException) => void): void {
  let first = true;
  onLost = (error) => {
    if (first) told(error);
    first = false;
  };
}

/**
 * Writes to stdout what the command was asked for. What a terminal would obey is shown as text, but for the
 * colours that `paint` has put there.
 */
export function print(text: string): void {
  write(terminalText(maskOutput(text)));
}

/** Writes to stdout what a terminal shall obey: nothing that comes from outside. */
export function printSequences(sequences: string): void {
  write(sequences);
}

/** Writes a value as JSON, for machines. */
export function printJson(value: unknown): void {
  write(`${visibleJson(JSON.stringify(value, undefined, 2))}\n`);
}

/** Writes values as JSON, a line each. */
export function printJsonLines(values: readonly unknown[]): void {
  let text = "";
  for (const value of values) text += `${visibleJson(JSON.stringify(value))}\n`;
  if (text !== "") write(text);
}

/** Writes to stderr what is not the answer itself. */
export function note(message: string, ...values: unknown[]): void {
  noteText(`${format(message, ...values)}\n`);
}

/** Writes a text to stderr as {@link print} does to stdout. */
export function noteText(text: string): void {
  process.stderr.write(terminalText(maskOutput(text)));
}

/**
 * Keeps stdout for {@link print}: what others write there, a flow's module while it is imported say, goes
 * to stderr.
 */
export function reserveStdout(): void {
  divert(process.stdout, (text) => {
    process.stderr.write(text);
  });
}

/** Sends what is written to a stream elsewhere. @returns a function that ends that. */
export function divert(stream: NodeJS.WriteStream, elsewhere: (text: string) => void): () => void {
  const before = stream.write;
  stream.write = (
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ): boolean => {
    elsewhere(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    (typeof encoding === "function" ? encoding : callback)?.();
    return true;
  };
  return () => {
    stream.write = before;
  };
}
