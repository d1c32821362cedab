import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { fromBytes, sha256 } from "../crossing/bytes.ts";
import { fromStoredHandle, loadEncoded } from "../crossing/result-file.ts";
import { pathFrom } from "../disk/is-below.ts";
import type { ResultRef } from "../events/run-event.ts";
import type { DigestKey } from "../secrets/digest-key.ts";
import { secretsIn } from "../secrets/known-secrets.ts";
import { type CacheEntry, CacheStore } from "../store/cache-store.ts";
import { KnownDigests } from "../store/known-digests.ts";
import type { AttachedResources } from "../worker/attached-resources.ts";
import { isUnchanged, type TaskReads, variableDigest } from "../worker/recorded-reads.ts";
import { contentDigest, type Mark } from "./content-digest.ts";
import { ownKeyDigest, ownKeyOf } from "./own-cache-key.ts";
import type { RunNode } from "./run-node.ts";
import type { TaskRun } from "./task-run.ts";

/** Of a run whose key is its author's. */
const nothingRead: TaskReads = { files: [], environment: {} };

/** A session that can tell a table's content. */
interface DigestingSession {
  digest(handle: unknown, known: Known): Promise<string>;
}

/** What is known of tables without reading them. */
interface Known {
  /** Of the files that the table was written to: what they held. */
  readonly written: string | undefined;
  find(name: string): Promise<string | undefined>;
  keep(name: string, digest: string): Promise<void>;
  /** Says in the run's log what has to be read. */
  tell(message: string): void;
}

export interface ResultCacheOptions {
  /** The folder that `.millrace/` is in: files below it are known again where it was moved. */
  readonly base: string;
  readonly runFolder: string;
  readonly attached: AttachedResources;
  readonly digestKey: DigestKey;
  readonly onError: (error: unknown) => void;
  /** Says in the run's log what has to be read. */
  readonly tell: (message: string) => void;
}

/**
 * Caching across runs: by the task's name, the code that it can reach, with what the environment has of the variables
 * that stand in it, and the contents of its inputs. What the task read besides is kept with its result, and looked at.
 */
export class ResultCache {
  readonly #store: CacheStore;
  readonly #base: string;
  readonly #runFolder: string;
  readonly #digestKey: DigestKey;
  readonly #attached: AttachedResources;
  readonly #keys = new Map<TaskRun, { readonly key: string; readonly fileName: string }>();
  /** Task runs of one key that are under way: the others wait for the first. */
  readonly #underWay = new Map<string, TaskRun>();
  /** Keys of results that this run has made. */
  readonly #made = new Set<string>();
  #keeping: Promise<void> = Promise.resolve();
  readonly #onError: (error: unknown) => void;
  readonly #tell: (message: string) => void;
  readonly #known: KnownDigests;

  constructor(options: ResultCacheOptions) {
    this.#base = options.base;
    this.#store = new CacheStore(options.base);
    this.#known = new KnownDigests(options.base);
    this.#runFolder = options.runFolder;
    this.#attached = options.attached;
    this.#digestKey = options.digestKey;
    this.#onError = options.onError;
    this.#tell = options.tell;
  }

