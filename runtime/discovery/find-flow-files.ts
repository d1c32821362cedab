import { readdir } from "node:fs/promises";
import { join } from "node:path";

export const flowFilePattern = /\.flow\.(ts|mts|js|mjs)$/;

/**
 * All `*.flow.{ts,mts,js,mjs}` below a folder, sorted, but for those in node_modules and in folders whose
 * name begins with a dot. Folders that can't be read are passed over.
 */
export async function findFlowFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    const folders: Promise<void>[] = [];
    for (const entry of entries) {
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules" && !entry.name.startsWith("."))
          folders.push(visit(join(path, entry.name)));
      } else if (flowFilePattern.test(entry.name)) {
        found.push(join(path, entry.name));
      }
    }
    await Promise.all(folders);
  };
  await visit(folder);
  return found.sort();
}
