import type { ErrorReport } from "../errors/error-report.ts";
import type {
  RunEnvironment,
  StopReason,
  TaskMessage,
  TaskRequest,
  TaskResponse,
  ThreadEnd,
} from "../worker/protocol.ts";

/** One try of a task run, as whoever schedules it knows it. */
export type TaskOrder = Omit<TaskRequest, "shared">;

/** Threads that each run one task at a time, or many that mostly wait: see {@link FreeSeats}. */
export interface TaskThreads {
  /** How many tasks that don't wait run at a time. */
  readonly size: number;
  /** Says what all orders will have in common, as soon as it is known. */
  prepare(environment: RunEnvironment): void;
  /**
   * Takes a free seat of a thread, if there is one. It comes back by {@link release}.
   * @param waits for a task that mostly waits.
   */
  take(waits: boolean): TaskThread | undefined;
  release(thread: TaskThread): void;
  /** How many tries of a task a thread is best given at once, as far as is known: more than one of quick ones. */
  atOnce(task: string): number;
  /** Lets all threads let go of a resource. */
  detach(resource: string): void;
  /** Ends all threads, once they have let go of their resources; one that is busy with something else loses them. */
  destroy(): Promise<void>;
}

/** A seat of a thread. */
export interface TaskThread {
  /** The thread's, from 1. */
  readonly number: number;
  /**
   * Gives the thread one try of a task to run, after those that it was given before.
   * @param onBegun hears, before the end of the one before it is told, that the thread has begun with it.
   */
  start(order: TaskOrder, onBegun?: () => void): ThreadCall;
}

/** A try that a thread was given. */
export interface ThreadCall {
  /**
   * Resolves when all that it said has been received too.
   * @throws {ThreadEndedError}
   * @throws {HostEndedError}
   * @throws {NotBegunError}
   */
  readonly response: Promise<TaskResponse>;
  /**
   * Tells the task that it should end; one that has not begun doesn't. After a second of grace the thread is ended
   * under it, even one in an endless loop, and so are the processes that it has started. Where others share the
   * thread, the task is given up instead, nothing new starts there, and the thread ends after the others; unless it is
   * blocked.
   */
  stop(reason: StopReason): void;
}

/** Who hears what the threads say, and what becomes of them. */
export interface ThreadsListener {
  /** Hears what a task says. `done` is to be called when that is on disk. */
  onMessage(message: TaskMessage, done: () => void): void;
  /** Hears of a thread that ended while no task ran there. */
  onStrayError(error: ErrorReport): void;
  /** Hears that the process of the threads has ended under its tasks. */
  onHostEnded(ended: HostEnd): void;
}

/** How the process of the threads ended. */
export interface HostEnd {
  readonly why: string;
  /** The end of what it wrote to stderr. */
  readonly lastWords: string;
}

/** A thread ended under its task: it exited, ran out of memory, threw outside of the task's promise, or was ended. */
export class ThreadEndedError extends Error {
  override readonly name = "ThreadEndedError";
  readonly reason: ThreadEnd["reason"];
  readonly report: ErrorReport | undefined;

  constructor({ reason, message, report }: ThreadEnd) {
    super(message);
    this.reason = reason;
    this.report = report;
  }
}

/** The process of the threads ended while several tasks ran there, and it isn't known which of them ended it. */
export class HostEndedError extends Error {
  override readonly name = "HostEndedError";
}

/** The thread didn't begin with it, and won't: it can be given to any. */
export class NotBegunError extends Error {
  override readonly name = "NotBegunError";
}

export const memoryAdvice = "Give it less at a time, or more: NODE_OPTIONS=--max-old-space-size=<megabytes>.";
