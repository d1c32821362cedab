import { readFileSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { knowSecret } from "../secrets/known-secrets.ts";
import { keepLastWords, wordsOf } from "../store/last-words.ts";
import { reportError } from "../worker/error-report.ts";
import type { RunEnvironment } from "../worker/protocol.ts";
import { childrenOfProcess, endProcesses } from "./child-processes.ts";
import { takeFatalError } from "./fatal-error.ts";
import { Frames } from "./frames.ts";
import type { FromHost, ToHost } from "./host-protocol.ts";
import type { PoolCall } from "./pool-thread.ts";
import { type OrderBytes, ThreadEndedError } from "./task-threads.ts";
import { ThreadPool } from "./thread-pool.ts";

// The process that the threads of a run are in: what takes a whole process with it (V8 out of memory in one
// big step, a native crash, the system's kill for want of memory) leaves the run's own process alive, and a
// thread that nothing can end (it waits in a system call) ends with this one. No user code runs on this thread.

const runner = process.ppid;
const socket = new Socket({ fd: 3 });
const heard: (() => void)[] = [];
const calls = new Map<number, PoolCall>();
let environment: RunEnvironment | undefined;

const frames = new Frames<FromHost, ToHost>(socket, (message, order, args) => {
  switch (message.to) {
    case "prepare":
      environment = message.environment;
      for (const value of environment.secrets) knowSecret(value);
      return;
    case "run":
      void run(message, { order, args });
      return;
    case "stop":
      calls.get(message.call)?.stop(message.reason);
      return;
    case "heard":
      heard.shift()?.();
      return;
    case "detach":
      pool.detach(message.resource);
      return;
    case "destroy":
      void pool.destroy().finally(() => frames.send({ from: "destroyed" }));
      return;
    default:
      message satisfies never;
  }
});

const pool = new ThreadPool(Number(process.argv[2]), {
  onMessage(message, done) {
    for (const value of message.secrets ?? []) knowSecret(value);
    heard.push(done);
    frames.send({ from: "said", message });
  },
  onStrayError: (error) => frames.send({ from: "stray", error }),
});

// The run's process is gone, however it went: nobody is left to be told anything.
for (const gone of ["end", "error", "close"]) socket.on(gone, leave);
preferToBeKilled();
leaveSignalsToTheRunner();

async function run(
  { call, thread: number }: Extract<ToHost, { to: "run" }>,
  bytes: OrderBytes,
): Promise<void> {
  try {
    const thread = pool.thread(number);
    if (environment === undefined || thread === undefined)
      throw new Error(`There is no environment yet, or no thread ${number}.`);
    const running = thread.start(bytes, environment);
    calls.set(call, running);
    frames.send({ from: "response", call }, await running.response);
  } catch (error) {
    const told =
      error instanceof ThreadEndedError
        ? {
            reason: error.reason,
            message: error.message,
            ...(error.report === undefined ? {} : { report: error.report }),
          }
        : { reason: "error" as const, message: String(error), report: reportError(error) };
    frames.send({ from: "ended", call, end: told });
  } finally {
    calls.delete(call);
  }
}

/** An exit would wait for threads that nothing can end. */
function leave(): void {
  const fatal = environment && takeFatalError(environment.runFolder);
  if (environment !== undefined && fatal !== undefined)
    keepLastWords(environment.runFolder, wordsOf(runner, fatal));
  endProcesses(childrenOfProcess());
  process.kill(process.pid, "SIGKILL");
}

/** Where memory is short the system is to end this process rather than the run's, which can tell what happened. */
function preferToBeKilled(): void {
  try {
    const now = Number(readFileSync("/proc/self/oom_score_adj", "latin1"));
    writeFileSync("/proc/self/oom_score_adj", String(Math.min(1_000, now + 300)));
  } catch {
    // not Linux
  }
}

/**
 * A terminal sends Ctrl-C to this process too, and the run's own decides what follows. It can't while a flow's
 * body blocks it: then the second Ctrl-C ends it from here.
 */
function leaveSignalsToTheRunner(): void {
  let interrupts = 0;
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || ++interrupts < 2) return;
      setTimeout(() => {
        if (process.ppid === runner) process.kill(runner, "SIGKILL");
      }, blockedAfter);
    });
  }
}

/** How long a run's process may take to end after a second Ctrl-C, milliseconds. */
const blockedAfter = 1_000;
