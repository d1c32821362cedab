import { dirname } from "node:path";
import { DownloadError, errorCode } from "./download-error.ts";

const ADVICE: { readonly [code: string]: (path: string) => string } = {
  ENOSPC: (path) =>
    `The disk is full: can't write "${path}". Free some space there, or choose another folder, and run the command again; a download goes on where it stopped.`,
  EDQUOT: (path) =>
    `Your disk quota is used up: can't write "${path}". Free some space, or choose another folder, and run the command again; a download goes on where it stopped.`,
  EACCES: (path) => `No permission to write "${path}". Choose a folder that you may write to.`,
  EPERM: (path) => `No permission to write "${path}". Choose a folder that you may write to.`,
  EROFS: (path) => `"${path}" is on a read-only disk. Choose a folder that you may write to.`,
  ENOTDIR: (path) => `"${dirname(path)}" is a file, not a folder. Choose another folder.`,
  EEXIST: (path) => `"${path}" is in the way. Remove it or choose another folder.`,
};

/** Waits for work on a file, and says in plain words what a disk that doesn't take it means. */
export async function onDisk<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const advice = ADVICE[errorCode(error) ?? ""];
    if (!advice) throw error;
    throw new DownloadError(advice(path), { cause: error });
  }
}
