import { format } from "node:util";

const write = process.stdout.write.bind(process.stdout);

/** Writes to stdout what the command was asked for. */
export function print(text: string): void {
  write(text);
}

/** Writes a value as JSON, for machines. */
export function printJson(value: unknown): void {
  write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Writes to stderr what is not the answer itself. */
export function note(message: string, ...values: unknown[]): void {
  process.stderr.write(`${format(message, ...values)}\n`);
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
