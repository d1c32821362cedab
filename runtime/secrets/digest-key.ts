import { createHash, createHmac, randomBytes, scryptSync } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { freshPath } from "../disk/fresh-path.ts";
import { readBelowSync } from "../disk/read-file.ts";

const fileName = "digest.key";

const keyLength = 32;

/** Some milliseconds for each guess at a secret of somebody who has the key file, too. */
const stretching = { N: 1 << 13, r: 8, p: 1 };

/**
 * Digests of what has secrets in it. The digest of a short secret would tell it to whoever tries all that it could be,
 * so these are keyed: by a random key that lies in `.millrace/`, outside of all run folders, for this user only, and
 * by the secrets themselves, stretched. Runs of the same folder give the same, on a host and in its container; where
 * the key is gone, what was known by it is made again.
 */
export class DigestKey {
  readonly #folder: string;
  readonly #stretched = new Map<string, Buffer>();
  #key: Buffer | undefined;

  /** @param base the folder that `.millrace/` is in. */
  constructor(base: string) {
    this.#folder = join(base, ".millrace");
  }

  /**
   * SHA-256 of a content that has no secrets in it; else its HMAC.
   * @param secrets that are in it, from `secretsIn`.
   * @returns 64 hexadecimal digits.
   */
  digest(content: Uint8Array, secrets: readonly string[]): string {
    return secrets.length === 0
      ? createHash("sha256").update(content).digest("hex")
      : this.keyed(content, secrets);
  }

  /** HMAC-SHA-256, also of what may be a secret though nobody has said so. */
  keyed(content: Uint8Array, secrets: readonly string[] = []): string {
    return createHmac("sha256", this.#keyFor(secrets)).update(content).digest("hex");
  }

  #keyFor(secrets: readonly string[]): Buffer {
    this.#key ??= readKey(this.#folder) ?? makeKey(this.#folder);
    if (secrets.length === 0) return this.#key;
    const together = secrets.join("\0");
    const stretched = this.#stretched.get(together) ?? scryptSync(together, this.#key, keyLength, stretching);
    this.#stretched.set(together, stretched);
    return stretched;
  }
}

function readKey(folder: string): Buffer | undefined {
  try {
    const key = readBelowSync(folder, fileName, keyLength);
    return key.length === keyLength ? key : undefined;
  } catch {
    return undefined; // none, or not ours
  }
}

/** Where it can't be kept it is only this process's: others make again what is known by it. */
function makeKey(folder: string): Buffer {
  const key = randomBytes(keyLength);
  const path = join(folder, fileName);
  const fresh = freshPath(path);
  try {
    mkdirSync(folder, { recursive: true });
    const file = openSync(fresh, "wx", 0o600);
    try {
      writeSync(file, key);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return placeKey(fresh, folder) ?? key;
  } catch {
    return key;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** @returns the key that another process has put there meanwhile. */
function placeKey(fresh: string, folder: string): Buffer | undefined {
  const path = join(folder, fileName);
  try {
    linkSync(fresh, path);
    return undefined;
  } catch {
    const other = readKey(folder);
    // What is there is no key, or there can be no links to files here.
    if (other === undefined) renameSync(fresh, path);
    return other;
  }
}
