import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CliResult, cli } from "../cli/cli.ts";
import { type Call, readCalls } from "./recorded-calls.ts";

/** What happens at a call that changes files; they count from 1. */
export type Fault =
  | { readonly fault: "kill-before" | "kill-after"; readonly call: number }
  | { readonly fault: "fail"; readonly call: number; readonly errno: number };

export interface RecordedRun extends CliResult {
  readonly calls: readonly Call[];
}

/** Runs the command line with what writes down its calls, and does harm to them: see `record-calls.c`. */
export class Recorder {
  readonly #folder: string;
  readonly #library: string;
  #records = 0;

  private constructor(folder: string, library: string) {
    this.#folder = folder;
    this.#library = library;
  }

  /** @returns why it can't be made here, if it can't. */
  static make(): Recorder | string {
    if (process.platform !== "linux") return "calls are recorded on Linux only";
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "millrace-faults-")));
    const library = join(folder, "record-calls.so");
    const source = fileURLToPath(new URL("record-calls.c", import.meta.url));
    const made = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"], {
      encoding: "utf8",
    });
    if (made.status === 0) return new Recorder(folder, library);
    rmSync(folder, { recursive: true });
    return made.error === undefined ? `cc failed: ${made.stderr}` : "there is no C compiler (cc)";
  }

  /** Runs the command line in a folder, whose files are the ones that count. */
  async run(
    folder: string,
    args: readonly string[],
    { env = {}, fault }: { readonly env?: Readonly<Record<string, string>>; readonly fault?: Fault } = {},
  ): Promise<RecordedRun> {
    const record = join(this.#folder, `${++this.#records}`);
    const ended = await cli(args, {
      cwd: folder,
      env: {
        ...env,
        LD_PRELOAD: this.#library,
        UV_USE_IO_URING: "0",
        MILLRACE_FAULTS_ROOT: folder,
        MILLRACE_FAULTS_LOG: record,
        ...(fault === undefined ? {} : { MILLRACE_FAULTS_ACT: actText(fault) }),
      },
    });
    const calls = existsSync(record) ? readCalls(readFileSync(record)) : [];
    rmSync(record, { force: true });
    return { ...ended, calls };
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function actText(fault: Fault): string {
  const text = `${fault.fault} ${fault.call}`;
  return fault.fault === "fail" ? `${text} ${fault.errno}` : text;
}

/** Calls that count: what is printed changes no file. */
export function changesIn(calls: readonly Call[]): number {
  return calls.filter(({ call }) => call !== "print").length;
}
