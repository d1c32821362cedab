import { randomBytes } from "node:crypto";
import type { ResultRef } from "../events/run-event.ts";
import type { CacheStore } from "../store/cache-store.ts";
import type { AttachedResources } from "../worker/attached-resources.ts";
import { fromBytes, sha256 } from "../worker/crossing.ts";
import { fromStoredHandle, loadEncoded } from "../worker/result-file.ts";
import { contentDigest, type Mark } from "./content-digest.ts";
import type { TaskRun } from "./task-run.ts";

/** A session that can tell a table's content. */
interface DigestingSession {
  digest(handle: unknown): Promise<string>;
}

/** Caching across runs: by the task's name, the code that it can reach, and the contents of its inputs. */
export class ResultCache {
  readonly #store: CacheStore;
  readonly #runFolder: string;
  readonly #attached: AttachedResources;
  readonly #keys = new Map<TaskRun, { readonly key: string; readonly fileName: string }>();
  /** Task runs of one key that are under way: the others wait for the first. */
  readonly #underWay = new Map<string, TaskRun>();
  #keeping: Promise<void> = Promise.resolve();
  readonly #onError: (error: unknown) => void;

  constructor(
    store: CacheStore,
    runFolder: string,
    attached: AttachedResources,
    onError: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#runFolder = runFolder;
    this.#attached = attached;
    this.#onError = onError;
  }

  /** An earlier result of the same key. Remembers the key for {@link keep}. */
  async find(run: TaskRun): Promise<ResultRef | undefined> {
    const key = await this.#key(run);
    if (key === undefined) return undefined;
    this.#keys.set(run, { key, fileName: `${key}-${randomBytes(6).toString("hex")}` });
    const first = this.#underWay.get(key);
    if (first !== undefined && !first.ended) {
      await first.whenEnded();
      await this.#keeping;
    } else {
      this.#underWay.set(key, run);
    }
    const { cache } = run.options;
    const expires =
      typeof cache === "object" ? (cache.expires ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    return this.#store.find(key, this.#runFolder, Date.now() - expires);
  }

  /** Name of the files that the run's result takes: no other run has files of that name, so they can be shared. */
  fileName(run: TaskRun): string | undefined {
    return this.#keys.get(run)?.fileName;
  }

  keep(run: TaskRun, result: ResultRef): void {
    const key = this.#keys.get(run)?.key;
    if (key === undefined) return;
    this.#keeping = this.#keeping
      .then(() => this.#store.keep(key, run.options.name, result, this.#runFolder, Date.now()))
      .catch(this.#onError);
  }

  /** Waits until all that was to be kept is. */
  async close(): Promise<void> {
    await this.#keeping;
  }

  async #key(run: TaskRun): Promise<string | undefined> {
    const handles = await run.tableHandles(this.#runFolder);
    const results = new Map(run.dependencies.map(({ node }) => [node.id, node]));
    const markDigest = async (marked: Mark): Promise<string | undefined> => {
      switch (marked.$millrace) {
        case "result": {
          const node = results.get(String(marked.run));
          if (node?.result === undefined) return `no result: ${node?.state.name}`;
          return this.#resultDigest(node.result);
        }
        case "resource":
          // What a resource stands for may change without anybody's knowing: its kind has to do.
          return String(marked.id).replace(/-\d+$/, "");
        case "table":
          return this.#tableDigest(String(marked.session), handles[Number(marked.handle)]);
        default:
          return undefined;
      }
    };
    const inputs = await contentDigest(fromBytes(run.inputs.args), markDigest);
    return inputs === undefined
      ? undefined
      : sha256(`${run.options.name}\0${run.task.code.digest}\0${inputs}`).slice(0, 40);
  }

  async #resultDigest(result: ResultRef): Promise<string | undefined> {
    if (result.tables === undefined) return result.sha256;
    return contentDigest(loadEncoded(result, this.#runFolder), async (marked) =>
      marked.$millrace === "table"
        ? this.#tableDigest(
            String(marked.session),
            fromStoredHandle(marked.handle as { path: string }, this.#runFolder),
          ) // as storeResult wrote it
        : String(marked.id).replace(/-\d+$/, ""),
    );
  }

  async #tableDigest(session: string, handle: unknown): Promise<string | undefined> {
    const value = this.#attached.get(session);
    return "digest" in value ? (value as DigestingSession).digest(handle) : undefined; // sessions that can, do it so
  }
}
