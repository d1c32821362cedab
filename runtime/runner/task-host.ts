import { readFileSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { knowSecret } from "../secrets/known-secrets.ts";
import { keepLastWords, wordsOf } from "../store/last-words.ts";
import { PipeOutlet } from "../worker/pipe-outlet.ts";
import type { RunEnvironment } from "../worker/protocol.ts";
import { childrenOfProcess, endProcesses } from "./child-processes.ts";
import { takeFatalError } from "./fatal-error.ts";
import { Frames } from "./frames.ts";
import { type FromHost, pipeOf, type ToHost } from "./host-protocol.ts";
import { ThreadOrders } from "./thread-orders.ts";
import { ThreadPool } from "./thread-pool.ts";

// The process that the threads of a run are in: what takes a whole process with it (V8 out of memory in one
// big step, a native crash, the system's kill for want of memory) leaves the run's own process alive, and a
// thread that nothing can end (it waits in a system call) ends with this one. No user code runs on this thread,
// and what threads say doesn't pass it: each writes to the run's process by a pipe of its own.

const runner = process.ppid;
const socket = new Socket({ fd: 3 });
const size = Number(process.argv[2]);
const threads = new Map<number, ThreadOrders>();
let environment: RunEnvironment | undefined;

const frames = new Frames<FromHost, ToHost>(socket, (message, order, args) => {
  switch (message.to) {
    case "prepare":
      environment = message.environment;
      for (const value of environment.secrets) knowSecret(value);
      return;
    case "run":
      ordersOf(message.thread).add({ call: message.call, order, args });
      return;
    case "stop":
      ordersOf(message.thread).stop(message.call, message.first, message.reason);
      return;
    case "recall":
      ordersOf(message.thread).recall(message.first);
      return;
    case "heard":
      pool.heard(message.seat, message.weight);
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

const pool = new ThreadPool(
  size,
  {
    onMessage({ secrets = [] }) {
      for (const value of secrets) knowSecret(value); // the rest goes its own way
    },
    onStrayError: (error) => frames.send({ from: "stray", error }),
  },
  { outletOf: pipeOf, usesEngine: process.argv[3] === "true" },
);

// The run's process is gone, however it went: nobody is left to be told anything.
for (const gone of ["end", "error", "close"]) socket.on(gone, leave);
preferToBeKilled();
leaveSignalsToTheRunner();

function ordersOf(number: number): ThreadOrders {
  const known = threads.get(number);
  if (known !== undefined) return known;
  const orders = new ThreadOrders(number > size, new PipeOutlet(pipeOf(number), ownWriter), (orders) => {
    if (environment === undefined) throw new Error("There is no environment yet."); // the run says it first
    return pool.thread(number).start(orders, environment);
  });
  threads.set(number, orders);
  return orders;
}

/** Threads number themselves from 1. */
const ownWriter = 0;

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
