import { setTimeout as delay } from "node:timers/promises";
import { askSystem, isPid } from "./ask-system.ts";
import { readBeat, stillLimit } from "./heartbeat.ts";
import { type KnownProcess, processTable } from "./known-process.ts";

/** `unsure`: the process can't be asked from here, and its heartbeat hasn't been looked at for long enough. */
export type Liveness = "alive" | "gone" | "unsure";

/** Milliseconds between two looks of {@link ProcessWatch.decide}. */
const lookInterval = 100;
/** A heartbeat that stood still between looks further apart says nothing: whoever looks may have been stopped meanwhile, with all else on the machine. */
const longestGap = 10_000;

/**
 * Looks at whether a process is alive, again and again. On its own machine that is known from the process
 * table; from elsewhere (a container's run seen on its host) from whether its heartbeat moves. No clock but
 * this process's own steady one has a part in it.
 */
export class ProcessWatch {
  readonly #heartbeat: string;
  #beat: string | undefined;
  #looked = Number.NEGATIVE_INFINITY;
  /** Since when the heartbeat has stood still, and what was known by then. */
  #since = Number.NEGATIVE_INFINITY;
  #known: Liveness = "unsure";

  /** @param heartbeat the file that the process writes its heartbeat to. */
  constructor(heartbeat: string) {
    this.#heartbeat = heartbeat;
  }

  async look(known: KnownProcess): Promise<Liveness> {
    const asked = await askProcess(known);
    return asked === "unsure" ? this.#lookAtHeartbeat() : asked;
  }

  /** Looks until it is sure: at once where the process can be asked, within {@link stillLimit} else. */
  async decide(known: KnownProcess): Promise<"alive" | "gone"> {
    for (;;) {
      const now = await this.look(known);
      if (now !== "unsure") return now;
      await delay(lookInterval);
    }
  }

  #lookAtHeartbeat(): Liveness {
    const now = performance.now();
    const beat = readBeat(this.#heartbeat);
    const isFirst = now - this.#looked > longestGap;
    const moved = beat !== this.#beat && beat !== undefined && this.#beat !== undefined;
    if (moved) this.#known = "alive";
    if (isFirst || moved || beat !== this.#beat) this.#since = now;
    else if (now - this.#since >= stillLimit) this.#known = "gone";
    this.#beat = beat;
    this.#looked = now;
    return this.#known;
  }
}

/** What programs of the system answered, where there is no /proc: starting one takes a while. */
const answers = new Map<string, { readonly answer: Liveness; readonly time: number }>();
/** How long such an answer is good for, milliseconds, while the number is still taken. */
const goodFor = 10_000;

/** What the process table of this machine says. `unsure` where it isn't that process's own, or doesn't tell. */
export async function askProcess(known: KnownProcess): Promise<Liveness> {
  const { id, pid, pidStarted } = known;
  if (id !== processTable() || !isPid(pid)) return "unsure";
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "gone"; // kill throws nothing else
  }
  if (pidStarted === undefined) return "unsure";
  if (process.platform === "linux") return compareStart(pid, pidStarted);
  const key = `${pid} ${pidStarted}`;
  const last = answers.get(key);
  if (last !== undefined && performance.now() - last.time < goodFor) return last.answer;
  const answer = await compareStart(pid, pidStarted);
  answers.set(key, { answer, time: performance.now() });
  return answer;
}

async function compareStart(pid: number, pidStarted: string): Promise<Liveness> {
  const facts = await askSystem(pid).catch(() => "unknown" as const); // no such program: the heartbeat tells
  if (facts === "unknown") return "unsure";
  return facts !== "none" && facts.started === pidStarted ? "alive" : "gone";
}
