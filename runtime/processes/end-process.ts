import { setTimeout as delay } from "node:timers/promises";
import { askSystem, isPid } from "./ask-system.ts";
import { readBeat, stillLimit } from "./heartbeat.ts";
import { type KnownProcess, processTable } from "./known-process.ts";

/** How the attempt to end a process came out; `why` completes "it isn't ended, since ...". */
export type Ending = { readonly ended: true } | { readonly ended: false; readonly why: string };

/**
 * Ends a process (SIGKILL) that a file tells of, if it is proven, right before, to be the one that is meant:
 * it is one process of this machine, and not this one; its heartbeat moves in a regular file; it started when
 * the file says; it is this user's. The number alone proves nothing: it may have been given anew, or be made up.
 */
export async function endProcess(known: KnownProcess, heartbeat: string): Promise<Ending> {
  const { pid, pidStarted, id, name } = known;
  if (id !== processTable()) return no(`it is on ${name}`);
  if (!isPid(pid) || pid === 1 || pid === process.pid) return no(`${pid} is no process that a run can have`);
  if (pidStarted === undefined) return no("it isn't known when the run's process started");
  if (!(await moves(heartbeat)))
    return no("its heartbeat stands still, so that it can't be told from another process");
  const [facts, own] = await Promise.all([asked(pid), asked(process.pid)]);
  if (facts === "none") return { ended: true }; // by itself, meanwhile
  if (facts === "unknown" || own === "unknown" || own === "none")
    return no("the system doesn't tell when that process started");
  if (facts.started !== pidStarted) return no("another process has that number now: the run's own is gone");
  if (facts.user !== own.user) return no("it is another user's");
  try {
    process.kill(pid, "SIGKILL");
    return { ended: true };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // kill throws nothing else
    return code === "ESRCH" ? { ended: true } : no(`the system says ${code}`);
  }
}

function no(why: string): Ending {
  return { ended: false, why };
}

function asked(pid: number) {
  return askSystem(pid).catch(() => "unknown" as const); // no such program
}

/** Waits for a beat. */
async function moves(heartbeat: string): Promise<boolean> {
  const first = readBeat(heartbeat);
  if (first === undefined) return false;
  for (const started = performance.now(); performance.now() - started < stillLimit; await delay(50)) {
    const beat = readBeat(heartbeat);
    if (beat !== undefined && beat !== "" && beat !== first) return true;
  }
  return false;
}
