import { readFileSync, readlinkSync, statSync } from "node:fs";
import { hostname } from "node:os";

/** The machine, or container, that a run's process is on, and how to tell that process from a later one of the same number. */
export interface RunHost {
  /** Two processes of one value can see each other's process numbers. */
  readonly id: string;
  readonly name: string;
  readonly container: boolean;
  readonly pid: number;
  /** Kernel's start time of the process, where the system tells it. */
  readonly pidStarted: string | undefined;
}

export function thisHost(): RunHost {
  return {
    id: `${hostname()} ${pidNamespace()}`,
    name: hostname(),
    container: exists("/.dockerenv") || exists("/run/.containerenv"),
    pid: process.pid,
    pidStarted: processStart(process.pid),
  };
}

/**
 * Whether a run's process is alive. On its own machine that is known from the process table; from elsewhere
 * (a container's run seen on the host) from how old its heartbeat is, in milliseconds.
 */
export function isAlive(host: RunHost, heartbeatAge: number | undefined): boolean {
  if (host.id !== `${hostname()} ${pidNamespace()}`) {
    return heartbeatAge !== undefined && heartbeatAge < heartbeatLimit;
  }
  try {
    process.kill(host.pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false; // kill throws nothing else
  }
  const started = processStart(host.pid);
  return host.pidStarted === undefined || started === undefined || started === host.pidStarted;
}

/** How often a run's process touches its heartbeat, and after how long without it counts as gone. Milliseconds. */
export const heartbeatInterval = 1_000;
const heartbeatLimit = 15_000;

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return process.platform; // no /proc: one process table a machine
  }
}

/** Field 22 of /proc/<pid>/stat; a zombie has ended. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
