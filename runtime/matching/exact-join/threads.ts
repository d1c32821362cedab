import { setImmediate } from "node:timers/promises";
import type { Piscina } from "piscina";
import type { JaccardPairs } from "./pairs.ts";
import type { JoinPlan } from "./plan.ts";
import { sharedInt32 } from "./shared-arrays.ts";
import type { HelperRequest } from "./thread.ts";
import { threadEntry } from "./thread-entry.ts";
import { type Band, joinPart, type Probe, takenOf, takeProbes, withdrawWork } from "./work.ts";

export interface CrewOptions {
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

/** Runs a plan's bands: on the calling thread at once, and with more threads when it turns out to take long. */
export class Crew {
  readonly #plan: JoinPlan;
  readonly #options: CrewOptions;
  readonly #own: Probe;
  #helpers: Helpers | undefined;
  /** Milliseconds of work on earlier bands. */
  #spent = 0;
  #band: Band | undefined;

  constructor(plan: JoinPlan, options: CrewOptions) {
    options.signal?.throwIfAborted();
    this.#plan = plan;
    this.#options = options;
    this.#own = joinPart(plan);
  }

  /**
   * @param share how much of the whole plan is done, by how much of this band is: both from 0 to 1
   * @returns the pairs found by each thread, in no order
   * @throws the signal's reason
   */
  async run(band: Band, share: (taken: number) => number): Promise<JaccardPairs[]> {
    const { threads, signal, helpFrom = 200 } = this.#options;
    const begun = performance.now();
    this.#band = band;
    this.#own.startBand();
    let help = this.#helpers?.help(band);
    try {
      while (takeProbes(band, this.#own, slice)) {
        await setImmediate();
        signal?.throwIfAborted();
        this.#helpers?.throwIfFailed();
        if (threads > 1 && this.#helpers === undefined) {
          const spent = this.#spent + performance.now() - begun;
          const done = share(takenOf(band) / band.positions.length);
          const left = (spent / done) * (1 - done);
          if (left >= helpFrom && (spent >= trial || helpFrom === 0)) {
            this.#helpers = await Helpers.start(this.#plan, threads - 1, signal);
            help = this.#helpers.help(band);
          }
        }
      }
      const found = (await help?.()) ?? [];
      this.#spent += performance.now() - begun;
      return [this.#own.found.pairs(), ...found];
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }

  async end(): Promise<void> {
    if (this.#band !== undefined) withdrawWork(this.#band);
    await this.#helpers?.end();
  }
}

/** The threads that help the calling one. */
class Helpers {
  readonly #pool: Piscina<HelperRequest, JaccardPairs>;
  readonly #plan: JoinPlan;
  readonly #signal: AbortSignal | undefined;
  #failure: { readonly error: unknown } | undefined;
  #ended = false;

  private constructor(
    pool: Piscina<HelperRequest, JaccardPairs>,
    plan: JoinPlan,
    signal: AbortSignal | undefined,
  ) {
    this.#pool = pool;
    this.#plan = plan;
    this.#signal = signal;
  }

  static async start(plan: JoinPlan, count: number, signal: AbortSignal | undefined): Promise<Helpers> {
    const { Piscina } = await import("piscina");
    const pool = new Piscina<HelperRequest, JaccardPairs>({
      filename: threadEntry,
      name: "helpJoin",
      minThreads: count,
      maxThreads: count,
      atomics: "disabled",
      recordTiming: false,
    });
    return new Helpers(pool, plan, signal);
  }

  /**
   * Has all of them work on a band.
   * @returns gives what those found that took any work. One that isn't up yet finds nothing left, and isn't waited for.
   */
  help(band: Band): () => Promise<JaccardPairs[]> {
    const signal = this.#signal;
    const begun = sharedInt32(this.#pool.options.maxThreads);
    const results = Array.from(begun, (_, helper) =>
      this.#pool.run({ plan: this.#plan, band, begun, helper }, signal === undefined ? {} : { signal }),
    );
    for (const result of results) {
      result.catch((error: unknown) => {
        if (!this.#ended) this.#failure ??= { error };
      });
    }
    return async () => Promise.all(results.filter((_, helper) => Atomics.load(begun, helper) === 1));
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#pool.destroy();
  }
}
