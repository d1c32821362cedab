import { constantFile } from "../crossing/shared-constant.ts";
import { readBelowSync } from "../disk/read-file.ts";

/** Bytes of constants that a thread keeps at most; one that is larger is read for each call. */
const mostKept = 128 << 20;

/** The constants that calls of a run name, in one thread: read once while there is room. */
export class ThreadConstants {
  readonly #kept = new Map<string, Uint8Array>();
  #size = 0;

  /** The structured-clone bytes of a constant; each call makes its own value of them. */
  bytes(runFolder: string, sha256: string): Uint8Array {
    const known = this.#kept.get(sha256);
    if (known !== undefined) return known;
    const bytes = readBelowSync(runFolder, constantFile(sha256), Number.POSITIVE_INFINITY);
    this.#kept.set(sha256, bytes);
    this.#size += bytes.byteLength;
    for (const [oldest, { byteLength }] of this.#kept) {
      if (this.#size <= mostKept) break;
      this.#kept.delete(oldest);
      this.#size -= byteLength;
    }
    return bytes;
  }
}
