import { createReadStream, createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { TextDecoder } from "node:util";
import zlib from "node:zlib";
import { noFile } from "../no-file.ts";
import { TableError } from "../table-error.ts";

type Compression = "gzip" | "zstd";

/** How a file is compressed, by its first bytes, whatever its name says. */
export async function compressionOf(path: string, shown: string): Promise<Compression | undefined> {
  const file = await open(path).catch(async (error: NodeJS.ErrnoException) => {
    throw await noFile(path, shown, error);
  });
  try {
    if (!(await file.stat()).isFile()) return undefined;
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (buffer.readUInt16BE(0) === 0x1f8b) return "gzip";
    return buffer.readUInt32BE(0) === 0x28b52ffd ? "zstd" : undefined;
  } finally {
    await file.close();
  }
}

/**
 * Writes what a compressed file holds.
 * @throws {TableError} where it ends too early, or isn't as it was written.
 */
export async function decompress(
  path: string,
  shown: string,
  compression: Compression,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream }; // of Node 22.15
  if (compression === "zstd" && createZstdDecompress === undefined)
    throw new TableError(
      `${shown}: is compressed by zstd, which this Node (${process.version}) doesn't read. Take Node 22.15 or later, or compress it by gzip.`,
    );
  try {
    const unpacked = compression === "gzip" ? zlib.createGunzip() : createZstdDecompress?.();
    if (unpacked === undefined) return;
    await pipeline(
      createReadStream(path),
      unpacked,
      createWriteStream(file),
      ...(signal === undefined ? [] : [{ signal }]),
    );
  } catch (error) {
    await rm(file, { force: true });
    signal?.throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException; // streams fail with those
    if (code === "ENOSPC")
      throw new TableError(
        `${shown}: the disk is full while it is decompressed. Make room, then run it again.`,
      );
    throw new TableError(
      code === "Z_BUF_ERROR" || /unexpected end/.test(message)
        ? `${shown}: the ${compression} data ends too early: the file is not whole. Fetch it again.`
        : `${shown}: the ${compression} data is damaged (${message}). Fetch it again.`,
    );
  }
}

/**
 * Writes a file's text as UTF-8.
 * @throws {TableError} where it isn't in the encoding, or there is no such.
 */
export async function decode(
  path: string,
  shown: string,
  encoding: string,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new TableError(
      `${shown}: there is no encoding ${JSON.stringify(encoding)}. There are utf-8, latin1, windows-1252, utf-16le, utf-16be, and what else TextDecoder knows.`,
    );
  }
  try {
    await pipeline(
      createReadStream(path),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
        yield decoder.decode();
      },
      createWriteStream(file),
      ...(signal === undefined ? [] : [{ signal }]),
    );
  } catch (error) {
    await rm(file, { force: true });
    signal?.throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException; // streams and decoders fail with those
    throw new TableError(
      code === "ERR_ENCODING_INVALID_ENCODED_DATA"
        ? `${shown}: the text is not valid ${encoding}. Give its encoding.`
        : `${shown}: can't be decoded (${message}).`,
    );
  }
}
