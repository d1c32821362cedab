// What is up to date isn't done again: a step's inputs are digested, and the digest of its last success is kept.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Digest of the contents of files and folders, by paths relative to the root. */
export function digestOf(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) if (name !== "node_modules") add(`${path}/${name}`);
    } else {
      hash.update(`${path}\0`).update(readFileSync(full)).update("\0");
    }
  };
  for (const path of paths) add(path);
  return hash.digest("hex");
}

/** Runs `step` unless it has succeeded with the same digest before. `stamp` is relative to the root. */
export async function unlessFresh(stamp, digest, step) {
  const file = join(root, stamp);
  if (existsSync(file) && readFileSync(file, "utf8") === digest) return false;
  await step();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, digest);
  return true;
}
