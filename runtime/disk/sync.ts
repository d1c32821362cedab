import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** So many files are open for it at once: more would win nothing, and a process may open only so many. */
const atOnce = 8;

/** Waits until the disk itself has a file's content, not only the system's memory. */
export async function syncFile(path: string): Promise<void> {
  // Windows flushes only what may be written to.
  await synced(await open(path, process.platform === "win32" ? "r+" : "r"));
}

/** The same of the names in a folder: until then a power cut may take a file that is new in it, or a renaming. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return; // opens no folders, and keeps their names by its own journal
  await synced(await open(path, "r"));
}

async function synced(file: FileHandle): Promise<void> {
  try {
    await file.sync().catch(unlessUnsupported);
  } finally {
    await file.close();
  }
}

/** A file, or a folder with all that it holds. The folder that names it is left to the caller. */
export async function syncTree(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) return syncFile(path);
  const entries = await readdir(path, { withFileTypes: true });
  await eachOf(entries, (entry) => {
    const inner = join(path, entry.name);
    return entry.isDirectory() ? syncTree(inner) : syncFile(inner);
  });
  await syncFolder(path);
}

/** Files and folders with all that they hold, and the folders that name them, each once. */
export async function syncAll(paths: Iterable<string>): Promise<void> {
  const distinct = new Set(Array.from(paths, (path) => resolve(path)));
  await eachOf(distinct, syncTree);
  await eachOf(new Set(Array.from(distinct, dirname)), syncFolder);
}

/** Some shared folders, and files that are none, can't be synced: there the write has to do. */
export function unlessUnsupported(error: NodeJS.ErrnoException): void {
  if (error.code !== "EINVAL" && error.code !== "ENOTSUP" && error.code !== "ENOSYS") throw error;
}

async function eachOf<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
