import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TableError } from "../table-error.ts";

const mostRedirects = 10;

/**
 * Fetches a file by HTTP, as a whole or not at all.
 * @param shown the URL as errors name it.
 * @throws {TableError} for an answer that isn't the whole file.
 */
export async function fetchFile(
  url: string,
  shown: string,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const response = await open(url, shown, signal);
    const length =
      response.headers.get("content-encoding") === null ? response.headers.get("content-length") : null;
    let received = 0;
    const counted = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        received += chunk.length;
        done(null, chunk);
      },
    });
    const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as never); // the same, of two type packages
    await pipeline(body, counted, createWriteStream(file), ...(signal === undefined ? [] : [{ signal }]));
    if (length !== null && received !== Number(length))
      throw new TableError(`${shown}: the server closed after ${received} of ${length} bytes. Try it again.`);
  } catch (error) {
    await rm(file, { force: true });
    signal?.throwIfAborted();
    throw error instanceof TableError ? error : new TableError(`${shown}: ${reason(error)}`);
  }
}

async function open(url: string, shown: string, signal: AbortSignal | undefined): Promise<Response> {
  let at = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await fetch(at, { redirect: "manual", ...(signal === undefined ? {} : { signal }) });
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      const next = new URL(location, at);
      if (at.startsWith("https:") && next.protocol !== "https:")
        throw new TableError(`${shown}: the server sends on to ${next.origin}, which isn't https.`);
      at = next.href;
      continue;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new TableError(`${shown}: the server answered ${response.status} ${response.statusText}.`);
    }
    return response;
  }
  throw new TableError(`${shown}: the server sends on more than ${mostRedirects} times.`);
}

function reason(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error & { code?: string } }; // fetch and streams fail with those
  const code = cause?.code ?? "";
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return `its certificate isn't trusted (${cause?.message}). Name the authority's by NODE_EXTRA_CA_CERTS.`;
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) return `there is no such host, or no network (${code}).`;
  if (code === "ECONNREFUSED") return "nothing listens there.";
  if (/terminated|aborted|other side closed|ECONNRESET/i.test(`${message} ${code} ${cause?.message ?? ""}`))
    return "the server closed half-way. Try it again.";
  return `can't be fetched (${cause?.message ?? message}).`;
}
