import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** A folder of the user's cache that these tests may keep things in. */
export async function cacheFolder(name: string): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "millrace", name);
  await mkdir(folder, { recursive: true });
  return folder;
}
