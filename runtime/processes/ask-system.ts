import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "./proc-text.ts";
import {
  type Facts,
  factsFromPowerShell,
  factsFromProc,
  factsFromPs,
  powerShellQuestion,
} from "./process-facts.ts";

/** How long a program of the system may take to answer, milliseconds. */
const patience = 10_000;

/** What this machine's process table has of a process. */
export async function askSystem(pid: number): Promise<Facts> {
  if (!isPid(pid)) return "unknown";
  if (process.platform === "win32") {
    const shell = join(
      process.env.SystemRoot ?? "C:\\Windows",
      "System32/WindowsPowerShell/v1.0/powershell.exe",
    );
    const question = ["-NoProfile", "-NonInteractive", "-Command", powerShellQuestion(pid)];
    return factsFromPowerShell(await outputOf(shell, question));
  }
  return hasProc() ? askProc(pid) : askPs(pid);
}

/** One process's number: 0 and negative ones mean groups to the system. */
export function isPid(pid: number): boolean {
  return Number.isSafeInteger(pid) && pid > 0;
}

function hasProc(): boolean {
  return statSync("/proc/self/stat", { throwIfNoEntry: false }) !== undefined;
}

/** What Linux's /proc has of a process; unknown on other systems. */
export function askProc(pid: number): Facts {
  if (!hasProc()) return "unknown";
  const folder = statSync(`/proc/${pid}`, { throwIfNoEntry: false });
  if (folder === undefined) return "none";
  return factsFromProc(
    textOf(`/proc/${pid}/stat`),
    String(folder.uid),
    textOf("/proc/sys/kernel/random/boot_id").trim(),
  );
}

/** Where there is no /proc. In one language and time zone, since the answer is kept and compared. */
export async function askPs(pid: number): Promise<Facts> {
  try {
    return factsFromPs(await outputOf("/bin/ps", ["-o", "uid=,state=,lstart=", "-p", String(pid)]));
  } catch (error) {
    // ps's own way of saying that there is none
    return (error as { code?: unknown }).code === 1 ? "none" : "unknown"; // execFile rejects with such errors only
  }
}

function outputOf(file: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  return new Promise((resolve, reject) => {
    execFile(file, args, { env, timeout: patience, windowsHide: true }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}