  /** An earlier result of the same key. Remembers the key for {@link keep}. */
  async find(run: TaskRun): Promise<ResultRef | undefined> {
    const key = await this.#key(run);
    if (key === undefined) return undefined;
    this.#keys.set(run, { key, fileName: `${key}-${randomBytes(6).toString("hex")}` });
    const { cache } = run.options;
    const { expires = Number.POSITIVE_INFINITY, refresh = false } = typeof cache === "object" ? cache : {};
    for (;;) {
      const first = this.#underWay.get(key);
      if (first !== undefined) {
        await first.whenEnded();
        await this.#keeping;
      }
      const isStale = refresh && !this.#made.has(key);
      const found = isStale
        ? undefined
        : await this.#store.find(key, this.#runFolder, Date.now() - expires, (reads) =>
            this.#isStillSo(reads),
          );
      if (found !== undefined) return found;
      const other = this.#underWay.get(key);
      if (other !== undefined && !other.ended) continue;
      this.#underWay.set(key, run);
      return undefined;
    }
  }

  /** Whether what the run reads is to be recorded. */
  recordsReads({ options }: TaskRun): boolean {
    return Boolean(options.cache) && ownKeyOf(options) === undefined;
  }

  /** Name of the files that the run's result takes: no other run has files of that name, so they can be shared. */
  fileName(run: TaskRun): string | undefined {
    return this.#keys.get(run)?.fileName;
  }

  /** Keeps the result of a run that may be cached, unless its task read something that can't be known again. */
  keep(run: TaskRun, result: ResultRef, reads: TaskReads | { readonly unknown: string } = nothingRead): void {
    const key = this.#keys.get(run)?.key;
    if (key === undefined) return;
    this.#made.add(key);
    if ("unknown" in reads) {
      this.#onError(new Error(`'${run.id}' read ${reads.unknown}: what that was can't be known again.`));
      return;
    }
    const place = (path: string) => pathFrom(this.#base, path) ?? path;
    const files = reads.files.map((version) => ({ ...version, path: place(version.path) }));
    const entry: CacheEntry = {
      task: run.options.name,
      created: Date.now(),
      result,
      reads: { ...reads, files },
    };
    this.#keeping = this.#keeping
      .then(() => this.#store.keep(key, entry, this.#runFolder))
      .catch(this.#onError);
  }

  #isStillSo(kept: unknown): Promise<boolean> {
    const reads = kept as TaskReads; // an entry is as it was sealed by keep
    const files = reads.files.map((version) => ({ ...version, path: resolve(this.#base, version.path) }));
    return isUnchanged({ ...reads, files }, this.#digestKey);
  }

  /** Waits until all that was to be kept is. */
  async close(): Promise<void> {
    await this.#keeping;
  }

  async #key(run: TaskRun): Promise<string | undefined> {
    const ownKey = ownKeyOf(run.options);
    if (ownKey !== undefined) return this.#ownKey(run, ownKey);
    const handles = await run.tableHandles(this.#runFolder);
    const results = new Map<string, RunNode>(run.dependencies.map(({ node }) => [node.id, node]));
    const markDigest = async (marked: Mark): Promise<string | undefined> => {
      switch (marked.$millrace) {
        case "result": {
          const node = results.get(String(marked.run));
          return node === undefined ? "no result" : this.#nodeDigest(run, node);
        }
        case "constant":
          return String(marked.sha256);
        case "resource":
          // What a resource stands for may change without anybody's knowing: its kind has to do.
          return String(marked.id).replace(/-\d+$/, "");
        case "table": {
          const handle = handles[Number(marked.handle)];
          return this.#tableDigest(run, String(marked.session), handle, this.#writtenBy(run, handle));
        }
        default:
          return undefined;
      }
    };
    const args = run.inputs.args.bytes();
    const inputs = await contentDigest(fromBytes(args), markDigest);
    if (inputs === undefined) return undefined;
    const variables = run.task.code.environment.map(
      (name) => `${name}=${variableDigest(name, process.env[name], this.#digestKey)}`,
    );
    const content = Buffer.from([run.options.name, run.code, inputs, ...variables].join("\0"));
    return this.#digestKey.digest(content, secretsIn(args)).slice(0, 40);
  }

  async #ownKey(run: TaskRun, key: NonNullable<ReturnType<typeof ownKeyOf>>): Promise<string | undefined> {
    const digest = await ownKeyDigest(run, key, this.#runFolder, this.#attached.decoding);
    if (digest === undefined) return undefined;
    const content = Buffer.from(["own key", run.options.name, digest].join("\0"));
    return this.#digestKey.digest(content, secretsIn(run.inputs.args.bytes())).slice(0, 40);
  }

  async #nodeDigest(run: TaskRun, { items, result, state }: RunNode): Promise<string | undefined> {
    if (items === undefined)
      return result === undefined ? `no result: ${state.name}` : this.#resultDigest(run, result);
    const digests = await Promise.all(items.map((item) => this.#nodeDigest(run, item)));
    return digests.includes(undefined) ? undefined : sha256(`items ${digests.join(" ")}`);
  }

  async #resultDigest(run: TaskRun, result: ResultRef): Promise<string | undefined> {
    const { tables } = result;
    if (tables === undefined) return result.sha256;
    return contentDigest(loadEncoded(result, this.#runFolder), async (marked) => {
      if (marked.$millrace !== "table") return String(marked.id).replace(/-\d+$/, "");
      const stored = marked.handle as { path: string }; // as storeResult wrote it
      const digest = tables.find(({ handle }) => handle.path === stored.path)?.digest;
      const handle = fromStoredHandle(stored, this.#runFolder);
      return this.#tableDigest(run, String(marked.session), handle, digest?.contents ?? digest?.sha256);
    });
  }

  /** What was recorded of the files of an awaited table when the run above that it came from wrote them. */
  #writtenBy(run: TaskRun, handle: unknown): string | undefined {
    const { path } = handle as { readonly path: string }; // as all handles have
    const resultsOf = (node: RunNode): ResultRef[] =>
      node.items?.flatMap(resultsOf) ?? (node.result === undefined ? [] : [node.result]);
    const tables = run.dependencies
      .flatMap(({ node }) => resultsOf(node))
      .flatMap(({ tables = [] }) => tables);
    const digest = tables.find(
      (table) => fromStoredHandle(table.handle, this.#runFolder).path === path,
    )?.digest;
    return digest?.contents ?? digest?.sha256;
  }

  async #tableDigest(
    run: TaskRun,
    session: string,
    handle: unknown,
    written?: string,
  ): Promise<string | undefined> {
    const value = this.#attached.get(session);
    if (!("digest" in value)) return undefined;
    const known: Known = {
      written,
      find: (name) => this.#known.find(name),
      keep: (name, digest) => this.#known.keep(name, digest),
      tell: (message) => this.#tell(`Looking for '${run.id}' in the cache: ${message}`),
    };
    return (value as DigestingSession).digest(handle, known); // sessions that can, do it so
  }
}
