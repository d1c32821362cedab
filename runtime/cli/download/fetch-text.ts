import { DownloadError } from "./download-error.ts";
import { httpGet } from "./http-get.ts";
import { DEFAULT_RETRY_DELAYS, type RetryDelays, withRetries } from "./retries.ts";

/** Fetches a small text, at most `limit` bytes of UTF-8. Errors as {@link fetchFile}. */
export async function fetchText(
  url: string,
  options: {
    readonly limit: number;
    readonly signal?: AbortSignal | undefined;
    readonly retryDelays?: RetryDelays | undefined;
  },
): Promise<string> {
  const get = () =>
    httpGet(url, { headers: {}, signal: options.signal, accept: [200] }, async (_, chunks) => {
      const parts: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > options.limit) {
          throw new DownloadError(`${url}: expected at most ${options.limit} bytes, but there are more.`);
        }
        parts.push(chunk);
      }
      return Buffer.concat(parts).toString("utf8");
    });
  return withRetries(get, options.retryDelays ?? DEFAULT_RETRY_DELAYS, options.signal);
}
