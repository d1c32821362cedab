import { DownloadError, errorCode, TransientFailure } from "./download-error.ts";

/** Milliseconds without a byte after which a connection is given up. */
const SILENCE = 60_000;

const NO_CONNECTION =
  "Check the network connection and run the command again; a download goes on where it stopped.";

export interface GetOptions {
  readonly headers: { readonly [name: string]: string };
  readonly signal: AbortSignal | undefined;
  /** Statuses that `read` deals with; all others are errors. */
  readonly accept: readonly number[];
  /** Milliseconds; {@link SILENCE} unless given. */
  readonly silence?: number;
}

/** A body's bytes as they come. */
export type Chunks = AsyncIterable<Uint8Array>;

/**
 * Asks for `url` and hands the answer to `read`. What the network or the server do wrong becomes a
 * {@link TransientFailure} or, if trying again is of no use, a {@link DownloadError}; a {@link DownloadError}
 * from `read` passes. An abort rejects with the signal's reason.
 */
export async function httpGet<T>(
  url: string,
  options: GetOptions,
  read: (response: Response, chunks: Chunks) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const watchdog = setTimeout(() => silence.abort(), options.silence ?? SILENCE);
  const signals = options.signal ? [options.signal, silence.signal] : [silence.signal];
  try {
    const response = await fetch(url, {
      // The bytes are wanted as they are on the server: ranges and lengths count those.
      headers: { "accept-encoding": "identity", ...options.headers },
      signal: AbortSignal.any(signals),
    });
    if (!options.accept.includes(response.status)) {
      await response.body?.cancel();
      throw refusal(url, response);
    }
    return await read(response, watched(response, watchdog));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (silence.signal.aborted) {
      throw new TransientFailure(`${url}: the server sent nothing for a while. ${NO_CONNECTION}`, {
        cause: error,
      });
    }
    if (error instanceof DownloadError) throw error;
    throw networkFailure(url, error);
  } finally {
    clearTimeout(watchdog);
    // Ends a connection whose body was not read to its end.
    silence.abort();
  }
}

async function* watched(response: Response, watchdog: NodeJS.Timeout): Chunks {
  for await (const chunk of response.body ?? []) {
    watchdog.refresh();
    yield chunk;
  }
}

const TRANSIENT_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

function refusal(url: string, response: Response): DownloadError {
  const answer = `${url}: the server answered ${response.status} ${response.statusText}`.trimEnd();
  if (TRANSIENT_STATUSES.has(response.status)) {
    return new TransientFailure(`${answer}. Run the command again later.`, {
      retryAfter: retryAfter(response.headers.get("retry-after"), Date.now()),
    });
  }
  return new DownloadError(`${answer}. Check that the file is still offered there.`);
}

/** Milliseconds from now that a Retry-After header asks for: seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0;
}

function networkFailure(url: string, error: unknown): DownloadError {
  const { host } = new URL(url);
  const code = errorCode(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    const message = `Can't find the server ${host}: this machine seems to be offline, or its name service doesn't know it. ${NO_CONNECTION}`;
    // A name service that can't be asked just now may answer later; one that says no means it.
    const Kind = code === "ENOTFOUND" ? DownloadError : TransientFailure;
    return new Kind(message, { cause: error });
  }
  if (code?.includes("CERT") || code?.startsWith("ERR_TLS") || code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE") {
    return new DownloadError(
      `The certificate of ${host} can't be trusted (${code}). Where a proxy replaces certificates, name its authority's file in NODE_EXTRA_CA_CERTS.`,
      { cause: error },
    );
  }
  const reason = code ?? (error instanceof Error ? error.message : String(error));
  return new TransientFailure(`The connection to ${host} failed (${reason}). ${NO_CONNECTION}`, {
    cause: error,
  });
}
