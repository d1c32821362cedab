import type { Author, FlowContext, MapCall, Publication, TaskCall } from "../authoring/context.ts";
import type { FlowDefinition } from "../authoring/flow.ts";
import { isRunFuture, type RunFuture } from "../authoring/future.ts";
import { argumentValue, itemsOf, type MapArgument, zipArguments } from "../authoring/map-arguments.ts";
import type { ResourceDefinition } from "../authoring/resource.ts";
import { optionsOfCall, type TaskDefinition } from "../authoring/task.ts";
import { sha256, toBytes } from "../crossing/bytes.ts";
import { type Encoded, encode } from "../crossing/encode.ts";
import { preview } from "../crossing/preview.ts";
import { SharedConstant } from "../crossing/shared-constant.ts";
import { UserError } from "../errors/user-error.ts";
import type { LogLevel, Upstream } from "../events/run-event.ts";
import { type FlowRunId, rootFlowRun } from "../events/run-ids.ts";
import { mustFindSecret } from "../secrets/find-secret.ts";
import { secretsIn } from "../secrets/known-secrets.ts";
import { storeArtifact } from "../worker/artifact-file.ts";
import { ChildNames } from "./child-names.ts";
import { MapRun } from "./map-run.ts";
import { futureOf } from "./node-future.ts";
import type { Dependency, RunNode } from "./run-node.ts";
import type { RunParts } from "./run-parts.ts";
import { TaskRun } from "./task-run.ts";
import { upstreamOf } from "./upstream.ts";

/** A constant of fewer bytes crosses with each call: reading a file would cost more. */
const leastShared = 65_536;

/** A subflow as its caller's body has called it. */
export interface SubflowCall {
  readonly flow: FlowDefinition;
  readonly id: FlowRunId;
  readonly input: Encoded;
  readonly upstream: RunNode["upstream"];
  readonly held: readonly string[];
  readonly dependencies: readonly Dependency[];
}

/** What one flow run's body calls comes here: it starts task runs, subflows and resources. */
export class FlowCalls implements FlowContext {
  readonly kind = "flow";
  readonly signal: AbortSignal;
  readonly #parts: RunParts;
  readonly #id: FlowRunId;
  readonly #flow: string;
  readonly #startSubflow: (call: SubflowCall) => RunNode;
  readonly #names: ChildNames;
  readonly #called: RunNode[] = [];
  readonly #children: RunNode[] = [];
  readonly #resourceUsers = new Map<string, RunNode[]>();
  #closed = false;
  #onStray: ((error: unknown) => void) | undefined;

  constructor(options: {
    readonly parts: RunParts;
    readonly id: FlowRunId;
    /** The flow's name. */
    readonly flow: string;
    /** Aborted when the body should end. */
    readonly signal: AbortSignal;
    readonly startSubflow: (call: SubflowCall) => RunNode;
  }) {
    this.#parts = options.parts;
    this.#id = options.id;
    this.#flow = options.flow;
    this.signal = options.signal;
    this.#startSubflow = options.startSubflow;
    this.#names = new ChildNames(options.id);
  }

  get author(): Author {
    return this.#parts.writings.author(this.#id, 1);
  }

  /** What the body called, in that order: task runs, subflows, and maps without their task runs. */
  get called(): readonly RunNode[] {
    return this.#called;
  }

  /** All that was started by that. */
  get children(): readonly RunNode[] {
    return this.#children;
  }

  /** What of it only a part of the flow would need is needed by nobody now. */
  settlePart(): void {
    this.#parts.part?.settle(this.#id);
  }

  /** Lets the body start nothing more. */
  close(): void {
    this.#closed = true;
  }

