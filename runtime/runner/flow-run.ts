import type { Author, FlowContext, Publication, TaskCall } from "../authoring/context.ts";
import type { FlowDefinition } from "../authoring/flow.ts";
import { isRunFuture, RunFuture } from "../authoring/future.ts";
import type { ResourceDefinition } from "../authoring/resource.ts";
import type { TaskDefinition } from "../authoring/task.ts";
import { UserError } from "../errors/user-error.ts";
import type { LogLevel, Upstream } from "../events/run-event.ts";
import { rootFlowRun } from "../events/run-event.ts";
import { formatState, makeState } from "../events/states.ts";
import { mustFindSecret } from "../secrets/find-secret.ts";
import { secretsIn } from "../secrets/known-secrets.ts";
import { storeArtifact } from "../worker/artifact-file.ts";
import { type Encoded, encode, toBytes } from "../worker/crossing.ts";
import { preview } from "../worker/preview.ts";
import { ChildNames } from "./child-names.ts";
import type { Run } from "./run.ts";
import { RunNode } from "./run-node.ts";
import { TaskRun } from "./task-run.ts";
import { upstreamOf } from "./upstream.ts";

/** Thrown where a body awaits a run that did not complete. */
export class RunFailedError extends Error {
  override readonly name = "RunFailedError";
}

/** One run of a flow's body: the run's own, or a subflow's. What the body calls comes here. */
export class FlowRun extends RunNode implements FlowContext {
  readonly kind = "flow";
  readonly flow: FlowDefinition;
  /** Hears what the body's code threw where nobody could catch it. */
  onStrayError: (error: unknown) => void = () => {};
  readonly #run: Run;
  readonly #names: ChildNames;
  readonly #abort = new AbortController();
  readonly #children: RunNode[] = [];
  readonly #resourceUsers = new Map<string, RunNode[]>();
  #closed = false;

  constructor(
    run: Run,
    flow: FlowDefinition,
    id: string,
    upstream: readonly Upstream[],
    held: readonly string[],
  ) {
    super(id, upstream, makeState("Pending"), held);
    this.#run = run;
    this.flow = flow;
    this.#names = new ChildNames(id);
  }

