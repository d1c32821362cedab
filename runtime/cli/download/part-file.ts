import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
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

/** The part to go on with; `undefined` if there is none or its version is unknown. */
export async function readPart(file: string, url: string): Promise<Part | undefined> {
  try {
    const [{ size }, note] = await Promise.all([stat(partPath(file)), readFile(notePath(file), "utf8")]);
    const validator = validatorFor(url, JSON.parse(note));
    return validator !== undefined && size > 0 ? { size, validator } : undefined;
  } catch (error) {
    // A note torn by a crash only costs the bytes that it belongs to.
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function validatorFor(url: string, note: unknown): string | undefined {
  if (typeof note !== "object" || note === null) return undefined;
  if (!("url" in note) || note.url !== url || !("validator" in note)) return undefined;
  return typeof note.validator === "string" ? note.validator : undefined;
}

/** Notes the version whose bytes are about to be written to an empty part. */
export async function notePart(file: string, url: string, validator: string | undefined): Promise<void> {
  if (validator === undefined) await rm(notePath(file), { force: true });
  else await onDisk(notePath(file), writeFile(notePath(file), JSON.stringify({ url, validator })));
}

export async function removePart(file: string): Promise<void> {
  await Promise.all([rm(partPath(file), { force: true }), rm(notePath(file), { force: true })]);
}

/** Gives a part that is complete its name. */
export async function completePart(file: string): Promise<void> {
  await onDisk(file, rename(partPath(file), file));
  await rm(notePath(file), { force: true });
}
