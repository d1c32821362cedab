import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface TimedProcess {
  /** From its start to its end. */
  readonly seconds: number;
  /**
   * User and system time of it and of all that it has waited for, where Linux tells; to a hundredth. What outlives its
   * parent isn't in it.
   */
  readonly cpuSeconds: number | undefined;
  readonly stdout: string;
}

/** Runs a program to its end. @throws if it doesn't exit with 0; its stderr is shown then. */
export async function timedProcess(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<TimedProcess> {
  const before = childrenSeconds();
  const begin = performance.now();
  const child = spawn(file, args, {
    ...options,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  // "exit": what it leaves behind may hold its output open.
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
  const seconds = (performance.now() - begin) / 1000;
  const after = childrenSeconds();
  await new Promise((resolve) => setImmediate(resolve)); // what is in the pipes already
  if (code !== 0)
    throw new Error(`${file} ${args.join(" ")} exited with ${code}.\n${texts.stderr.slice(-4_000)}`);
  const cpuSeconds = before === undefined || after === undefined ? undefined : after - before;
  return { seconds, cpuSeconds, stdout: texts.stdout };
}

/** What children that have ended, and those that they waited for, took of the processor's time. */
function childrenSeconds(): number | undefined {
  try {
    const fields = readFileSync("/proc/self/stat", "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[13]) + Number(fields[14])) / 100; // cutime and cstime, in Linux' USER_HZ
  } catch {
    return undefined;
  }
}
