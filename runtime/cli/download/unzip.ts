import { createWriteStream } from "node:fs";
import { basename, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { onDisk } from "./disk-error.ts";
import { BadArchiveError, DownloadError } from "./download-error.ts";

export interface UnzipOptions {
  readonly zip: string;
  /** An existing folder; the files go right into it, whatever folder they have in the archive. */
  readonly folder: string;
  /** Which files are wanted, by their name without folders. */
  readonly wanted: (name: string) => boolean;
  /** Bytes that the wanted files may have in all when unpacked. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  /** Unpacked bytes written and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Unpacks the wanted files of a zip and gives their names. Before anything is written all of its entries
 * are looked at, wanted or not: one with an absolute path, a way out of the folder (`..`), a link, a device,
 * encryption, or too many bytes, and the whole archive is refused. While writing, a file that is longer or
 * shorter than the archive says, or has another CRC-32, is an error.
 *
 * @throws {BadArchiveError} if the archive is refused or damaged
 * @throws {DownloadError} if the disk doesn't take the files
 */
export async function unzip(options: UnzipOptions): Promise<string[]> {
  const { zip, signal } = options;
  let archive: ZipFile | undefined;
  try {
    archive = await openPromise(zip, { autoClose: false, strictFileNames: true });
    const files = await chooseFiles(archive, options);
    const total = sizeOf(files.values());
    let done = 0;
    for (const [name, entry] of files) {
      const contents = await archive.openReadStreamPromise(entry);
      const target = join(options.folder, name);
      const checked = checkCrc(name, entry.crc32, (bytes) => {
        done += bytes;
        options.onProgress?.(done, total);
      });
      const file = createWriteStream(target, { flags: "wx" });
      await onDisk(target, pipeline(contents, checked, file, signal ? { signal } : {}));
    }
    return [...files.keys()];
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DownloadError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadArchiveError(`Can't unpack "${zip}": ${reason}`, { cause: error });
  } finally {
    archive?.close();
  }
}

async function chooseFiles(archive: ZipFile, options: UnzipOptions): Promise<Map<string, Entry>> {
  const files = new Map<string, Entry>();
  // The iterator throws for absolute paths, backslashes and "..".
  for await (const entry of archive.eachEntry()) {
    options.signal?.throwIfAborted();
    const fault = faultOf(entry);
    if (fault) throw new BadArchiveError(`Refused to unpack "${options.zip}": "${entry.fileName}" ${fault}.`);
    const name = basename(entry.fileName);
    if (entry.fileName.endsWith("/") || !options.wanted(name)) continue;
    if (files.has(name))
      throw new BadArchiveError(`Refused to unpack "${options.zip}": it has two files "${name}".`);
    files.set(name, entry);
  }
  const size = sizeOf(files.values());
  if (size > options.limit) {
    throw new BadArchiveError(
      `Refused to unpack "${options.zip}": its files would have ${size} bytes, more than the ${options.limit} expected at most.`,
    );
  }
  return files;
}

const FILE_TYPE = 0o170000;
const ORDINARY_TYPES = [0, 0o100000, 0o040000];

function faultOf(entry: Entry): string | undefined {
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE;
  if (type === 0o120000) return "is a symbolic link";
  if (!ORDINARY_TYPES.includes(type)) return "is neither a file nor a folder";
  if (entry.fileName.includes("\0")) return "has a NUL in its name";
  if (!entry.canDecodeFileData()) return "is encrypted or compressed in an unknown way";
  return undefined;
}

function sizeOf(entries: Iterable<Entry>): number {
  let size = 0;
  for (const entry of entries) size += entry.uncompressedSize;
  return size;
}

/** Passes bytes through and fails at the end if they haven't the given CRC-32, which yauzl doesn't check. */
function checkCrc(name: string, expected: number, count: (bytes: number) => void): Transform {
  let crc = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      crc = crc32(chunk, crc);
      count(chunk.length);
      done(null, chunk);
    },
    flush(done) {
      done(
        crc === expected
          ? null
          : new Error(`"${name}" is damaged: its CRC-32 is not the one in the archive.`),
      );
    },
  });
}
