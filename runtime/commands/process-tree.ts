import { type ChildProcess, spawn } from "node:child_process";

/** How long a process that was told to end has to do so, milliseconds: less than its task has. */
const grace = 500;

/** Options of `spawn` for a process whose tree can be ended: it leads a group of its own, where there are groups. */
export const ownTree = { detached: process.platform !== "win32", windowsHide: true } as const;

/** Ends a process that was started with {@link ownTree} and all that it has started: gracefully at first. */
export function endTree(child: ChildProcess): void {
  signalTree(child, "SIGTERM");
  const timer = setTimeout(() => signalTree(child, "SIGKILL"), grace);
  child.once("close", () => clearTimeout(timer));
}

/** Ends what a process has left running: nobody will look after it. */
export function endLeftOvers(child: ChildProcess): void {
  if (process.platform !== "win32") signalTree(child, "SIGKILL");
}

function signalTree({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return; // it was never started
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on(
      "error",
      () => {},
    );
    return;
  }
  try {
    process.kill(-pid, signal); // the group that it leads: its number is no other's while one of it lives
  } catch {
    // all of it has ended
  }
}
