import { basename } from "node:path";
import type { TaskDefinition } from "../authoring/task.ts";
import { sha256 } from "../crossing/bytes.ts";
import { type LoadedFlow, type LoadedTask, loadedTask } from "../discovery/load-flow.ts";
import { countTasks, type TaskCounts } from "../events/task-counts.ts";
import type { DigestKey } from "../secrets/digest-key.ts";
import { runPaths } from "../store/run-folder.ts";
import type { AttachedResources } from "../worker/attached-resources.ts";
import type { EarlierAttempt } from "./earlier-attempt.ts";
import { ArgumentStore } from "./held-arguments.ts";
import type { Journal } from "./journal.ts";
import { nodeValue } from "./node-value.ts";
import type { RunNode } from "./run-node.ts";
import type { RunPart } from "./run-part.ts";
import type { RunResources } from "./run-resources.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Slots } from "./slots.ts";
import { TaskRun } from "./task-run.ts";
import type { Writings } from "./writings.ts";

export interface RunPartsOptions {
  /** The run's folder. */
  readonly path: string;
  /** The how manieth process that writes to the run this is. */
  readonly writer: number;
  readonly journal: Journal;
  readonly loaded: LoadedFlow;
  readonly attached: AttachedResources;
  readonly digestKey: DigestKey;
  readonly slots: Slots;
  readonly scheduler: Scheduler;
  readonly resources: RunResources;
  readonly earlier: EarlierAttempt | undefined;
  readonly writings: Writings;
  readonly part: RunPart | undefined;
}

/** What all flow runs in a run share: its engine, its nodes, and what is known of its code. */
export class RunParts {
  readonly path: string;
  readonly journal: Journal;
  readonly nodes = new Map<string, RunNode>();
  readonly slots: Slots;
  readonly scheduler: Scheduler;
  readonly resources: RunResources;
  readonly earlier: EarlierAttempt | undefined;
  readonly writings: Writings;
  /** Of the flow, where not all of it is run. */
  readonly part: RunPart | undefined;
  readonly args: ArgumentStore;
  readonly digestKey: DigestKey;
  readonly #writer: number;
  readonly #loaded: LoadedFlow;
  readonly #attached: AttachedResources;
  readonly #origins = new WeakMap<object, string>();
  readonly #codes = new Map<string, string>();
  readonly #toldOtherCode = new Set<string>();
  #lastFile = 0;
  #cancelReason: string | undefined;

  constructor(options: RunPartsOptions) {
    this.path = options.path;
    this.journal = options.journal;
    this.slots = options.slots;
    this.scheduler = options.scheduler;
    this.resources = options.resources;
    this.earlier = options.earlier;
    this.writings = options.writings;
    this.part = options.part;
    this.args = new ArgumentStore(runPaths(options.path).temporary);
    this.digestKey = options.digestKey;
    this.#writer = options.writer;
    this.#loaded = options.loaded;
    this.#attached = options.attached;
  }

  /** Why the whole run is cancelled, if it is. */
  get cancelReason(): string | undefined {
    return this.#cancelReason;
  }

  /** Remembers and tells that the run is cancelled. @returns whether it wasn't before. */
  cancel(reason: string): boolean {
    if (this.#cancelReason !== undefined) return false;
    this.#cancelReason = reason;
    this.journal.append({ type: "cancel-requested", reason });
    return true;
  }

  /** The id of a resource's value in this thread. */
  get resourceId(): (value: object) => string | undefined {
    return this.#attached.idOf;
  }

  /** What brings results back into this thread. */
  get decoding() {
    return this.#attached.decoding;
  }

  /** How many task runs there are in all flow runs of this attempt. */
  countTasks(): TaskCounts {
    return countTasks([...this.nodes.values()].filter((node) => node instanceof TaskRun));
  }

  /** @throws {UserError} for a task that threads can't find. */
  task(definition: TaskDefinition): LoadedTask {
    return loadedTask(this.#loaded, definition);
  }

  /** Digest of the code that a task run can reach by itself and by the resources that it is given. */
  codeOf(task: LoadedTask, resources: readonly string[]): string {
    const key = [task.definition.options.name, ...resources].join("\n");
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    const codes = [task.code.digest];
    for (const id of resources) {
      const definition = this.resources.definition(id);
      const code = definition && this.#loaded.resources.get(definition);
      if (code !== undefined) codes.push(code.digest);
    }
    const digest = sha256(Buffer.from(codes.join("\n"))).slice(0, 32);
    this.#codes.set(key, digest);
    return digest;
  }

  /** Says once why results of a task are not taken from an earlier attempt. */
  tellOtherCode(task: string, flowRun: string): void {
    if (this.#toldOtherCode.has(task)) return;
    this.#toldOtherCode.add(task);
    const message = `The code of task '${task}' has changed since it ran: it runs again. 'millrace resume --keep-results' takes its results all the same.`;
    this.journal.append({ type: "log", level: "INFO", message, flowRun });
  }

  /** Says how many results were taken though their code has changed since, as the user wanted it. */
  tellKept(): void {
    const kept = this.earlier?.takenOfOtherCode ?? 0;
    if (kept === 0) return;
    const message = `Took ${kept} result${kept === 1 ? "" : "s"} of code that has changed since, as --keep-results says.`;
    this.journal.append({ type: "log", level: "WARNING", message });
  }

  /** Somebody needs what a node comes to. */
  readonly need = (node: RunNode): void => this.part?.needInBody(node);

  /** A name for files of one task's or flow's result, its own among all that any process writes to the run. */
  nextFileName(): string {
    const number = ++this.#lastFile;
    // Files of another run's results keep their names here.
    if (this.part !== undefined) return `${basename(this.path).slice(0, 18)}-${this.#writer}-${number}`;
    return this.#writer === 1 ? String(number) : `${this.#writer}-${number}`;
  }

  /** A completed run's result, in this thread. Where it is passed on, it is known where it came from. */
  loadNode(node: RunNode): unknown {
    return nodeValue(node, this.path, this.decoding, (value, of) => {
      for (const part of Array.isArray(value) ? [value, ...value] : [value])
        if (typeof part === "object" && part !== null && !this.#origins.has(part))
          this.#origins.set(part, of.id);
    });
  }

  /** The run that an object is the awaited result of, or an item of it. */
  readonly originOf = (value: object): string | undefined => this.#origins.get(value);
}
