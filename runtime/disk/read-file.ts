import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { type FileHandle, lstat, open, stat } from "node:fs/promises";
import { isAbsolute, join, normalize, sep } from "node:path";
import { UserError } from "../errors/user-error.ts";

/** A file that there is, and that isn't read: it is none, lies elsewhere, or is too large. The message has its path. */
export class RefusedFileError extends UserError {
  override readonly name = "RefusedFileError";
}

/**
 * Opening waits for nobody (a FIFO's other end, a terminal), and follows no link that has taken the place of what
 * was looked at.
 */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
const noLink = constants.O_NOFOLLOW ?? 0;

/**
 * Opens a file below a folder, for reading. Every part of the name is looked at: the file is a regular one, and
 * nothing on the way to it is a link.
 * @param name relative to the folder.
 * @throws {RefusedFileError} for anything else; what the file system rejects with, such as ENOENT.
 */
export async function openBelow(folder: string, name: string): Promise<FileHandle> {
  const paths = partsBelow(folder, name);
  for (const path of paths.slice(0, -1)) checkFolder(path, await lstat(path));
  const path = paths.at(-1) ?? folder;
  checkFile(path, await lstat(path));
  const file = await open(path, flags | noLink);
  try {
    checkFile(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a file as {@link openBelow} opens it.
 * @param limit bytes.
 * @throws {RefusedFileError} also for one that is larger than the limit.
 */
export async function readBelow(folder: string, name: string, limit: number): Promise<Buffer> {
  const file = await openBelow(folder, name);
  try {
    return await readAll(file, join(folder, name), limit);
  } finally {
    await file.close();
  }
}

export function readBelowSync(folder: string, name: string, limit: number): Buffer {
  const paths = partsBelow(folder, name);
  for (const path of paths.slice(0, -1)) checkFolder(path, lstatSync(path));
  const path = paths.at(-1) ?? folder;
  checkFile(path, lstatSync(path));
  return readFd(path, flags | noLink, limit);
}

/** What a file below a folder is, looked at as {@link openBelow} does: a regular file. */
export async function statBelow(folder: string, name: string): Promise<Stats> {
  const file = await openBelow(folder, name);
  try {
    return await file.stat();
  } finally {
    await file.close();
  }
}

/**
 * Reads a file wherever it lies, also by links: one that the user names, or a module that is imported.
 * @param limit bytes.
 * @throws {RefusedFileError} for what is no regular file, or larger than the limit.
 */
export async function readAnywhere(path: string, limit: number): Promise<Buffer> {
  checkFile(path, await stat(path));
  const file = await open(path, flags);
  try {
    return await readAll(file, path, limit);
  } finally {
    await file.close();
  }
}

export function readAnywhereSync(path: string, limit: number): Buffer {
  checkFile(path, statSync(path));
  return readFd(path, flags, limit);
}

async function readAll(file: FileHandle, path: string, limit: number): Promise<Buffer> {
  const found = await file.stat();
  checkFile(path, found);
  checkSize(path, found.size, limit);
  let buffer: Buffer = Buffer.allocUnsafe(firstSize(found.size, limit));
  let filled = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, filled, Math.min(buffer.length - filled, atOnce), filled);
    filled += bytesRead;
    if (bytesRead === 0) return buffer.subarray(0, filled);
    if (filled === buffer.length) buffer = larger(buffer, path, limit);
  }
}

function readFd(path: string, how: number, limit: number): Buffer {
  const fd = openSync(path, how);
  try {
    const found = fstatSync(fd);
    checkFile(path, found);
    checkSize(path, found.size, limit);
    let buffer: Buffer = Buffer.allocUnsafe(firstSize(found.size, limit));
    let filled = 0;
    for (;;) {
      const bytesRead = readSync(fd, buffer, filled, Math.min(buffer.length - filled, atOnce), filled);
      filled += bytesRead;
      if (bytesRead === 0) return buffer.subarray(0, filled);
      if (filled === buffer.length) buffer = larger(buffer, path, limit);
    }
  } finally {
    closeSync(fd);
  }
}

/** The system reads no more at a time than 2 GB; bytes. */
const atOnce = 1 << 30;

/** One byte more than the file has, so that its end is seen: it may grow, or its size may be none that it tells. */
function firstSize(size: number, limit: number): number {
  return Math.min(size === 0 ? 4_096 : size, limit) + 1;
}

function larger(buffer: Buffer, path: string, limit: number): Buffer {
  checkSize(path, buffer.length, limit);
  const next = Buffer.allocUnsafe(Math.min(buffer.length * 2, limit + 1));
  buffer.copy(next);
  return next;
}

/**
 * Whether a name means something in a folder, whatever is there.
 * @throws {RefusedFileError} for one that is absolute or leads out of it.
 */
export function checkNameBelow(folder: string, name: string): void {
  partsBelow(folder, name);
}

/** The folders on the way to what a name means, then that itself. */
function partsBelow(folder: string, name: string): string[] {
  const parts = normalize(name).split(sep);
  if (
    name === "" ||
    isAbsolute(name) ||
    parts.includes("..") ||
    /^[A-Za-z]:/.test(name) ||
    name.includes("\0")
  )
    throw new RefusedFileError(`'${name}' isn't read: it is no name of a file in ${folder}.`);
  return parts.filter((part) => part !== ".").map((_, i, all) => join(folder, ...all.slice(0, i + 1)));
}

function checkFolder(path: string, found: Stats): void {
  if (!found.isDirectory())
    throw new RefusedFileError(`${path} isn't read: it is ${kindOf(found)}, and no folder.`);
}

function checkFile(path: string, found: Stats): void {
  if (!found.isFile())
    throw new RefusedFileError(`${path} isn't read: it is ${kindOf(found)}, and no regular file.`);
}

function checkSize(path: string, size: number, limit: number): void {
  if (size > limit)
    throw new RefusedFileError(
      `${path} isn't read: it is larger than ${sizeText(limit)}, which is the most.`,
    );
}

function kindOf(found: Stats): string {
  if (found.isSymbolicLink()) return "a link";
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a pipe";
  if (found.isSocket()) return "a socket";
  return found.isFile() ? "a file" : "a device";
}

function sizeText(bytes: number): string {
  return bytes >= 1 << 20 ? `${Math.round(bytes / (1 << 20))} MB` : `${Math.round(bytes / 1024)} kB`;
}
