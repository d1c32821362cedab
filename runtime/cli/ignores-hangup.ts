import { readFileSync } from "node:fs";

/**
 * Whether whoever started the process, `nohup` say, wants it to outlive its terminal: then SIGHUP is ignored,
 * and to listen to it would undo that.
 */
export function ignoresHangup(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
    if (mask !== undefined) return (BigInt(`0x${mask}`) & 1n) === 1n; // signal 1 is the lowest bit
  } catch {
    // no /proc
  }
  // nohup sends output elsewhere than to a terminal.
  return process.platform !== "win32" && process.stdout.isTTY !== true && process.stderr.isTTY !== true;
}
