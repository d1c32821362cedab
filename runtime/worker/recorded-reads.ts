import { type ReadsOfTask, shared } from "../authoring/context.ts";
import { baseOf } from "../disk/base-folder.ts";
import { changeOf, type FilesOfFolder, type PathVersion, pathVersion } from "../disk/file-version.ts";
import { DigestKey } from "../secrets/digest-key.ts";
import { findSecret } from "../secrets/find-secret.ts";
import { secretsIn } from "../secrets/known-secrets.ts";

/** What a task run read that is neither an argument nor code: what its result is known by besides, in the cache. */
export interface TaskReads {
  /** Files and folders that it read through a session. Paths are absolute. */
  readonly files: readonly PathVersion[];
  /** Variables of the environment, and secrets by `secret:` and their names: digests, null for those that there weren't. */
  readonly environment: { readonly [name: string]: string | null };
}

/** A variable of the environment has no colon in its name. */
const secretPrefix = "secret:";

/** Records what a task run reads, while it runs. */
export class RecordedReads implements ReadsOfTask {
  readonly #files: Promise<PathVersion>[] = [];
  readonly #environment = new Map<string, string | null>();
  readonly #key: DigestKey;
  #unknown: string | undefined;

  constructor(runFolder: string) {
    this.#key = new DigestKey(baseOf(runFolder));
  }

  noteFile(path: string, which: FilesOfFolder): void {
    const version = pathVersion(path, { which, digest: "all" });
    this.#files.push(version);
    version.catch(() => {}); // told by finish
  }

  /** Something was read of which no version can be told. */
  noteUnknown(what: string): void {
    this.#unknown ??= what;
  }

  noteVariable(name: string, value: string | undefined): void {
    if (!this.#environment.has(name)) this.#environment.set(name, variableDigest(name, value, this.#key));
  }

  noteSecret(name: string, value: string): void {
    this.noteVariable(`${secretPrefix}${name}`, value);
  }

  /** @returns what was read, or why that can't be told: its result is not to be cached then. */
  async finish(): Promise<TaskReads | { readonly unknown: string }> {
    if (this.#unknown !== undefined) return { unknown: this.#unknown };
    const files = await Promise.all(this.#files);
    for (const version of files)
      if ((await changeOf(version)) !== undefined)
        return { unknown: `${version.path}, which has been changed since` };
    return { files, environment: Object.fromEntries([...this.#environment].sort()) };
  }
}

/** Whether what was read is there, and the same. */
export async function isUnchanged({ files, environment }: TaskReads, key: DigestKey): Promise<boolean> {
  for (const [name, digest] of Object.entries(environment))
    if (variableDigest(name, valueNow(name), key) !== digest) return false;
  for (const version of files) if ((await changeOf(version)) !== undefined) return false;
  return true;
}

/** A variable's value is kept nowhere: it may be a secret, and nobody need have said so. */
export function variableDigest(name: string, value: string | undefined, key: DigestKey): string | null {
  if (value === undefined) return null;
  const content = Buffer.from(`${name}\0${value}`);
  return key.keyed(content, secretsIn(content)).slice(0, 32);
}

function valueNow(name: string): string | undefined {
  return name.startsWith(secretPrefix) ? findSecret(name.slice(secretPrefix.length)) : process.env[name];
}

/**
 * Lets this thread's environment tell which variables a task reads. Who copies all of it, as whoever starts a process
 * does, is not taken to have read each.
 */
export function watchEnvironment(): void {
  let copied = false;
  const reads = () => {
    const context = shared.context.getStore();
    return context?.kind === "task" && !copied ? context.reads : undefined;
  };
  process.env = new Proxy(process.env, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof name === "string") reads()?.noteVariable(name, value);
      return value;
    },
    has(target, name) {
      if (typeof name === "string") reads()?.noteVariable(name, target[name]);
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      copied = true;
      queueMicrotask(() => {
        copied = false;
      });
      return Reflect.ownKeys(target);
    },
  });
}
