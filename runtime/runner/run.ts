import { once } from "node:events";
import type { RunContext } from "../authoring/context.ts";
import type { TaskDefinition } from "../authoring/task.ts";
import { type LoadedFlow, type LoadedTask, loadedTask } from "../discovery/load-flow.ts";
import { parseParameters } from "../discovery/parameters.ts";
import { describe } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";
import type { ResultRef, RunEventBody } from "../events/run-event.ts";
import { rootFlowRun } from "../events/run-event.ts";
import { decideFlowState, hasEnded, makeState, type State } from "../events/states.ts";
import { DigestKey } from "../secrets/digest-key.ts";
import { baseOf } from "../store/relocation.ts";
import { runPaths } from "../store/run-folder.ts";
import type { AttachedResources } from "../worker/attached-resources.ts";
import { finishOutput } from "../worker/capture-output.ts";
import { decode, type Encoded, encode, fromBytes, sha256, toBytes } from "../worker/crossing.ts";
import { firstError, reportError } from "../worker/error-report.ts";
import { fromStoredHandle, loadEncoded, loadResult, storeResult } from "../worker/result-file.ts";
import { contentDigest } from "./content-digest.ts";
import type { EarlierAttempt } from "./earlier-attempt.ts";
import { tableIdentity, usedExecutions } from "./executions.ts";
import { FlowRun, RunFailedError } from "./flow-run.ts";
import { ArgumentStore } from "./held-arguments.ts";
import type { ResultCache } from "./result-cache.ts";
import type { RunNode } from "./run-node.ts";
import { inContext, type RunResources } from "./run-resources.ts";
import { longestTimer, type Scheduler } from "./scheduler.ts";
import type { Slots } from "./slots.ts";
import { TaskRun } from "./task-run.ts";
import type { Writings } from "./writings.ts";

/** How long a body may go on after its run was cancelled and all its task runs have ended, milliseconds. */
const bodyGrace = 2_000;

/** How a body ended. */
type BodyEnd = { readonly value: unknown } | { readonly error: unknown };

/** The parts that a run is made of, shared by all flow runs in it. */
export class Run {
  readonly path: string;
  readonly nodes = new Map<string, RunNode>();
  readonly earlier: EarlierAttempt | undefined;
  readonly writings: Writings;
  readonly args: ArgumentStore;
  readonly digestKey: DigestKey;
  readonly resources: RunResources;
  readonly cache: ResultCache;
  readonly scheduler: Scheduler;
  readonly emit: (event: RunEventBody) => number;
  readonly whenDurable: (callback: () => void) => void;
  readonly #loaded: LoadedFlow;
  readonly #attached: AttachedResources;
  readonly #slots: Slots;
  readonly #writer: number;
  readonly #origins = new WeakMap<object, string>();
  readonly #codes = new Map<string, string>();
  readonly #toldOtherCode = new Set<string>();
  #number = 0;
  #cancelReason: string | undefined;
  #root: FlowRun | undefined;

  constructor(options: {
    readonly path: string;
    /** The how manieth process that writes to the run this is. */
    readonly writer: number;
    readonly loaded: LoadedFlow;
    readonly attached: AttachedResources;
    readonly slots: Slots;
    readonly cache: ResultCache;
    readonly scheduler: Scheduler;
    readonly resources: RunResources;
    readonly earlier: EarlierAttempt | undefined;
    readonly writings: Writings;
    readonly emit: (event: RunEventBody) => number;
    readonly whenDurable: (callback: () => void) => void;
  }) {
    this.path = options.path;
    this.#writer = options.writer;
    this.earlier = options.earlier;
    this.writings = options.writings;
    this.args = new ArgumentStore(runPaths(options.path).temporary);
    this.digestKey = new DigestKey(baseOf(options.path));
    this.resources = options.resources;
    this.cache = options.cache;
    this.scheduler = options.scheduler;
    this.emit = options.emit;
    this.whenDurable = options.whenDurable;
    this.#loaded = options.loaded;
    this.#attached = options.attached;
    this.#slots = options.slots;
  }

