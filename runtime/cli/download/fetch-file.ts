import { onDisk } from "./disk-error.ts";
import { TransientFailure } from "./download-error.ts";
import { type Chunks, httpGet } from "./http-get.ts";
import { completePart, notePart, openPart, type Part, partPath, readPart, removePart } from "./part-file.ts";
import { DEFAULT_RETRY_DELAYS, type RetryDelays, withRetries } from "./retries.ts";

// Written here, since no kept library has all of it without a native build: going on where a part ends, if the server
// still has that version; waiting as it asks; giving up on silence; what a user can do about each error.

export interface FetchFileOptions {
  readonly url: string;
  /** Where the file goes once it is complete. Until then its bytes are in `<file>.part`. */
  readonly file: string;
  /** An abort rejects with its reason and leaves the part, to be gone on with. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are there and bytes in all; called for every chunk. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  readonly retryDelays?: RetryDelays | undefined;
}

/**
 * Downloads a file over HTTP and goes on where an earlier attempt or an earlier process stopped, if the
 * server takes ranges and the file is still the same there (If-Range with its ETag or date); otherwise it
 * starts anew. Failures that may pass are tried again, with growing pauses.
 *
 * @throws {DownloadError} when the server refuses, can't be reached, or the disk doesn't take the bytes
 */
export async function fetchFile(options: FetchFileOptions): Promise<void> {
  const { url, file, signal } = options;
  // Bytes of an earlier process are no progress of this one.
  let most = (await readPart(file, url))?.size ?? 0;
  const attempt = async () => {
    let done = 0;
    try {
      await fetchRest(options, (size, total) => {
        done = size;
        options.onProgress?.(size, total);
      });
    } catch (error) {
      if (error instanceof TransientFailure) error.progressed = done > most;
      most = Math.max(most, done);
      throw error;
    }
  };
  await withRetries(attempt, options.retryDelays ?? DEFAULT_RETRY_DELAYS, signal);
  await completePart(file);
}

type Report = (done: number, total: number | undefined) => void;

async function fetchRest({ url, file, signal }: FetchFileOptions, report: Report): Promise<void> {
  const part = await readPart(file, url);
  const headers = part ? { range: `bytes=${part.size}-`, "if-range": part.validator } : {};
  const accept = part ? [200, 206, 416] : [200];
  await httpGet(url, { headers, signal, accept }, async (response, chunks) => {
    const answer = understand(response, part);
    if (answer.kind === "mismatch") {
      await removePart(file);
      throw new TransientFailure(`${url}: the server sent another part of the file than asked for.`);
    }
    if (answer.kind === "whole") await notePart(file, url, validatorOf(response));
    if (answer.kind === "complete") return;
    await write(file, answer, chunks, report);
  });
}

type Answer =
  | { readonly kind: "whole"; readonly offset: 0; readonly total: number | undefined }
  | { readonly kind: "rest"; readonly offset: number; readonly total: number | undefined }
  | { readonly kind: "complete" }
  | { readonly kind: "mismatch" };

/** What a server's answer to a request for the rest of `part` holds. */
function understand(response: Response, part: Part | undefined): Answer {
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  const total = range?.[2] === undefined || range[2] === "*" ? undefined : Number(range[2]);
  if (part && response.status === 206) {
    if (Number(range?.[1]) !== part.size) return { kind: "mismatch" };
    return { kind: "rest", offset: part.size, total };
  }
  if (part && response.status === 416) return { kind: total === part.size ? "complete" : "mismatch" };
  const length = response.headers.get("content-length");
  return { kind: "whole", offset: 0, total: length === null ? undefined : Number(length) };
}

/** A weak ETag doesn't promise the same bytes, so that it can't stand in If-Range. */
function validatorOf(response: Response): string | undefined {
  const etag = response.headers.get("etag");
  if (etag !== null && !etag.startsWith("W/")) return etag;
  return response.headers.get("last-modified") ?? undefined;
}

async function write(
  file: string,
  { offset, total }: Extract<Answer, { readonly offset: number }>,
  chunks: Chunks,
  report: Report,
): Promise<void> {
  const path = partPath(file);
  const handle = await onDisk(path, openPart(file, offset === 0));
  try {
    let done = offset;
    report(done, total);
    for await (const chunk of chunks) {
      await onDisk(path, handle.appendFile(chunk));
      done += chunk.length;
      report(done, total);
    }
    if (total !== undefined && done !== total) {
      throw new TransientFailure(
        `${path}: the connection ended after ${done} of ${total} bytes. Run the command again; the download goes on where it stopped.`,
      );
    }
    await onDisk(path, handle.sync());
  } finally {
    await handle.close();
  }
}
