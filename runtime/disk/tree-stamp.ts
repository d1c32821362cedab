import { createHash, type Hash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { settle, settled, stampOf } from "./file-digest.ts";

/** Bytes that are read as quickly as it matters. */
const cheaplyRead = 1 << 20;

/**
 * Tells, without reading it, whether a large file, or a folder of files, is what it was: by names, sizes, inodes and
 * times of change. Links to its files may come and go, as they do for cached results.
 * @returns undefined for what is quickly read, and for what was changed within its file system's tick.
 */
export async function treeStamp(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  const { bytes, isSettled } = await addStamps(hash, path, "");
  return isSettled && bytes > cheaplyRead ? hash.digest("hex") : undefined;
}

async function addStamps(
  hash: Hash,
  path: string,
  name: string,
): Promise<{ readonly bytes: number; readonly isSettled: boolean }> {
  const about = await stat(path, { bigint: true });
  if (!about.isDirectory()) {
    // A link changes the other time.
    const changed = { ...stampOf(about), changed: Number(about.mtimeMs) };
    await settle(changed);
    hash.update(`${JSON.stringify([name, ...[about.size, about.ino, about.mtimeNs].map(String)])};`);
    return { bytes: Number(about.size), isSettled: settled(changed) };
  }
  let bytes = 0;
  let isSettled = true;
  for (const inner of (await readdir(path)).sort()) {
    const added = await addStamps(hash, join(path, inner), `${name}/${inner}`);
    bytes += added.bytes;
    isSettled &&= added.isSettled;
  }
  return { bytes, isSettled };
}