  get resourceId() {
    return this.#attached.idOf;
  }

  /** How many task runs there are in all flow runs of this attempt. */
  countTasks(): { readonly total: number; readonly completed: number } {
    let total = 0;
    let completed = 0;
    for (const node of this.nodes.values()) {
      if (!(node instanceof TaskRun)) continue;
      total++;
      if (node.state.type === "COMPLETED") completed++;
    }
    return { total, completed };
  }

  /** What brings results back into this thread. */
  get decoding() {
    return { resource: (id: string) => this.#attached.get(id), table: this.#attached.table };
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
    this.emit({ type: "log", level: "INFO", message, flowRun });
  }

  /** A name for files of one task's or flow's result, its own among all that any process writes to the run. */
  nextFileName(): string {
    const number = ++this.#number;
    return this.#writer === 1 ? String(number) : `${this.#writer}-${number}`;
  }

  /** @throws {UserError} for a task that threads can't find. */
  task(definition: TaskDefinition): LoadedTask {
    return loadedTask(this.#loaded, definition);
  }

  /** Runs the flow's own body to its end, teardown included. @returns its final state. */
  async runRoot(parameters: Record<string, unknown>): Promise<State> {
    const root = new FlowRun(this, this.#loaded.flow.definition, rootFlowRun, [], []);
    this.#root = root;
    if (this.#cancelReason === undefined) await this.#runBody(root, parameters);
    else this.#endFlowRun(root, makeState("Cancelled", this.#cancelReason));
    return root.state;
  }

  /** Runs a subflow's body when its parameters are there. */
  async runSubflow(
    flowRun: FlowRun,
    input: Encoded,
    dependencies: readonly { readonly node: RunNode; readonly allowFailure: boolean }[],
  ): Promise<void> {
    await Promise.all(dependencies.map(({ node }) => node.whenEnded()));
    const blocker = dependencies.find(
      ({ node, allowFailure }) => !allowFailure && node.state.type !== "COMPLETED",
    );
    if (this.#cancelReason !== undefined) {
      this.#endFlowRun(flowRun, makeState("Cancelled"));
    } else if (blocker !== undefined) {
      flowRun.block(blocker.node);
      const message = `Upstream task run '${blocker.node.id}' did not reach a 'COMPLETED' state.`;
      this.#endFlowRun(flowRun, makeState("NotReady", message));
    } else {
      try {
        await this.#runBody(
          flowRun,
          parseParameters(flowRun.flow.options, this.#decodeInput(flowRun, input)),
        );
      } catch (error) {
        this.#fail(flowRun, error);
      }
    }
  }

  /** Fails the flow run whose code threw where nobody could catch it, the root's where that isn't known. */
  onStrayError(error: unknown, thrownIn: RunContext | undefined): void {
    const flowRun = thrownIn instanceof FlowRun ? thrownIn : this.#root;
    if (flowRun !== undefined && !hasEnded(flowRun.state)) flowRun.onStrayError(error);
    else
      this.emit({
        type: "log",
        level: "WARNING",
        message: `An error was thrown after the flow run had ended: ${describe(error)}`,
      });
  }

  /** Starts nothing more, ends what runs, and tells the bodies. */
  cancel(reason: string): void {
    if (this.#cancelReason !== undefined) return;
    this.#cancelReason = reason;
    this.emit({ type: "cancel-requested", reason });
    const root = this.#root;
    if (root !== undefined && !hasEnded(root.state)) {
      root.state = makeState("Cancelling", reason);
      this.emit({ type: "flow-run-state", flowRun: root.id, state: root.state });
    }
    root?.abort(new Error(reason));
    this.scheduler.cancel();
  }

  async #runBody(flowRun: FlowRun, parameters: Record<string, unknown>): Promise<void> {
    const { options } = flowRun.flow;
    this.#slots.limit(options.concurrency ?? {});
    if (!hasEnded(flowRun.state) && flowRun.state.name !== "Cancelling") flowRun.state = makeState("Running");
    this.emit({ type: "flow-run-state", flowRun: flowRun.id, state: flowRun.state });
    let timedOut: State | undefined;
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(
            () => {
              const message = `Flow run exceeded timeout of ${(options.timeout ?? 0) / 1000} second(s)`;
              timedOut = makeState("TimedOut", message);
              flowRun.abort(new Error("The flow's time is up."));
              this.scheduler.cancel(flowRun.id === rootFlowRun ? "" : `${flowRun.id}/`);
            },
            Math.min(options.timeout, longestTimer),
          );
    await this.writings.begin(flowRun.author);
    const ended = await this.#bodyEnd(flowRun, parameters);
    await flowRun.whenChildrenEnded();
    flowRun.close();
    clearTimeout(timer);
    const teardown = await inContext(flowRun, () => this.resources.closeAll(flowRun.id));
    finishOutput(flowRun);
    if (flowRun === this.#root) this.#tellKept();
    const thrown = "error" in ended ? ended : teardown;
    if (this.#cancelReason !== undefined) {
      this.#endFlowRun(flowRun, makeState("Cancelled", this.#cancelReason));
    } else if (timedOut !== undefined) {
      this.#endFlowRun(flowRun, timedOut);
    } else if (thrown !== undefined) {
      this.#fail(flowRun, firstError(thrown.error));
    } else {
      await this.#complete(flowRun, "value" in ended ? ended.value : undefined);
    }
  }

  #tellKept(): void {
    const kept = this.earlier?.takenOfOtherCode ?? 0;
    if (kept === 0) return;
    const message = `Took ${kept} result${kept === 1 ? "" : "s"} of code that has changed since, as --keep-results says.`;
    this.emit({ type: "log", level: "WARNING", message });
  }

  /** Runs a body until it ends, throws, leaves an error that nobody catches, or is given up. */
  async #bodyEnd(flowRun: FlowRun, parameters: Record<string, unknown>): Promise<BodyEnd> {
    const { body } = flowRun.flow;
    const givenUp = this.#givenUp(flowRun);
    const stray = new Promise<BodyEnd>((resolve) => {
      flowRun.onStrayError = (error) => {
        flowRun.close();
        resolve({ error });
      };
    });
    // The parameters were parsed by the body's own schema.
    const run = inContext(flowRun, async () =>
      this.#withResults(await body(parameters as never), flowRun),
    ).then(
      (value): BodyEnd => ({ value }),
      (error: unknown): BodyEnd => ({ error }),
    );
    return Promise.race([run, stray, givenUp]);
  }

  /** What a body returns, with results in place of futures: it is as if it had awaited them. */
  async #withResults(value: unknown, flowRun: FlowRun): Promise<unknown> {
    const what = `The result of flow '${flowRun.flow.options.name}'`;
    const encoded = encode(value, what, this.resourceId);
    if (encoded.futures.length === 0) return value;
    const results = new Map<string, unknown>();
    for (const { future } of encoded.futures) results.set(future.run, await future);
    for (const [number, { mark }] of encoded.tables.entries()) mark.handle = number;
    return decode(fromBytes(toBytes(encoded.value, what)), {
      ...this.decoding,
      table: (_session, number) => encoded.tables[Number(number)]?.table,
      result: (id) => results.get(id),
    });
  }

  /** Settles when a body that was told to stop has had its time after all that it had started has ended. */
  async #givenUp(flowRun: FlowRun): Promise<BodyEnd> {
    if (!flowRun.signal.aborted) await once(flowRun.signal, "abort");
    await Promise.all(flowRun.children.map((child) => child.whenEnded()));
    await new Promise((resolve) => setTimeout(resolve, bodyGrace).unref());
    flowRun.close();
    return { value: undefined };
  }

  async #complete(flowRun: FlowRun, value: unknown): Promise<void> {
    const isOwn = (child: RunNode) =>
      child.state.type === "COMPLETED" || child.state.type === "CANCELLED" || !child.isHandled;
    const state = decideFlowState(
      flowRun.children.filter(isOwn).map((child) => child.state),
      flowRun.children.filter((child) => !isOwn(child)).map((child) => child.state),
    );
    if (state.type !== "COMPLETED") {
      this.#endFlowRun(flowRun, state);
      return;
    }
    try {
      const file = `results/flow-${this.nextFileName()}`;
      flowRun.result = await storeResult(value, {
        what: `The result of flow '${flowRun.flow.options.name}'`,
        runFolder: this.path,
        file,
        resourceId: this.resourceId,
        warn: (message) => flowRun.log("WARNING", message),
      });
      flowRun.execution = await this.#executionOf(flowRun, flowRun.result, file);
      this.#endFlowRun(flowRun, state);
    } catch (error) {
      this.#fail(flowRun, error);
    }
  }

