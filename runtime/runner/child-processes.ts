import { readdirSync, readFileSync } from "node:fs";

/**
 * The processes that a thread of this process has started and that live, with those that they have started:
 * those below come first. Only Linux tells.
 * @param thread the system's number of the thread; 0 has none.
 */
export function childrenOfThread(thread: number): number[] {
  return thread === 0 ? [] : below(`/proc/self/task/${thread}/children`);
}

/** The processes below this one. */
export function childrenOfProcess(): number[] {
  return threadsOf("self").flatMap((file) => below(file));
}

function below(file: string): number[] {
  const found: number[] = [];
  for (const pid of readNumbers(file)) {
    for (const thread of threadsOf(String(pid))) found.push(...below(thread));
    found.push(pid);
  }
  return found;
}

function threadsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/children`);
  } catch {
    return []; // it has ended, or there is no /proc
  }
}

function readNumbers(file: string): number[] {
  try {
    return readFileSync(file, "latin1")
      .split(" ")
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

/** Ends processes that were listed just now: their numbers are not another's yet. */
export function endProcesses(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it has ended by itself
    }
  }
}
