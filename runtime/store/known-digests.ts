import { join } from "node:path";
import { makeFolder } from "../disk/make-folder.ts";
import { readBelow } from "../disk/read-file.ts";
import { replaceFile } from "../disk/replace-file.ts";
import { seal, unseal } from "../disk/sealed.ts";
import { digestBytes } from "../disk/tree-digest.ts";

/** What stands in a digest's file, at most, in bytes. */
const largest = 1 << 16;

/**
 * Digests of tables that were found out by reading them, by what told which files those were: beside the cache's
 * entries, and pruned as they are.
 */
export class KnownDigests {
  readonly #base: string;

  /** @param base the folder that `.millrace/` is in. */
  constructor(base: string) {
    this.#base = base;
  }

  /** @param name names files that never change, or a version of files. */
  async find(name: string): Promise<string | undefined> {
    try {
      return unseal(String(await readBelow(this.#base, this.#file(name), largest)));
    } catch {
      return undefined; // none, or none that can be read: the table is
    }
  }

  async keep(name: string, digest: string): Promise<void> {
    const file = join(this.#base, this.#file(name));
    await makeFolder(join(file, ".."));
    await replaceFile(file, seal(digest));
  }

  #file(name: string): string {
    return join(".millrace", "cache", digestBytes(name).sha256.slice(0, 40), "digest");
  }
}