  /** A subflow is the same again if it returned the same and nothing in it ran again. */
  async #executionOf(flowRun: FlowRun, result: ResultRef, file: string): Promise<string | undefined> {
    if (flowRun.id === rootFlowRun) return undefined;
    const { tables } = result;
    if (tables === undefined) return usedExecutions(flowRun.children, [result.sha256]);
    const identities = tables.map(({ handle }) =>
      tableIdentity(fromStoredHandle(handle, this.path), file, this.path),
    );
    const value = await contentDigest(loadEncoded(result, this.path), async () => "told by its identity");
    return usedExecutions(flowRun.children, [value ?? "", ...(await Promise.all(identities))]);
  }

  #fail(flowRun: FlowRun, error: unknown): void {
    flowRun.error = error;
    flowRun.report = reportError(error);
    // A run that the body awaited says what is wrong better than the await does.
    const message =
      error instanceof RunFailedError || error instanceof UserError ? error.message : describe(error);
    flowRun.state = makeState("Failed", `Flow run encountered an exception: ${message}`);
    this.emit({
      type: "flow-run-state",
      flowRun: flowRun.id,
      state: flowRun.state,
      error: flowRun.report,
    });
    this.whenDurable(() => flowRun.end());
  }

  #endFlowRun(flowRun: FlowRun, state: State): void {
    flowRun.state = state;
    const { result } = flowRun;
    this.emit({
      type: "flow-run-state",
      flowRun: flowRun.id,
      state,
      ...(result === undefined ? {} : { result }),
    });
    this.whenDurable(() => flowRun.end());
  }

  #decodeInput(flowRun: FlowRun, input: Encoded): Record<string, unknown> {
    // By way of bytes: decoding works in place, and the caller keeps what it passed.
    const copy = fromBytes(toBytes(input.value ?? {}, `Flow '${flowRun.flow.options.name}': a parameter`));
    return decode(copy, {
      ...this.decoding,
      result: (id) => {
        const node = this.nodes.get(id);
        if (node?.result === undefined)
          return { failed: true, state: node?.state, error: node?.firstFailure.error };
        return this.loadNode(node);
      },
    }) as Record<string, unknown>; // a flow is called with an object; its schema says so otherwise
  }

  /** A completed run's result, in this thread. Where it is passed on, it is known where it came from. */
  loadNode(node: RunNode): unknown {
    if (node.result === undefined) return undefined;
    const value = loadResult(node.result, this.path, this.decoding);
    for (const part of Array.isArray(value) ? [value, ...value] : [value])
      if (typeof part === "object" && part !== null) this.#origins.set(part, node.id);
    return value;
  }

  /** The run that an object is the awaited result of, or an item of it. */
  readonly originOf = (value: object): string | undefined => this.#origins.get(value);
}
