import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The module of a join's threads: beside this one when built, else the source. */
export const threadEntry: string = locateEntry();

function locateEntry(): string {
  const built = new URL("./jaccard-thread.cjs", import.meta.url);
  const entry = existsSync(built) ? built : new URL("./thread.ts", import.meta.url);
  return fileURLToPath(entry);
}
