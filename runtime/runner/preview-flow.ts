import type { FlowContext, MapCall, TaskCall } from "../authoring/context.ts";
import { shared } from "../authoring/context.ts";
import type { FlowDefinition } from "../authoring/flow.ts";
import { RunFuture } from "../authoring/future.ts";
import { argumentValue, zipArguments } from "../authoring/map-arguments.ts";
import type { ResourceDefinition } from "../authoring/resource.ts";
import type { TaskDefinition } from "../authoring/task.ts";
import { encode } from "../crossing/encode.ts";
import { type LoadedFlow, loadedTask } from "../discovery/load-flow.ts";
import { standInParameters } from "../discovery/stand-in-parameters.ts";
import type { ErrorReport } from "../errors/error-report.ts";
import { locate } from "../errors/stack-location.ts";
import type { FlowGraph, GraphEdge, GraphNode } from "../events/flow-graph.ts";
import { type FlowRunId, rootFlowRun } from "../events/run-ids.ts";
import { findSecret } from "../secrets/find-secret.ts";
import { reportError } from "../worker/error-report.ts";
import { ChildNames } from "./child-names.ts";
import { StandIns } from "./stand-in.ts";
import { upstreamOf } from "./upstream.ts";

/** How long a body may await something that is no task's result, milliseconds. */
const waitLimit = 2_000;

/**
 * A flow's graph without a run: the body is called, and what it calls is recorded. It gets as far as its
 * first await of a value that only a run has; the graph is marked partial then.
 * @param given parameters before defaults. Missing ones get a stand-in.
 * @throws {UsageError} for parameters that the flow doesn't take.
 */
export async function previewFlow(
  loaded: LoadedFlow,
  given: { readonly [name: string]: unknown },
): Promise<FlowGraph> {
  const preview = new Preview(loaded);
  const { definition } = loaded.flow;
  const { values, standIns } = await standInParameters(definition.options, given);
  preview.standIns.push(...standIns);
  await preview.run(definition, rootFlowRun, values);
  return preview.graph();
}

/** What all bodies of one preview share. */
class Preview {
  readonly values = new StandIns();
  readonly nodes: GraphNode[] = [];
  readonly edges: GraphEdge[] = [];
  readonly standIns: string[] = [];
  /** Names, and whether there is one. */
  readonly secrets = new Map<string, boolean>();
  readonly #loaded: LoadedFlow;
  readonly #stops: string[] = [];
  readonly #resourceCounts = new Map<string, number>();
  #error: ErrorReport | undefined;

  constructor(loaded: LoadedFlow) {
    this.#loaded = loaded;
  }

