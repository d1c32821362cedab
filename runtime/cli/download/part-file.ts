import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { RefusedFileError, readBelow, statBelow } from "../../disk/read-file.ts";
import { replaceFile } from "../../disk/replace-file.ts";
import { onDisk } from "./disk-error.ts";
import { errorCode } from "./download-error.ts";

/** The part of a file that an earlier attempt left. */
export interface Part {
  readonly size: number;
  /** ETag or date of the version that it belongs to: what If-Range takes (RFC 9110, 13.1.5). */
  readonly validator: string;
}

/** `<file>.part` holds the bytes so far, `<file>.part.json` says of which version of which address. */
export const partPath = (file: string): string => `${file}.part`;
const notePath = (file: string): string => `${file}.part.json`;

/** Its note has no more bytes than that. */
const largestNote = 64 << 10;

/** The part to go on with; `undefined` if there is none, its version is unknown, or something else has its name. */
export async function readPart(file: string, url: string): Promise<Part | undefined> {
  try {
    const [{ size }, note] = await Promise.all([
      statBelow(dirname(file), basename(partPath(file))),
      readBelow(dirname(file), basename(notePath(file)), largestNote),
    ]);
    const validator = validatorFor(url, JSON.parse(String(note)));
    return validator !== undefined && size > 0 ? { size, validator } : undefined;
  } catch (error) {
    // A note torn by a crash only costs the bytes that it belongs to.
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    if (error instanceof RefusedFileError) return undefined;
    throw error;
  }
}

function validatorFor(url: string, note: unknown): string | undefined {
  if (typeof note !== "object" || note === null) return undefined;
  if (!("url" in note) || note.url !== url || !("validator" in note)) return undefined;
  return typeof note.validator === "string" ? note.validator : undefined;
}

/**
 * Opens a part to be written to: a new one, or one that {@link readPart} has found. A link that has its name is
 * removed, not followed.
 */
export async function openPart(file: string, isNew: boolean): Promise<FileHandle> {
  const path = partPath(file);
  if (!isNew) return open(path, constants.O_WRONLY | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0));
  await rm(path, { force: true });
  return open(path, "wx");
}

/** Notes the version whose bytes are about to be written to an empty part. */
export async function notePart(file: string, url: string, validator: string | undefined): Promise<void> {
  if (validator === undefined) await rm(notePath(file), { force: true });
  else await onDisk(notePath(file), replaceFile(notePath(file), JSON.stringify({ url, validator })));
}

export async function removePart(file: string): Promise<void> {
  await Promise.all([rm(partPath(file), { force: true }), rm(notePath(file), { force: true })]);
}

/** Gives a part that is complete its name. */
export async function completePart(file: string): Promise<void> {
  await onDisk(file, rename(partPath(file), file));
  await rm(notePath(file), { force: true });
}
