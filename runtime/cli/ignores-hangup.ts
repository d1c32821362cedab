import { readFileSync } from "node:fs";
import { basename } from "node:path";

/**
 * Whether whoever started the process wants it to outlive its terminal. Node itself can't be told so by a signal
 * that is ignored: it puts all signals back when it starts. So it is seen by what `nohup` leaves behind: a shell
 * names it as the last command, and it makes an input that was a terminal one that can't be read; or by the
 * process that started this one, a script under `nohup`, which ignores the signal.
 */
export function ignoresHangup(): boolean {
  return (
    basename(process.env._ ?? "") === "nohup" ||
    /^flags:\s*0*[0-7]*1$/m.test(textOf("/proc/self/fdinfo/0")) ||
    ignoresIt(textOf(`/proc/${process.ppid}/status`))
  );
}

/** Signal 1 is the lowest bit. */
function ignoresIt(status: string): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // no /proc
  }
}
