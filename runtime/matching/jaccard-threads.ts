import { setImmediate } from "node:timers/promises";
import type { Piscina } from "piscina";
import type { JaccardPairs } from "./jaccard-pairs.ts";
import type { JaccardPlan } from "./jaccard-plan.ts";
import type { HelperRequest } from "./jaccard-thread.ts";
import { jaccardThreadEntry } from "./jaccard-thread-entry.ts";
import { joinPart, takenShare, takeProbes, withdrawWork } from "./jaccard-work.ts";
import { sharedInt32 } from "./shared-arrays.ts";

export interface RunOptions {
  /** In all, this one too. */
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of work that must seem to be left for more threads to be worth their start. */
  readonly helpFrom?: number;
}

/** Milliseconds after which the calling thread looks at what else is to be done. */
const slice = 10;
/** Before so many milliseconds of work there is no telling how long the rest will take. */
const trial = 30;

/**
 * Runs a plan: on the calling thread at once, and with more threads when it turns out to take long.
 * @returns the pairs found by each thread, in no order
 * @throws the signal's reason
 */
export async function runPlan(plan: JaccardPlan, options: RunOptions): Promise<JaccardPairs[]> {
  const { threads, signal, helpFrom = 200 } = options;
  signal?.throwIfAborted();
  const own = joinPart(plan);
  const begun = performance.now();
  let helpers: Helpers | undefined;
  try {
    while (takeProbes(plan, own, slice)) {
      await setImmediate();
      signal?.throwIfAborted();
      helpers?.throwIfFailed();
      if (threads > 1 && helpers === undefined) {
        const spent = performance.now() - begun;
        const share = takenShare(plan);
        const left = (spent / share) * (1 - share);
        if (left >= helpFrom && (spent >= trial || helpFrom === 0)) {
          helpers = await Helpers.start(plan, threads - 1, signal);
        }
      }
    }
    const found = (await helpers?.results()) ?? [];
    return [own.found.pairs(), ...found];
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    withdrawWork(plan);
    await helpers?.end();
  }
}

/** The threads that help the calling one. */
class Helpers {
  readonly #pool: Piscina<HelperRequest, JaccardPairs>;
  readonly #begun: Int32Array;
  readonly #results: readonly Promise<JaccardPairs>[];
  #failure: { readonly error: unknown } | undefined;
  #ended = false;

  private constructor(pool: Piscina<HelperRequest, JaccardPairs>, plan: JaccardPlan, signal?: AbortSignal) {
    const count = pool.options.maxThreads;
    const begun = sharedInt32(count);
    this.#pool = pool;
    this.#begun = begun;
    this.#results = Array.from({ length: count }, (_, helper) =>
      pool.run({ plan, begun, helper }, signal === undefined ? {} : { signal }),
    );
    for (const result of this.#results) {
      result.catch((error: unknown) => {
        if (!this.#ended) this.#failure ??= { error };
      });
    }
  }

  static async start(plan: JaccardPlan, count: number, signal: AbortSignal | undefined): Promise<Helpers> {
    const { Piscina } = await import("piscina");
    const pool = new Piscina<HelperRequest, JaccardPairs>({
      filename: jaccardThreadEntry,
      name: "helpJoin",
      minThreads: count,
      maxThreads: count,
      atomics: "disabled",
      recordTiming: false,
    });
    return new Helpers(pool, plan, signal);
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** What those found that took any work. One that isn't up yet finds nothing left, and isn't waited for. */
  async results(): Promise<JaccardPairs[]> {
    return Promise.all(this.#results.filter((_, helper) => Atomics.load(this.#begun, helper) === 1));
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#pool.destroy();
  }
}
