import { once } from "node:events";
import type { RunContext } from "../authoring/context.ts";
import type { FlowDefinition } from "../authoring/flow.ts";
import { fromBytes, toBytes } from "../crossing/bytes.ts";
import { decode } from "../crossing/decode.ts";
import { type Encoded, encode } from "../crossing/encode.ts";
import { fromStoredHandle, loadEncoded, storeResult } from "../crossing/result-file.ts";
import { parseParameters } from "../discovery/parameters.ts";
import { isInstance } from "../errors/read-thrown.ts";
import { describe } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";
import type { ResultRef } from "../events/run-event.ts";
import { type FlowRunId, rootFlowRun } from "../events/run-ids.ts";
import { decideFlowState, hasEnded, makeState, type State } from "../events/states.ts";
import { finishOutput } from "../worker/capture-output.ts";
import { firstError, reportError } from "../worker/error-report.ts";
import { contentDigest } from "./content-digest.ts";
import { tableIdentity, usedExecutions } from "./executions.ts";
import { FlowCalls, type SubflowCall } from "./flow-calls.ts";
import { warn } from "./journal.ts";
import { RunFailedError } from "./node-future.ts";
import { blockerOf, type Dependency, type NodeEnd, notReady, RunNode } from "./run-node.ts";
import { NotSelectedError } from "./run-part.ts";
import type { RunParts } from "./run-parts.ts";
import { inContext } from "./run-resources.ts";
import { startTimer } from "./timer.ts";

/** How long a body may go on after its run was cancelled and all its task runs have ended, milliseconds. */
const bodyGrace = 2_000;

/** How a body ended. */
type BodyEnd = { readonly value: unknown } | { readonly error: unknown };

/** One run of a flow's body, the run's own or a subflow's, from its start to its end. */
export class FlowRun extends RunNode {
  declare readonly id: FlowRunId;
  readonly #parts: RunParts;
  readonly #flow: FlowDefinition;
  readonly #calls: FlowCalls;
  readonly #abort = new AbortController();
  #begun = false;
  #timedOut: State | undefined;

