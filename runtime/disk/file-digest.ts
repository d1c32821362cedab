import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/**
 * What tells one content of a file from another without reading it: `<inode>:<mtime ns>:<ctime ns>`, with its
 * size. The device isn't in it, since its number may be another after a restart, and in a container.
 * The same stamp of a path means the same content once the file's last change is older than its file system's tick; see
 * {@link settled}.
 */
export interface FileStamp {
  readonly size: number;
  readonly stamp: string;
  readonly device: string;
  /** The later of the two times, milliseconds since 1970. */
  readonly changed: number;
  /** The times are whole seconds: the file system may keep no finer ones. */
  readonly isCoarse: boolean;
}

interface BigStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigStats): FileStamp {
  const latest = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
  return {
    size: Number(size),
    stamp: `${ino}:${mtimeNs}:${ctimeNs}`,
    device: String(dev),
    changed: Number(latest / 1_000_000n),
    isCoarse: mtimeNs % 1_000_000_000n === 0n && ctimeNs % 1_000_000_000n === 0n,
  };
}

/** Milliseconds in which two changes may get the same times: the kernel's tick, and FAT's two seconds. */
const tick = 12;
const coarseTick = 2_000;

/**
 * Whether a later change of the file would get other times. Within the tick of the last one it may not, and a file
 * system whose clock is ahead of ours tells nothing.
 */
export function settled({ changed, isCoarse }: FileStamp, now = Date.now()): boolean {
  return now - changed > (isCoarse ? coarseTick : tick);
}

/** Waits until a file that was changed a moment ago is {@link settled}, if that takes no more than a tick. */
export async function settle(stamp: FileStamp): Promise<void> {
  const age = Date.now() - stamp.changed;
  if (!stamp.isCoarse && age >= 0 && age <= tick) await delay(tick - age + 1);
}

/** Digests of files in this process, by their stamps. */
const known = new Map<string, Promise<string>>();
const mostKnown = 10_000;

/**
 * SHA-256 of a file's content, in hex. A file is read once a process for as long as its stamp stays the same.
 * @throws what `open` and `read` reject with.
 */
export async function fileDigest(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const stamp = stampOf(await file.stat({ bigint: true }));
    const key = keyOf(stamp);
    const before = known.get(key);
    if (before !== undefined) return await before;
    const digest = hash(file);
    if (!settled(stamp)) return await digest;
    if (known.size >= mostKnown) known.clear();
    known.set(key, digest);
    try {
      const value = await digest;
      // What was changed while it was read has the digest of neither content.
      if (keyOf(stampOf(await file.stat({ bigint: true }))) !== key) known.delete(key);
      return value;
    } catch (error) {
      known.delete(key); // the next call tries again
      throw error;
    }
  } finally {
    await file.close();
  }
}

function keyOf({ device, size, stamp }: FileStamp): string {
  return `${device}:${size}:${stamp}`;
}

async function hash(file: FileHandle): Promise<string> {
  const sha256 = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return sha256.digest("hex");
    sha256.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
