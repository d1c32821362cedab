import { open } from "node:fs/promises";

const chunkBytes = 4 << 20;

/** Whether a byte is anywhere in a file. Reads no further than to the first one. */
export async function hasByte(path: string, byte: number, signal: AbortSignal | undefined): Promise<boolean> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    while (true) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return false;
      if (buffer.subarray(0, bytesRead).includes(byte)) return true;
    }
  } finally {
    await file.close();
  }
}