  task(definition: TaskDefinition) {
    return loadedTask(this.#loaded, definition);
  }

  nextResourceId(name: string): string {
    const index = this.#resourceCounts.get(name) ?? 0;
    this.#resourceCounts.set(name, index + 1);
    return `${name}-${index}`;
  }

  fail(error: unknown): void {
    this.#error ??= reportError(error);
  }

  /** Calls a body, and those of the subflows that it calls. */
  async run(flow: FlowDefinition, flowRun: FlowRunId, parameters: Record<string, unknown>): Promise<void> {
    const { body, options } = flow;
    const surroundings = new PreviewBody(this, flowRun);
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<string>((resolve) => {
      const stop = () => resolve("awaits something that is no task's result and hasn't come within 2 s");
      timer = setTimeout(stop, waitLimit);
    });
    const called = shared.context.run(surroundings, async () => body(parameters as never)); // parsed by its own schema
    const ended = called.then(
      () => undefined,
      (error: unknown) => this.fail(error),
    );
    const stop = await Promise.race([ended, surroundings.stopped, waited]);
    clearTimeout(timer);
    // What the body does beside its await, in a Promise.all say, belongs to the graph.
    await new Promise(setImmediate);
    if (typeof stop === "string") this.#stops.push(`The body of '${options.name}' ${stop}.`);
    await surroundings.subflows();
  }

  graph(): FlowGraph {
    return {
      flow: this.#loaded.name,
      nodes: this.nodes,
      edges: this.edges,
      ...(this.#stops.length === 0 ? {} : { partial: this.#stops.join(" ") }),
      ...(this.standIns.length === 0 ? {} : { standIns: this.standIns }),
      ...(this.secrets.size === 0
        ? {}
        : { secrets: [...this.secrets].map(([name, isThere]) => ({ name, isThere })) }),
      ...(this.#loaded.warnings.length === 0 ? {} : { warnings: this.#loaded.warnings }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }
}

/** What surrounds one body in a preview. */
class PreviewBody implements FlowContext {
  readonly kind = "flow";
  readonly signal = new AbortController().signal;
  /** Settles when the body needs a value that only a run has. */
  readonly stopped: Promise<string>;
  readonly #preview: Preview;
  readonly #flowRun: FlowRunId;
  readonly #names: ChildNames;
  readonly #subflows: Promise<void>[] = [];
  #stop: (reason: string) => void = () => {};

  constructor(preview: Preview, flowRun: FlowRunId) {
    this.#preview = preview;
    this.#flowRun = flowRun;
    this.#names = new ChildNames(flowRun);
    this.stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  async subflows(): Promise<void> {
    await Promise.all(this.#subflows);
  }

  submit(call: TaskCall): RunFuture<unknown> {
    const task = this.#preview.task(call.task);
    const { name, id } = this.#names.next(call.task.options.name);
    this.#connect(id, call.args, `Task '${call.task.options.name}': argument`, call.options.waitFor);
    this.#preview.nodes.push({
      id,
      name,
      kind: "task",
      task: call.task.options.name,
      ...(task.source === undefined ? {} : { source: task.source }),
      ...this.#parent(),
      ...(call.mapped === undefined ? {} : { mapped: call.mapped }),
    });
    return this.#future(id);
  }

  map({ task, args, options }: MapCall): RunFuture<unknown>[] | RunFuture<unknown> {
    const rows = zipArguments(task.options.name, args);
    if (args.some(({ kind }) => kind === "future")) return this.#openMap({ task, args, options });
    const group = this.mapGroup(task);
    return rows.map((row, index) => this.submit({ task, args: row, options, mapped: { group, index } }));
  }

  #openMap({ task, args, options }: MapCall): RunFuture<unknown> {
    const { source } = this.#preview.task(task);
    const { name, id } = this.#names.next(`${task.options.name}[]`);
    this.#connect(id, args.map(argumentValue), `Task '${task.options.name}': argument`, options.waitFor);
    this.#preview.nodes.push({
      id,
      name,
      kind: "map",
      task: task.options.name,
      ...(source === undefined ? {} : { source }),
      ...this.#parent(),
    });
    return this.#future(id);
  }

  mapGroup(task: TaskDefinition): string {
    return this.#names.nextMapGroup(task.options.name);
  }

  subflow(flow: FlowDefinition, input: unknown): RunFuture<unknown> {
    const { name, id } = this.#names.next<FlowRunId>(flow.options.name);
    this.#connect(id, input, `Flow '${flow.options.name}': parameter`);
    const source = locate(flow.definedAt);
    this.#preview.nodes.push({
      id,
      name,
      kind: "flow",
      ...(source === undefined ? {} : { source }),
      ...this.#parent(),
    });
    this.#subflows.push(
      this.#runSubflow(flow, id, (input ?? {}) as Record<string, unknown>).catch(
        (
          error: unknown, // its schema says otherwise
        ) => this.#preview.fail(error),
      ),
    );
    return this.#future(id);
  }

  async open(resource: ResourceDefinition, args: readonly unknown[]): Promise<object> {
    const id = this.#preview.nextResourceId(resource.options.name);
    this.#connect(id, args, `Resource '${resource.options.name}': argument`);
    const source = locate(resource.definedAt);
    this.#preview.nodes.push({
      id,
      name: resource.options.name,
      kind: "resource",
      ...(source === undefined ? {} : { source }),
      ...this.#parent(),
    });
    return this.#preview.values.make(id, id, (what) => this.#stop(`needs ${what}, which only a run has`));
  }

  log(): void {}

  secret(name: string): string {
    this.#preview.secrets.set(name, findSecret(name) !== undefined);
    return `<secret ${name}>`;
  }

  async publish(): Promise<void> {}

  async #runSubflow(flow: FlowDefinition, id: FlowRunId, input: Record<string, unknown>): Promise<void> {
    const { values: standIns } = this.#preview;
    // A resource is passed on as it is: the subflow's tasks are drawn as its users.
    const passedOn = Object.entries(input).filter(
      ([, value]) => typeof value === "function" && standIns.of(value) !== undefined,
    );
    const parameters = await standInParameters(flow.options, input, (value) => standIns.isUnknown(value));
    const isPassedOn = new Set(passedOn.map(([name]) => name));
    for (const name of parameters.standIns) {
      if (!isPassedOn.has(name)) this.#preview.standIns.push(`${name} of ${id}`);
    }
    await this.#preview.run(flow, id, { ...parameters.values, ...Object.fromEntries(passedOn) });
  }

  /** Draws the edges to a node. */
  #connect(to: string, inputs: unknown, what: string, waitFor: readonly RunFuture<unknown>[] = []): void {
    const encoded = encode(inputs, what, this.#preview.values.of);
    for (const { run, ...edge } of upstreamOf(encoded, waitFor)) {
      this.#preview.edges.push({ from: run, to, ...edge });
    }
    for (const from of encoded.resources) this.#preview.edges.push({ from, to });
  }

  #future(id: string): RunFuture<unknown> {
    const place = locate(new Error().stack ?? "");
    const at = place === undefined ? "" : `, called at ${place.file}:${place.line}:${place.column}`;
    const never = () => {
      this.#stop(`awaits '${id}'${at}: what comes after may depend on its result`);
      return new Promise<never>(() => {});
    };
    return new RunFuture(id, { result: never, state: never, error: never });
  }

  #parent() {
    return this.#flowRun === rootFlowRun ? {} : { parent: this.#flowRun };
  }
}
