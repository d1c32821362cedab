import { createHash, randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { askProc } from "../processes/ask-system.ts";
import { processTable } from "../processes/known-process.ts";

/**
 * A name that nothing has yet, beside `path`, for what is made there before it takes its place. It tells who
 * makes it, so that what a killed process left can be known: see {@link makerOf}.
 */
export function freshPath(path: string): string {
  return join(dirname(path), `${freshPrefix}${makerMark()}-${randomBytes(4).toString("hex")}`);
}

export const freshPrefix = ".new-";

/** Whether a process of this machine made what has such a name, and lives. */
export type Maker = "lives" | "gone" | "unknown";

/** Who made what has a name with a {@link makerMark} in it. Of another machine, or container, nothing is known. */
export function makerOf(path: string): Maker {
  const [, host, start, pid] =
    /([0-9a-f]{12})\.([0-9a-f]{8})\.([0-9a-z]+)-[0-9a-f]+$/.exec(basename(path)) ?? [];
  if (host === undefined || pid === undefined || host !== thisHost()) return "unknown";
  const number = Number.parseInt(pid, 36);
  try {
    process.kill(number, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "gone"; // kill throws nothing else
  }
  const facts = askProc(number);
  if (facts === "unknown" || start === unknownStart) return "lives";
  return facts !== "none" && start === digest(facts.started, 8) ? "lives" : "gone";
}

const unknownStart = "00000000";
let mark: string | undefined;

/** What names this process, and no other that ran on this machine before or after, where the system tells when it started. */
export function makerMark(): string {
  if (mark === undefined) {
    const facts = askProc(process.pid);
    const start = typeof facts === "string" ? unknownStart : digest(facts.started, 8);
    mark = [thisHost(), start, process.pid.toString(36)].join(".");
  }
  return mark;
}

function thisHost(): string {
  return digest(processTable(), 12);
}

function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