  /** Settles when all that the body started has ended, what that started included. */
  async whenChildrenEnded(): Promise<void> {
    for (let i = 0; i < this.#children.length; i++) await this.#children[i]?.whenEnded();
  }

  /** Who hears what the body's code throws where nobody can catch it; nobody, once the body is over. */
  hearStrays(onStray: ((error: unknown) => void) | undefined): void {
    this.#onStray = onStray;
  }

  /** The body's code threw where nobody could catch it. @returns whether anybody heard of it. */
  throwStray(error: unknown): boolean {
    this.#onStray?.(error);
    return this.#onStray !== undefined;
  }

  submit(call: TaskCall): RunFuture<unknown> {
    this.#checkOpen(`the task '${call.task.options.name}'`);
    return futureOf(this.#createTaskRun(call), this.#parts);
  }

  map({ task, args, options }: MapCall): RunFuture<unknown>[] | RunFuture<unknown> {
    const { name } = task.options;
    this.#checkOpen(`the map of task '${name}'`);
    const isKnown = args.every(({ kind }) => kind !== "future");
    const rows = zipArguments(name, args); // of what is known: wrong lengths are the caller's to hear
    if (!isKnown) return futureOf(this.#startMap({ task, args, options }), this.#parts);
    const group = this.mapGroup(task);
    const shared = zipArguments(name, this.#shareConstants(name, args));
    return rows.map((_, index) =>
      futureOf(
        this.#createTaskRun({ task, args: shared[index] ?? [], options, mapped: { group, index } }),
        this.#parts,
      ),
    );
  }

  mapGroup(task: TaskDefinition): string {
    return this.#names.nextMapGroup(task.options.name);
  }

  subflow(flow: FlowDefinition, input: unknown): RunFuture<unknown> {
    const { name: flowName } = flow.options;
    this.#checkOpen(`the flow '${flowName}'`);
    const { resourceId, originOf, journal } = this.#parts;
    const encoded = encode(input, `Flow '${flowName}': parameter`, resourceId, originOf);
    const { upstream, dependencies } = this.#edges(encoded, []);
    const { name, id } = this.#names.next<FlowRunId>(flowName);
    journal.append({
      type: "flow-run-created",
      flowRun: id,
      name,
      flow: flowName,
      parent: this.#id,
      ...(upstream.length === 0 ? {} : { upstream }),
    });
    const held = this.#held(encoded);
    this.#parts.part?.takeSubflow(id, dependencies);
    const child = this.#startSubflow({ flow, id, input: encoded, upstream, held, dependencies });
    this.#called.push(child);
    this.#add(child);
    return futureOf(child, this.#parts);
  }

  async open(resource: ResourceDefinition, args: readonly unknown[]): Promise<object> {
    this.#checkOpen(`the resource '${resource.options.name}'`);
    return this.#parts.resources.open(resource, args, this.#id, async (id) => {
      const users = this.#resourceUsers.get(id) ?? [];
      this.#parts.part?.giveUp(users);
      await Promise.all(users.map((node) => node.whenEnded()));
    });
  }

  log(level: LogLevel, message: string): void {
    this.#parts.journal.append({ type: "log", level, message, flowRun: this.#id });
  }

  async publish(publication: Publication): Promise<void> {
    const { path, journal } = this.#parts;
    const file = `flow-${this.#parts.nextFileName()}`;
    journal.append(storeArtifact(publication, { runFolder: path, file, flowRun: this.#id }));
  }

  /** A map over what isn't there yet. Its task runs are named by it and their index, however others come in between. */
  #startMap({ task, args, options }: MapCall): MapRun {
    const { name: taskName } = task.options;
    const { resourceId, originOf, journal } = this.#parts;
    this.#parts.task(task);
    const what = `Task '${taskName}': argument`;
    const inputs = encode(args.map(argumentValue), what, resourceId, originOf);
    const { upstream } = this.#edges(inputs, options.waitFor ?? []);
    const lists = args.flatMap((arg) =>
      arg.kind === "future"
        ? [{ node: this.#nodeOf(arg.future), allowFailure: arg.future.allowsFailure }]
        : [],
    );
    const { name, id } = this.#names.next<TaskRun["id"]>(`${taskName}[]`);
    const constants = this.#shareConstants(taskName, args);
    const map: MapRun = new MapRun(journal, {
      id,
      upstream,
      held: this.#held(inputs),
      lists,
      isCancelled: () => this.signal.aborted || this.#parts.cancelReason !== undefined,
      expand: () => {
        // A task run over another map's depends on one of that map's task runs, by its argument.
        const sources = lists.flatMap(({ node }) => (node.items === undefined ? [{ run: node.id }] : []));
        const there = constants.map((arg) => (arg.kind === "future" ? this.#listOf(taskName, arg) : arg));
        return zipArguments(taskName, there).map((row, index) => {
          const item = { name: `${name}[${index}]`, id: `${id}[${index}]` as TaskRun["id"], sources };
          return this.#createTaskRun({ task, args: row, options, mapped: { group: id, index } }, item);
        });
      },
    });
    journal.append({
      type: "map-created",
      map: id,
      name,
      task: taskName,
      flowRun: this.#id,
      ...(upstream.length === 0 ? {} : { upstream }),
      ...(inputs.resources.length === 0 ? {} : { resources: inputs.resources }),
    });
    this.#called.push(map);
    this.#add(map);
    const { tags } = optionsOfCall(task.options, options);
    this.#parts.part?.takeMap(
      map,
      lists.map(({ node }) => node),
      { id, name, task: taskName, tags, isCheck: task.isCheck === true },
    );
    void map.run();
    return map;
  }

  /** The items of what a mapped future came to: of another map the futures of its task runs, each on its own. */
  #listOf(task: string, { future }: Extract<MapArgument, { kind: "future" }>): MapArgument {
    const node = this.#nodeOf(future);
    const items =
      node.items?.map((item) => futureOf(item, this.#parts)) ??
      itemsOf(task, this.#parts.loadNode(node), node.id);
    return { kind: "list", items };
  }

  /** Large constants that hold nothing but data cross once a thread, not once for each task run. */
  #shareConstants(task: string, args: readonly MapArgument[]): MapArgument[] {
    return args.map((arg): MapArgument => {
      if (arg.kind !== "constant" || !mayBeLarge(arg.value)) return arg;
      const what = `Task '${task}': argument`;
      const { value, futures, origins, resources } = encode(
        arg.value,
        what,
        this.#parts.resourceId,
        this.#parts.originOf,
      );
      if (futures.length + origins.size + resources.length > 0) return arg;
      const bytes = toBytes(value, what);
      if (bytes.byteLength < leastShared || secretsIn(bytes).length > 0) return arg;
      const constant = new SharedConstant(sha256(bytes), preview(arg.value));
      this.#parts.args.share(constant, bytes);
      return { kind: "constant", value: constant };
    });
  }

  /** @param item of a map: its name, and what it is an item of. */
  #createTaskRun(
    call: TaskCall,
    item?: {
      readonly name: string;
      readonly id: TaskRun["id"];
      readonly sources: readonly Upstream[];
    },
  ): TaskRun {
    const { options } = call.task;
    const { resourceId, originOf, journal, earlier, writings, scheduler, part } = this.#parts;
    const task = this.#parts.task(call.task);
    const inputs = encode(call.args, `Task '${options.name}': argument`, resourceId, originOf);
    const { upstream, dependencies } = this.#edges(inputs, call.options.waitFor ?? [], item?.sources);
    for (const [number, { mark }] of inputs.tables.entries()) mark.handle = number;
    const args = toBytes(inputs.value, `Task '${options.name}': an argument`);
    const secrets = secretsIn(args);
    const digest = this.#parts.digestKey.digest(args, secrets);
    const { name, id } = item ?? this.#names.next<TaskRun["id"]>(options.name);
    const held = this.#held(inputs);
    const code = this.#parts.codeOf(task, held);
    const isAgain =
      earlier?.isAgain(id) || (item !== undefined && earlier?.isAgain(call.mapped?.group ?? ""));
    const candidate = isAgain ? undefined : earlier?.candidate(id, { inputs: digest, code });
    const taskRun = new TaskRun(journal, {
      id,
      fileName: this.#parts.nextFileName(),
      task,
      code,
      options: optionsOfCall(options, call.options),
      inputs: {
        args: this.#parts.args.hold(args, { inMemory: secrets.length > 0 }),
        digest,
        resources: held,
        tables: inputs.tables.map(({ table }) => table),
      },
      upstream,
      dependencies,
      candidate,
    });
    if (candidate?.hasOtherCode) this.#parts.tellOtherCode(options.name, this.#id);
    // Without an earlier completion to be compared, that can wait until what is above has ended.
    if (candidate?.completion !== undefined && inputs.tables.length === 0) taskRun.findUsedNow();
    journal.append({
      type: "task-run-created",
      taskRun: id,
      name,
      task: options.name,
      flowRun: this.#id,
      inputs: digest,
      code,
      ...(isAgain ? { again: true } : {}),
      ...(upstream.length === 0 ? {} : { upstream }),
      ...(inputs.resources.length === 0 ? {} : { resources: inputs.resources }),
      ...(taskRun.options.tags === undefined ? {} : { tags: taskRun.options.tags }),
      ...(call.mapped === undefined ? {} : { mapped: call.mapped }),
      ...(task.source === undefined ? {} : { source: task.source }),
      ...(call.args.length === 0 ? {} : { arguments: call.args.map((arg) => this.#describe(arg)) }),
      ...(taskRun.isDone ? { adopted: true } : {}),
    });
    if (item === undefined) this.#called.push(taskRun);
    this.#add(taskRun);
    if (taskRun.isDone) {
      writings.stands(id);
      taskRun.adopt(false);
    } else if (part === undefined) {
      scheduler.add(taskRun);
    } else {
      const { tags } = taskRun.options;
      const isCheck = call.task.isCheck === true;
      part.take(taskRun, {
        ...{ id, name, task: options.name, tags, isCheck },
        ...{ mapped: call.mapped, flowRun: this.#id },
      });
    }
    return taskRun;
  }

  secret(name: string): string {
    return mustFindSecret(name);
  }

  #checkOpen(what: string): void {
    if (this.#closed)
      throw new UserError(
        `The flow run '${this.#id === rootFlowRun ? this.#flow : this.#id}' has ended: ${what} came too late. Await what calls it in the flow's body.`,
      );
  }

  /** A resource is torn down after whatever may need it: a table outlives the call that was given its session. */
  #held({ resources, futures }: Encoded): string[] {
    const held = new Set(resources);
    for (const { future } of futures)
      for (const id of this.#parts.nodes.get(future.run)?.held ?? []) held.add(id);
    return [...held];
  }

  #add(node: RunNode): void {
    this.#children.push(node);
    this.#parts.nodes.set(node.id, node);
    for (const id of node.held) {
      const users = this.#resourceUsers.get(id);
      if (users === undefined) this.#resourceUsers.set(id, [node]);
      else users.push(node);
    }
  }

  /** @param sources what it is an item of, besides. */
  #edges(inputs: Encoded, waitFor: readonly RunFuture<unknown>[], sources: readonly Upstream[] = []) {
    const told = upstreamOf(inputs, waitFor);
    const upstream = [...sources.filter(({ run }) => told.every((edge) => edge.run !== run)), ...told];
    const dependencies = new Map<string, { node: RunNode; allowFailure: boolean }>();
    for (const { run, allowFailure = false } of upstream) {
      const node = this.#nodeOf({ run });
      const known = dependencies.get(run);
      if (allowFailure) node.handle();
      if (known === undefined) dependencies.set(run, { node, allowFailure });
      else if (!allowFailure) known.allowFailure = false;
    }
    return { upstream, dependencies: [...dependencies.values()] };
  }

  #nodeOf({ run }: { readonly run: string }): RunNode {
    const node = this.#parts.nodes.get(run);
    if (node === undefined) throw new UserError(`The future of '${run}' is of another run.`);
    return node;
  }

  #describe(argument: unknown): string {
    if (argument instanceof SharedConstant) return argument.preview;
    if (isRunFuture(argument)) return `result of ${argument.run}`;
    const resource =
      typeof argument === "object" && argument !== null ? this.#parts.resourceId(argument) : undefined;
    return resource === undefined ? preview(argument) : `resource ${resource}`;
  }
}

function mayBeLarge(value: unknown): boolean {
  return typeof value === "string"
    ? value.length >= leastShared / 2
    : typeof value === "object" && value !== null;
}