  get author(): Author {
    return this.#run.writings.author(this.id, 1);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Task runs and subflows that the body started. */
  get children(): readonly RunNode[] {
    return this.#children;
  }

  /** Tells the body, and those of its subflows, that they should end. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
    for (const child of this.#children) if (child instanceof FlowRun) child.abort(reason);
  }

  /** Lets the body start nothing more. */
  close(): void {
    this.#closed = true;
  }

  /** Settles when all that the body started has ended, what that started included. */
  async whenChildrenEnded(): Promise<void> {
    for (let i = 0; i < this.#children.length; i++) await this.#children[i]?.whenEnded();
  }

  submit(call: TaskCall): RunFuture<unknown> {
    const { options } = call.task;
    this.#checkOpen(`the task '${options.name}'`);
    const task = this.#run.task(call.task);
    const inputs = encode(
      call.args,
      `Task '${options.name}': argument`,
      this.#run.resourceId,
      this.#run.originOf,
    );
    const { upstream, dependencies } = this.#edges(inputs, call.options.waitFor ?? []);
    for (const [number, { mark }] of inputs.tables.entries()) mark.handle = number;
    const args = toBytes(inputs.value, `Task '${options.name}': an argument`);
    const secrets = secretsIn(args);
    const digest = this.#run.digestKey.digest(args, secrets);
    const { name, id } = this.#names.next(options.name);
    const held = this.#held(inputs);
    const code = this.#run.codeOf(task, held);
    const { earlier } = this.#run;
    const candidate = earlier?.candidate(id, { inputs: digest, code });
    const taskRun = new TaskRun(
      id,
      this.#run.nextFileName(),
      task,
      code,
      { ...options, ...call.options },
      {
        args: this.#run.args.hold(args, { inMemory: secrets.length > 0 }),
        digest,
        resources: held,
        tables: inputs.tables.map(({ table }) => table),
      },
      upstream,
      dependencies,
      candidate,
    );
    if (candidate?.hasOtherCode) this.#run.tellOtherCode(options.name, this.id);
    // Without an earlier completion to be compared, that can wait until what is above has ended.
    if (candidate?.completion !== undefined && inputs.tables.length === 0) taskRun.findUsedNow();
    this.#run.emit({
      type: "task-run-created",
      taskRun: id,
      name,
      task: options.name,
      flowRun: this.id,
      inputs: digest,
      code,
      ...(earlier?.isAgain(id) ? { again: true } : {}),
      ...(upstream.length === 0 ? {} : { upstream }),
      ...(inputs.resources.length === 0 ? {} : { resources: inputs.resources }),
      ...(taskRun.options.tags === undefined ? {} : { tags: taskRun.options.tags }),
      ...(call.mapped === undefined ? {} : { mapped: call.mapped }),
      ...(task.source === undefined ? {} : { source: task.source }),
      ...(call.args.length === 0 ? {} : { arguments: call.args.map((arg) => this.#describe(arg)) }),
      ...(taskRun.isDone ? { adopted: true } : {}),
    });
    this.#add(taskRun);
    if (taskRun.isDone) {
      taskRun.adopt();
      this.#run.writings.stands(id);
      this.#run.whenDurable(() => taskRun.end());
    } else {
      this.#run.scheduler.add(taskRun);
    }
    return this.#future(taskRun);
  }

  mapGroup(task: TaskDefinition): string {
    return this.#names.nextMapGroup(task.options.name);
  }

  subflow(flow: FlowDefinition, input: unknown): RunFuture<unknown> {
    this.#checkOpen(`the flow '${flow.options.name}'`);
    const what = `Flow '${flow.options.name}': parameter`;
    const encoded = encode(input, what, this.#run.resourceId, this.#run.originOf);
    const { upstream, dependencies } = this.#edges(encoded, []);
    const { name, id } = this.#names.next(flow.options.name);
    const child = new FlowRun(this.#run, flow, id, upstream, this.#held(encoded));
    this.#run.emit({
      type: "flow-run-created",
      flowRun: child.id,
      name,
      flow: flow.options.name,
      parent: this.id,
      ...(upstream.length === 0 ? {} : { upstream }),
    });
    this.#add(child);
    if (this.signal.aborted) child.abort(this.signal.reason);
    void this.#run.runSubflow(child, encoded, dependencies);
    return this.#future(child);
  }

  async open(resource: ResourceDefinition, args: readonly unknown[]): Promise<object> {
    this.#checkOpen(`the resource '${resource.options.name}'`);
    return this.#run.resources.open(resource, args, this.id, async (id) => {
      await Promise.all((this.#resourceUsers.get(id) ?? []).map((node) => node.whenEnded()));
    });
  }

  log(level: LogLevel, message: string): void {
    this.#run.emit({ type: "log", level, message, flowRun: this.id });
  }

  async publish(publication: Publication): Promise<void> {
    const file = `flow-${this.#run.nextFileName()}`;
    this.#run.emit(storeArtifact(publication, { runFolder: this.#run.path, file, flowRun: this.id }));
  }

  secret(name: string): string {
    return mustFindSecret(name);
  }

  #checkOpen(what: string): void {
    if (this.#closed)
      throw new UserError(
        `The flow run '${this.id === rootFlowRun ? this.flow.options.name : this.id}' has ended: ${what} came too late. Await what calls it in the flow's body.`,
      );
  }

  /** A resource is torn down after whatever may need it: a table outlives the call that was given its session. */
  #held({ resources, futures }: Encoded): string[] {
    const held = new Set(resources);
    for (const { future } of futures)
      for (const id of this.#run.nodes.get(future.run)?.held ?? []) held.add(id);
    return [...held];
  }

  #add(node: RunNode): void {
    this.#children.push(node);
    this.#run.nodes.set(node.id, node);
    for (const id of node.held) {
      const users = this.#resourceUsers.get(id);
      if (users === undefined) this.#resourceUsers.set(id, [node]);
      else users.push(node);
    }
  }

  #edges(inputs: Encoded, waitFor: readonly RunFuture<unknown>[]) {
    const upstream = upstreamOf(inputs, waitFor);
    const dependencies = new Map<string, { node: RunNode; allowFailure: boolean }>();
    for (const { run, allowFailure = false } of upstream) {
      const node = this.#run.nodes.get(run);
      if (node === undefined) throw new UserError(`The future of '${run}' is of another run.`);
      const known = dependencies.get(run);
      if (allowFailure) node.handle();
      if (known === undefined) dependencies.set(run, { node, allowFailure });
      else if (!allowFailure) known.allowFailure = false;
    }
    return { upstream, dependencies: [...dependencies.values()] };
  }

  #future(node: RunNode): RunFuture<unknown> {
    return new RunFuture(node.id, {
      state: async () => {
        node.handle();
        await node.whenEnded();
        return node.state;
      },
      error: async () => {
        await node.whenEnded();
        return node.firstFailure.error;
      },
      result: async () => {
        node.handle();
        await node.whenEnded();
        if (node.state.type === "COMPLETED" && node.result !== undefined) {
          return this.#run.loadNode(node);
        }
        throw runFailed(node);
      },
    });
  }

  #describe(argument: unknown): string {
    if (isRunFuture(argument)) return `result of ${argument.run}`;
    const resource =
      typeof argument === "object" && argument !== null ? this.#run.resourceId(argument) : undefined;
    return resource === undefined ? preview(argument) : `resource ${resource}`;
  }
}

/** Tells of a run that didn't complete; of one that didn't run, what failed first above it, and where. */
function runFailed(node: RunNode): RunFailedError {
  const first = node.firstFailure;
  const what = `'${node.id}' finished in state ${formatState(node.state)}`;
  if (first === node) return new RunFailedError(what, { cause: node.error });
  const place = first.report?.source;
  const where = place === undefined ? "" : ` at ${place.file}:${place.line}:${place.column}`;
  return new RunFailedError(
    `'${node.id}' did not run: '${first.id}' finished in state ${formatState(first.state)}${where}`,
    { cause: first.error },
  );
}
