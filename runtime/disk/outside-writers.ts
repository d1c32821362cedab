import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "./make-folder.ts";
import { replaceFile } from "./replace-file.ts";

/** Task runs of a run that changed something outside of it that knows by itself who did: datasets. */
export async function noteOutsideWriter(runFolder: string, taskRun: string): Promise<void> {
  const folder = writersFolder(runFolder);
  await makeFolder(folder);
  const name = createHash("sha256").update(taskRun).digest("hex").slice(0, 16);
  await replaceFile(join(folder, `${name}.txt`), taskRun);
}

export async function outsideWriters(runFolder: string): Promise<readonly string[]> {
  const folder = writersFolder(runFolder);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return Promise.all(
    names.filter((name) => name.endsWith(".txt")).map((name) => readFile(join(folder, name), "utf8")),
  );
}

function writersFolder(runFolder: string): string {
  return join(runFolder, "datasets", "writers");
}
