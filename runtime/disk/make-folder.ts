import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "./sync.ts";

/**
 * Makes a folder and those above it that are missing, so that a power cut doesn't take them. Node's own `recursive` does so too, but tries for ever
 * where a folder that is there takes no others, as below /proc.
 * @param path absolute.
 * @returns the first that it made, undefined if all were there.
 * @throws what `mkdir` rejects with; EEXIST or ENOTDIR where a part of the path is a file.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let folder = path; folder !== dirname(folder) && !(await isFolder(folder)); folder = dirname(folder))
    missing.push(folder);
  let first: string | undefined;
  const naming: string[] = [];
  for (const folder of missing.reverse()) {
    try {
      await mkdir(folder);
      first ??= folder;
      naming.push(dirname(folder));
    } catch (error) {
      // Another process may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !(await isFolder(folder))) throw error; // mkdir rejects with nothing else
    }
  }
  for (const folder of naming) await syncFolder(folder).catch(unlessUnreadable);
  return first;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // stat rejects with nothing else
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}

/** Who may put a folder into another needn't be able to read that. */
function unlessUnreadable(error: NodeJS.ErrnoException): void {
  if (error.code !== "EACCES") throw error;
}
