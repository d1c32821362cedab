import { renameSync, rmSync, writeFileSync } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { freshPath } from "./fresh-path.ts";
import { syncFolder, unlessUnsupported } from "./sync.ts";

/** What a file is to hold. */
export interface FileContent {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * Writes a file whole or not at all, whoever else writes or reads it at the same time, and whenever the power
 * is cut: what was there before stays until the disk has the new content. When it resolves the disk has it.
 * @param check called right before the file takes its place: when it throws, what was there stays.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  check?: () => void,
): Promise<void> {
  await replaceFiles([{ path, content }], check);
}

/** The same of several files, the last one last: they share what the disk does. */
export async function replaceFiles(files: readonly FileContent[], check?: () => void): Promise<void> {
  const written = files.map((file) => ({ ...file, fresh: freshPath(file.path) }));
  try {
    await Promise.all(written.map(({ fresh, content }) => writeNew(fresh, content)));
    check?.();
    for (const { fresh, path } of written) await rename(fresh, path);
    await Promise.all([...new Set(files.map(({ path }) => dirname(path)))].map(syncFolder));
  } catch (error) {
    await Promise.all(written.map(({ fresh }) => rm(fresh, { force: true })));
    throw error;
  }
}

/** Whether files are there and hold just this: what a power cut or a fault of the disk left torn is not. */
export async function areWhole(files: readonly FileContent[]): Promise<boolean> {
  const each = await Promise.all(
    files.map(async ({ path, content }) => {
      const found = await readFile(path).catch(() => undefined); // what can't be read isn't whole
      return found?.equals(Buffer.from(content)) ?? false;
    }),
  );
  return each.every(Boolean);
}

async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync().catch(unlessUnsupported);
  } finally {
    await file.close();
  }
}

/**
 * Writes a file whole or not at all as other processes see it. The disk need not have it yet: for what an
 * event is going to name, since the events' writer waits for that, for many such files at once.
 */
export function placeFile(path: string, content: string | Uint8Array): void {
  const fresh = freshPath(path);
  try {
    writeFileSync(fresh, content, { flag: "wx" });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
