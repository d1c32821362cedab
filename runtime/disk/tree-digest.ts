import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileDigest } from "./file-digest.ts";

/** What a file, or a folder of files, held when it was written. */
export interface ContentDigest {
  /** Hex. Of a file's bytes; of a folder's files by name, with theirs. */
  readonly sha256: string;
  /** Of all files together. */
  readonly bytes: number;
  /**
   * Of a folder: of its files' bytes in the order of their names, without these, but for files whose names begin with
   * `_` or `.`. Equal ones held the same, whatever a writer called its files.
   */
  readonly contents?: string;
}

/** Of a file, or of a folder with all that it holds. */
export async function digestTree(path: string): Promise<ContentDigest> {
  const about = await stat(path);
  if (!about.isDirectory()) return { sha256: await fileDigest(path), bytes: about.size };
  const hash = createHash("sha256");
  const contents = createHash("sha256");
  let bytes = 0;
  for (const name of (await readdir(path)).sort()) {
    const inner = await digestTree(join(path, name));
    hash.update(`${JSON.stringify(name)}:${inner.sha256};`);
    if (!/^[_.]/.test(name)) contents.update(`${inner.sha256};`);
    bytes += inner.bytes;
  }
  return { sha256: hash.digest("hex"), bytes, contents: contents.digest("hex") };
}

export function digestBytes(bytes: Uint8Array | string): ContentDigest {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { sha256, bytes: Buffer.byteLength(bytes) };
}
