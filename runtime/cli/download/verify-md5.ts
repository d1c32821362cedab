import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { DownloadError } from "./download-error.ts";

/**
 * The MD5 of `fileName` in a published checksum text, as `md5` writes it (`MD5 (file) = hash`) or as
 * `md5sum` does (`hash  file`, `hash *file`); a hash alone on the only line counts too. In lower case.
 *
 * @throws {DownloadError} if the text has none for the file
 */
export function parseMd5(text: string, fileName: string): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  for (const line of lines) {
    const bsd = /^MD5 \((.+)\) = ([0-9a-f]{32})$/i.exec(line);
    const gnu = /^([0-9a-f]{32})(?: [ *](.+))?$/i.exec(line);
    const name = bsd?.[1] ?? gnu?.[2];
    const hash = bsd?.[2] ?? gnu?.[1];
    const named = name === undefined ? lines.length === 1 : name.split("/").at(-1) === fileName;
    if (hash !== undefined && named) return hash.toLowerCase();
  }
  throw new DownloadError(
    `The published checksum has no MD5 of ${fileName}: "${text.trim().slice(0, 100)}".`,
  );
}

/** The MD5 of a file, 32 lower-case hexadecimal digits. `onProgress` gets bytes read and bytes in all. */
export async function md5OfFile(
  file: string,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<string> {
  const { size } = await stat(file);
  const hash = createHash("md5");
  let done = 0;
  const options = { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) };
  try {
    for await (const chunk of createReadStream(file, options)) {
      hash.update(chunk);
      done += chunk.length;
      onProgress?.(done, size);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  return hash.digest("hex");
}
