import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

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
  const [, host, boot, pid, start] =
    /([0-9a-f]{12})\.([0-9a-f]{8})\.([0-9a-z]+)\.([0-9a-z]+)-[0-9a-f]+$/.exec(basename(path)) ?? [];
  if (host === undefined || pid === undefined || host !== thisHost()) return "unknown";
  if (boot !== thisBoot()) return "gone";
  const number = Number.parseInt(pid, 36);
  try {
    process.kill(number, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "gone"; // kill throws nothing else
  }
  const started = startOf(number);
  return start === "0" || started === "0" || started === start ? "lives" : "gone";
}

let mark: string | undefined;

/** What names this process, and no other that ran on this machine before or after. */
export function makerMark(): string {
  mark ??= [thisHost(), thisBoot(), process.pid.toString(36), startOf(process.pid)].join(".");
  return mark;
}

/** Processes of one value can see each other's numbers. */
function thisHost(): string {
  let namespace: string = process.platform;
  try {
    namespace = readlinkSync("/proc/self/ns/pid");
  } catch {
    // no /proc: one process table a machine
  }
  return digest(`${hostname()}\0${textOf("/etc/machine-id")}\0${namespace}`, 12);
}

/** Numbers begin anew with each start of the machine. */
function thisBoot(): string {
  return digest(textOf("/proc/sys/kernel/random/boot_id"), 8);
}

/** When a process started, in the kernel's ticks; "0" where the system doesn't tell. */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  return Number.isFinite(ticks) ? ticks.toString(36) : "0";
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // not there, or not for us
  }
}

function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
