import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { MaskedOutput } from "../secrets/masked-output.ts";
import { lastWordsLength } from "../store/last-words.ts";
import { Frames } from "./frames.ts";
import { type FromHost, firstPipe, type ToHost } from "./host-protocol.ts";
import { type HostEnd, memoryAdvice, type ThreadsListener } from "./task-threads.ts";
import { type OnThreadMessage, ThreadPipe } from "./thread-pipe.ts";

/** What V8 writes first when it gives up: what follows is for those who look for it, and is kept for them. */
const v8GivesUp = "<--- Last few GCs --->";

/** How long threads may take to let go of what they have, milliseconds; one in a system call never does. */
const destroyPatience = 2_000;

/** How long output may be on its way after the process that wrote it has ended, milliseconds. */
const outputPatience = 200;

/** Who hears what the process of the threads says, and its threads. */
export interface HostListener extends Pick<ThreadsListener, "onStrayError"> {
  /** Hears what the thread of a number tells. */
  readonly onThreadMessage: (thread: number, ...told: Parameters<OnThreadMessage>) => void;
  /** Hears once, after all of that, that the process has ended without having been told to. */
  readonly onEnded: (end: HostEnd) => void;
}

/** The process that threads are in, as the run's process sees it. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #frames: Frames<ToHost, FromHost>;
  readonly #closed: Promise<void>;
  readonly #output: MaskedOutput[] = [];
  #lastWords = "";
  #destroyed: () => void = () => {};
  #ending = false;

  constructor(
    { size, usesEngine }: { readonly size: number; readonly usesEngine: boolean },
    { onStrayError, onThreadMessage, onEnded }: HostListener,
  ) {
    const pipes = 2 * size; // those that tasks share have as many
    const inherited = process.execArgv.filter((arg) => !arg.startsWith("--inspect"));
    this.#child = spawn(process.execPath, [...inherited, entry, String(size), String(usesEngine)], {
      stdio: ["ignore", "pipe", "pipe", "pipe", ...Array.from({ length: pipes }, () => "pipe" as const)],
      windowsHide: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      const output = new MaskedOutput("output");
      stream
        ?.setEncoding("utf8")
        .on("data", (text: string) => this.#relay(output.add(text)))
        .on("end", () => this.#relay(output.finish()));
      this.#output.push(output);
    }
    const pipe = this.#child.stdio[3] as Duplex; // asked for above
    pipe.on("error", () => {}); // its end is told by the process's
    this.#frames = new Frames<ToHost, FromHost>(pipe, (message) => {
      switch (message.from) {
        case "stray":
          onStrayError(message.error);
          return;
        case "destroyed":
          this.#destroyed();
          return;
        default:
          message satisfies never;
      }
    });
    const heard = Promise.all(
      Array.from({ length: pipes }, (_, index) => {
        const stream = this.#child.stdio[firstPipe + index] as Duplex; // asked for above
        return new ThreadPipe(stream, (...told) => onThreadMessage(index + 1, ...told)).ended;
      }),
    );
    this.#closed = new Promise((resolve) => {
      let told = false;
      const end = (why: () => string) => {
        if (told) return;
        told = true;
        for (const output of this.#output) this.#relay(output.finish());
        resolve();
        if (!this.#ending) onEnded({ why: why(), lastWords: this.#lastWords });
      };
      this.#child.on("error", (error) => end(() => `It could not be started: ${error.message}.`));
      this.#child.on("close", (code, signal) => end(() => this.#why(code, signal)));
      // What its tasks have started may hold its output open, but nothing else.
      this.#child.on("exit", async (code, signal) => {
        await Promise.all([heard, new Promise((resolve) => setTimeout(resolve, outputPatience).unref())]);
        end(() => this.#why(code, signal));
      });
    });
  }

  send(message: ToHost, first?: Uint8Array, second?: Uint8Array): void {
    this.#frames.send(message, first, second);
  }

  /** Ends the process, once its threads have let go of what they have, or have had the time to. */
  async destroy(): Promise<void> {
    this.#ending = true;
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, destroyPatience).unref();
      this.#destroyed = resolve;
      void this.#closed.then(resolve);
    });
    this.#frames.send({ to: "destroy" });
    await late;
    this.#child.kill("SIGKILL");
    await this.#closed;
  }

  /** Threads write to stderr what is no task's. */
  #relay(text: string): void {
    const silent = this.#lastWords.includes(v8GivesUp);
    this.#lastWords = (this.#lastWords + text).slice(-lastWordsLength);
    const cut = text.indexOf(v8GivesUp);
    const shown = silent ? "" : cut < 0 ? text : text.slice(0, cut).trimEnd();
    if (shown !== "") process.stderr.write(shown);
  }

  #why(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#lastWords.includes("JavaScript heap out of memory"))
      return `ran out of memory. ${memoryAdvice}`;
    if (signal === "SIGKILL")
      return "ended its process (SIGKILL), as the system does when memory runs out. Give it less at a time, or the machine more.";
    const last = this.#lastWords.trimEnd().split("\n").at(-1) ?? "";
    return `ended its process (${signal ?? `exit code ${code}`}).${last === "" ? "" : ` It last said: '${last}'.`}`;
  }
}

const entry = locateEntry();

/** Built, the process's module is beside this one's chunk. */
function locateEntry(): string {
  const path = fileURLToPath(new URL("./task-host.js", import.meta.url));
  if (existsSync(path)) return path;
  throw new Error(`Millrace isn't built: ${path} is missing. Run 'npm run build'.`);
}