  private constructor(
    parts: RunParts,
    call: Pick<SubflowCall, "flow" | "id" | "upstream" | "held">,
    aborted?: AbortSignal,
  ) {
    super(parts.journal, call.id, call.upstream, call.held);
    this.#parts = parts;
    this.#flow = call.flow;
    this.#calls = new FlowCalls({
      parts,
      id: call.id,
      flow: call.flow.options.name,
      signal: this.#abort.signal,
      startSubflow: (subflow) => this.#startSubflow(subflow),
    });
    if (aborted?.aborted) this.#abort.abort(aborted.reason);
  }

  /** The run's own. */
  static root(parts: RunParts, flow: FlowDefinition): FlowRun {
    return new FlowRun(parts, { flow, id: rootFlowRun, upstream: [], held: [] });
  }

  /** Runs the run's own body to its end, teardown included. @returns its final state. */
  async run(parameters: Record<string, unknown>): Promise<State> {
    this.#begun = true;
    const { cancelReason } = this.#parts;
    if (cancelReason === undefined) await this.#runBody(parameters);
    else this.#finish(makeState("Cancelled", cancelReason));
    return this.state;
  }

  /** Cancels the whole run: starts nothing more, ends what runs, and tells the bodies. */
  cancel(reason: string): void {
    if (!this.#parts.cancel(reason)) return;
    if (this.#begun && !hasEnded(this.state)) this.#move(makeState("Cancelling", reason));
    this.#tellToEnd(new Error(reason));
    this.#parts.scheduler.cancel();
  }

  /** Fails the flow run whose code threw where nobody could catch it, this one where that isn't known. */
  onStrayError(error: unknown, thrownIn: RunContext | undefined): void {
    const calls = thrownIn instanceof FlowCalls ? thrownIn : this.#calls;
    if (!calls.throwStray(error))
      warn(this.#parts.journal, "An error was thrown after the flow run had ended", error);
  }

  #startSubflow(call: SubflowCall): FlowRun {
    const child = new FlowRun(this.#parts, call, this.#abort.signal);
    void child.#runWhenReady(call.input, call.dependencies);
    return child;
  }

  /** Runs a subflow's body when its parameters are there. */
  async #runWhenReady(input: Encoded, dependencies: readonly Dependency[]): Promise<void> {
    await Promise.all(dependencies.map(({ node }) => node.whenEnded()));
    const blocker = blockerOf(dependencies);
    if (this.#parts.cancelReason !== undefined) {
      this.#finish(makeState("Cancelled"));
    } else if (blocker !== undefined) {
      this.block(blocker);
      this.#finish(notReady(blocker));
    } else {
      try {
        await this.#runBody(parseParameters(this.#flow.options, this.#decodeInput(input)));
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  /** Tells the body, and those of its subflows, that they should end. */
  #tellToEnd(reason: Error): void {
    const toTell: FlowRun[] = [this];
    for (let flowRun = toTell.pop(); flowRun !== undefined; flowRun = toTell.pop()) {
      flowRun.#abort.abort(reason);
      for (const child of flowRun.#calls.children) if (child instanceof FlowRun) toTell.push(child);
    }
  }

  async #runBody(parameters: Record<string, unknown>): Promise<void> {
    const { options } = this.#flow;
    const { slots, scheduler, writings, resources } = this.#parts;
    slots.limit(options.concurrency ?? {}, options.rate);
    const isCancelling = hasEnded(this.state) || this.state.name === "Cancelling";
    this.#move(isCancelling ? this.state : makeState("Running"));
    const { timeout } = options;
    const onTimeout = () => {
      const message = `Flow run exceeded timeout of ${(timeout ?? 0) / 1000} second(s)`;
      this.#timedOut = makeState("TimedOut", message);
      this.#tellToEnd(new Error("The flow's time is up."));
      scheduler.cancel(this.id);
    };
    const timer = timeout === undefined ? undefined : startTimer(timeout, onTimeout);
    await writings.begin(this.#calls.author);
    const ended = await this.#bodyEnd(parameters);
    this.#calls.settlePart();
    await this.#calls.whenChildrenEnded();
    this.#calls.close();
    clearTimeout(timer);
    const teardown = await inContext(this.#calls, () => resources.closeAll(this.id));
    finishOutput(this.#calls);
    if (this.id === rootFlowRun) this.#parts.tellKept();
    const { cancelReason } = this.#parts;
    const thrown = "error" in ended ? ended : teardown;
    if (cancelReason !== undefined) this.#finish(makeState("Cancelled", cancelReason));
    else if (this.#timedOut !== undefined) this.#finish(this.#timedOut);
    else if (thrown !== undefined) this.#fail(firstError(thrown.error));
    else await this.#complete("value" in ended ? ended.value : undefined);
  }

  /** Runs a body until it ends, throws, leaves an error that nobody catches, or is given up. */
  async #bodyEnd(parameters: Record<string, unknown>): Promise<BodyEnd> {
    const { body } = this.#flow;
    const stray = new Promise<BodyEnd>((resolve) => {
      this.#calls.hearStrays((error) => {
        this.#calls.close();
        resolve({ error });
      });
    });
    // The parameters were parsed by the body's own schema.
    let hasReturned = false;
    const run = inContext(this.#calls, async () => {
      const value: unknown = await body(parameters as never);
      hasReturned = true;
      return this.#withResults(value);
    }).then(
      (value): BodyEnd => ({ value }),
      (error: unknown): BodyEnd => {
        if (!(error instanceof NotSelectedError)) return { error };
        if (!hasReturned) this.#tellCut(error);
        return { value: undefined };
      },
    );
    return Promise.race([run, stray, this.#givenUp()]);
  }

  /** What follows in the body is no part of what was asked for; whether there are checks in it can't be known. */
  #tellCut(error: NotSelectedError): void {
    if (this.#parts.part?.order.kind === "only-checks")
      this.#calls.log(
        "WARNING",
        `${error.message} The body awaits it: checks that it calls after that weren't run. With --defer <run> it is taken from an earlier run.`,
      );
  }

  /** What a body returns, with results in place of futures: it is as if it had awaited them. */
  async #withResults(value: unknown): Promise<unknown> {
    const what = `The result of flow '${this.#flow.options.name}'`;
    const encoded = encode(value, what, this.#parts.resourceId);
    if (encoded.futures.length === 0) return value;
    const results = new Map<string, unknown>();
    for (const { future } of encoded.futures) results.set(future.run, await future);
    for (const [number, { mark }] of encoded.tables.entries()) mark.handle = number;
    return decode(fromBytes(toBytes(encoded.value, what)), {
      ...this.#parts.decoding,
      table: (_session, number) => encoded.tables[Number(number)]?.table,
      result: (id) => results.get(id),
    });
  }

  /** Settles when a body that was told to stop has had its time after all that it had started has ended. */
  async #givenUp(): Promise<BodyEnd> {
    const { signal } = this.#abort;
    if (!signal.aborted) await once(signal, "abort");
    this.#calls.settlePart();
    await Promise.all(this.#calls.children.map((child) => child.whenEnded()));
    await new Promise((resolve) => setTimeout(resolve, bodyGrace).unref());
    this.#calls.close();
    return { value: undefined };
  }

  async #complete(value: unknown): Promise<void> {
    const state = this.#decideState();
    if (state.type !== "COMPLETED") {
      this.#finish(state);
      return;
    }
    try {
      if (this.id === rootFlowRun) this.#parts.part?.check(this.#parts.nodes.values());
      const file = `results/flow-${this.#parts.nextFileName()}`;
      const result = await storeResult(value, {
        what: `The result of flow '${this.#flow.options.name}'`,
        runFolder: this.#parts.path,
        file,
        resourceId: this.#parts.resourceId,
        warn: (message) => this.#calls.log("WARNING", message),
        isAfterSessions: true,
      });
      const execution = await this.#executionOf(result, file);
      this.#finish(state, { result }, execution);
    } catch (error) {
      this.#fail(error);
    }
  }

  #decideState(): State {
    const isOwn = (child: RunNode) =>
      child.state.type === "COMPLETED" || child.state.type === "CANCELLED" || !child.isHandled;
    // The task runs of a map stand for it, once they are known.
    const { part } = this.#parts;
    const all = this.#calls.children.filter(({ items }) => items === undefined);
    const children = all.filter((child) => !part?.isLeftOut(child));
    const state = decideFlowState(
      children.filter(isOwn).map((child) => child.state),
      children.filter((child) => !isOwn(child)).map((child) => child.state),
    );
    const left = all.length - children.length;
    if (left === 0 || state.type !== "COMPLETED") return state;
    return makeState("Completed", `${(state.message ?? "").replace(/\.$/, "")}, ${left} not selected.`);
  }

  /** A subflow is the same again if it returned the same and nothing in it ran again. */
  async #executionOf(result: ResultRef, file: string): Promise<string | undefined> {
    if (this.id === rootFlowRun) return undefined;
    const { tables } = result;
    const children = this.#calls.called;
    if (tables === undefined) return usedExecutions(children, [result.sha256]);
    const { path } = this.#parts;
    const identities = tables.map(({ handle }) => tableIdentity(fromStoredHandle(handle, path), file, path));
    const value = await contentDigest(loadEncoded(result, path), async () => "told by its identity");
    return usedExecutions(children, [value ?? "", ...(await Promise.all(identities))]);
  }

  #fail(error: unknown): void {
    // A run that the body awaited says what is wrong better than the await does.
    const message =
      isInstance(error, RunFailedError) || isInstance(error, UserError) ? error.message : describe(error);
    this.#finish(makeState("Failed", `Flow run encountered an exception: ${message}`), {
      failure: { error, report: reportError(error) },
    });
  }

  /** Records and tells its end. */
  #finish(state: State, end: NodeEnd = {}, execution?: string): void {
    this.#calls.hearStrays(undefined);
    this.#move(state, end, execution);
  }

  #move(state: State, end: NodeEnd = {}, execution?: string): void {
    const { result, failure } = end;
    this.enter(state, end, (journal) => {
      journal.append({
        type: "flow-run-state",
        flowRun: this.id,
        state,
        ...(failure === undefined ? {} : { error: failure.report }),
        ...(result === undefined ? {} : { result }),
      });
      return execution;
    });
  }

  #decodeInput(input: Encoded): Record<string, unknown> {
    // By way of bytes: decoding works in place, and the caller keeps what it passed.
    const copy = fromBytes(toBytes(input.value ?? {}, `Flow '${this.#flow.options.name}': a parameter`));
    return decode(copy, {
      ...this.#parts.decoding,
      result: (id) => {
        const node = this.#parts.nodes.get(id);
        if (node === undefined) throw new UserError(`The future of '${id}' is of another run.`);
        return this.#parts.loadNode(node);
      },
    }) as Record<string, unknown>; // a flow is called with an object; its schema says so otherwise
  }
}
