import { open } from "node:fs/promises";

const chunkBytes = 4 << 20;

/** Whether a byte is anywhere in a file's first bytes. Reads no further than to the first one. */
export async function hasByte(
  path: string,
  byte: number,
  signal: AbortSignal | undefined,
  limit = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (let looked = 0; looked < limit; looked += chunkBytes) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return false;
      if (buffer.subarray(0, bytesRead).includes(byte)) return true;
    }
    return false;
  } finally {
    await file.close();
  }
}
