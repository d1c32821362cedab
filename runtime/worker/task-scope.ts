import { join } from "node:path";
import type { Author, Publication, TaskContext } from "../authoring/context.ts";
import type { LogLevel, RunEventBody } from "../events/run-event.ts";
import { parentOf } from "../events/run-ids.ts";
import { mustFindSecret } from "../secrets/find-secret.ts";
import { storeArtifact } from "./artifact-file.ts";
import { share, stopReasons, type TaskRequest } from "./protocol.ts";
import { RecordedReads } from "./recorded-reads.ts";

/** How long a task's events may wait to go out together, milliseconds. */
const batchDelay = 20;

/** How much may wait to go out together, and how much may be on its way to the disk, in characters or so. */
const batchWeight = 256 * 1024;
const backlogLimit = 4 * 1024 * 1024;

/** Sends events, with what they add to the backlog, and values that are secret. */
type SendEvents = (events: readonly RunEventBody[], weight: number, secrets?: readonly string[]) => void;

/**
 * What surrounds one try of a task run on its thread. Sends what the task says, in batches. A task that
 * says more than can be written waits in its call to `log` or `console.log`, so that memory stays flat.
 */
export class TaskScope implements TaskContext {
  readonly kind = "task";
  readonly taskRun: string;
  readonly task: string;
  readonly attempt: number;
  readonly author: Author;
  readonly folder: string;
  readonly temporary: string;
  readonly reads?: RecordedReads;
  readonly #runFolder: string;
  readonly #file: string;
  readonly #send: SendEvents;
  readonly #shared: Int32Array;
  readonly #abort = new AbortController();
  #events: RunEventBody[] = [];
  #weight = 0;
  /** How far the task is. Of all that it says while a batch waits, the last goes out with it. */
  #progress: Extract<RunEventBody, { type: "progress" }> | undefined;
  #artifacts = 0;
  #lastSent = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #toldSecrets: Set<string>;

  constructor(request: TaskRequest, send: SendEvents) {
    this.taskRun = request.taskRun;
    this.task = request.task;
    this.attempt = request.attempt;
    this.author = request.author;
    this.folder = request.environment.folder;
    this.temporary = join(request.environment.runFolder, "temporary");
    if (request.recordsReads) this.reads = new RecordedReads(request.environment.runFolder);
    this.#runFolder = request.environment.runFolder;
    this.#file = request.resultFile.slice(request.resultFile.lastIndexOf("/") + 1);
    this.#send = send;
    this.#toldSecrets = new Set(request.secrets);
    this.#shared = request.shared;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Aborts the signal if the runner wants the try to stop. */
  abortIfTold(): void {
    const reason = stopReasons[Atomics.load(this.#shared, share.stop)];
    Atomics.store(this.#shared, share.heard, 1);
    if (reason === "timeout") this.#abort.abort(new Error("The task's time is up."));
    if (reason === "cancelled") this.#abort.abort(new Error("The run was cancelled."));
  }

  log(level: LogLevel, message: string): void {
    this.#say({ type: "log", level, message, taskRun: this.taskRun });
  }

  progress(done: number, total: number | undefined, message: string | undefined): void {
    this.#progress = {
      type: "progress",
      taskRun: this.taskRun,
      done,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    };
    this.#flushWhenDue();
  }

  async publish(publication: Publication): Promise<void> {
    const file = `${this.#file}-${this.attempt}-${this.#artifacts++}`;
    const { taskRun } = this;
    const flowRun = parentOf(taskRun);
    this.#say(storeArtifact(publication, { runFolder: this.#runFolder, file, flowRun, taskRun }));
  }

  secret(name: string): string {
    const value = mustFindSecret(name);
    this.reads?.noteSecret(name, value);
    // The run's process has to know it before it hears anything else of the task.
    if (!this.#toldSecrets.has(value)) {
      this.#toldSecrets.add(value);
      this.#send([], 0, [value]);
    }
    return value;
  }

  /** Sends what is left. */
  finish(): void {
    this.#flush();
  }

  /** A task in a long loop never lets a timer run, so what is due goes out with the next thing said. */
  #say(event: RunEventBody): void {
    this.#add(event);
    this.#flushWhenDue();
  }

  #add(event: RunEventBody): void {
    this.#events.push(event);
    this.#weight += 100 + ("message" in event ? (event.message?.length ?? 0) : 0);
  }

  #flushWhenDue(): void {
    if (this.#weight >= batchWeight || performance.now() - this.#lastSent >= batchDelay) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), batchDelay);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#progress !== undefined) this.#add(this.#progress);
    this.#progress = undefined;
    if (this.#events.length === 0) return;
    const weight = this.#weight;
    Atomics.add(this.#shared, share.backlog, weight);
    this.#send(this.#events, weight);
    this.#events = [];
    this.#weight = 0;
    for (let waiting = Atomics.load(this.#shared, share.backlog); waiting > backlogLimit; ) {
      Atomics.wait(this.#shared, share.backlog, waiting);
      waiting = Atomics.load(this.#shared, share.backlog);
    }
    this.#lastSent = performance.now();
  }
}
