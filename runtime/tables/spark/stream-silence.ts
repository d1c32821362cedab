import type { ClientReadableStream } from "@grpc/grpc-js";

/** A stream's messages. A stream without any for too long is given up, as if the connection had been lost. */
export async function* unlessSilent<T>(stream: ClientReadableStream<T>, silence: number): AsyncGenerator<T> {
  const timer = setTimeout(() => stream.cancel(), silence);
  try {
    for await (const message of stream) {
      timer.refresh();
      yield message as T; // what the stream's decoder gives
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}
