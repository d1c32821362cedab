import { crc32 } from "node:zlib";

/** What an upload is cut into: Spark's own client takes 32 KiB. */
const chunkBytes = 1 << 20;

/** The messages that upload bytes under a name. */
export function chunksOf(name: string, bytes: Uint8Array) {
  const chunks = [];
  for (let start = 0; start === 0 || start < bytes.length; start += chunkBytes) {
    const data = bytes.subarray(start, start + chunkBytes);
    chunks.push({ data, crc: BigInt(crc32(data)) });
  }
  const [initialChunk, ...more] = chunks;
  const begin = {
    name,
    totalBytes: BigInt(bytes.length),
    numChunks: BigInt(chunks.length),
    ...(initialChunk === undefined ? {} : { initialChunk }),
  };
  return [
    { case: "beginChunk" as const, value: begin },
    ...more.map((value) => ({ case: "chunk" as const, value })),
  ];
}
