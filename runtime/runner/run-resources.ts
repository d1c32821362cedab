import type { FlowContext } from "../authoring/context.ts";
import { shared } from "../authoring/context.ts";
import type { ResourceDefinition } from "../authoring/resource.ts";
import { describe } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";
import type { AttachedResources } from "../worker/attached-resources.ts";
import { reportError } from "../worker/error-report.ts";
import type { Journal } from "./journal.ts";

interface OpenResource {
  readonly id: string;
  readonly flowRun: string;
  readonly definition: ResourceDefinition;
  readonly handle: unknown;
  readonly waitForUsers: () => Promise<void>;
  closing: Promise<void> | undefined;
}

/** The resources that a run has open, and their teardown, whatever happens. */
export class RunResources {
  readonly #attached: AttachedResources;
  readonly #journal: Journal;
  readonly #detach: (resource: string) => void;
  readonly #open = new Map<string, OpenResource>();
  readonly #counts = new Map<string, number>();
  /** Flow runs whose bodies are over. */
  readonly #ended = new Set<string>();

  constructor(attached: AttachedResources, journal: Journal, detach: (resource: string) => void) {
    this.#attached = attached;
    this.#journal = journal;
    this.#detach = detach;
  }

  /** What an open resource is one of. */
  definition(id: string): ResourceDefinition | undefined {
    return this.#open.get(id)?.definition;
  }

  /** What the threads need to attach the given resources. */
  handles(ids: readonly string[]): Record<string, { name: string; handle: unknown }> {
    const handles: Record<string, { name: string; handle: unknown }> = {};
    for (const id of ids) {
      const open = this.#open.get(id);
      if (open !== undefined) handles[id] = { name: open.definition.options.name, handle: open.handle };
    }
    return handles;
  }

  /**
   * Sets a resource up.
   * @param waitForUsers settles when the task runs that were given it have ended: it is torn down after them.
   * @returns its value in this thread, disposable.
   */
  async open(
    definition: ResourceDefinition,
    args: readonly unknown[],
    flowRun: string,
    waitForUsers: (id: string) => Promise<void>,
  ): Promise<object> {
    const { name, setup } = definition.options;
    const index = this.#counts.get(name) ?? 0;
    this.#counts.set(name, index + 1);
    const id = `${name}-${index}`;
    this.#journal.append({ type: "resource-created", resource: id, name, flowRun });
    let value: object;
    try {
      // The arguments are those that the resource's own function was called with, which was typed.
      const handle = await setup(...(args as never[]));
      this.#open.set(id, {
        id,
        flowRun,
        definition,
        handle,
        waitForUsers: () => waitForUsers(id),
        closing: undefined,
      });
      value = this.#attached.attach(id, definition, handle);
    } catch (error) {
      this.#journal.append({
        type: "resource-state",
        resource: id,
        state: "Failed",
        error: reportError(error),
      });
      throw error;
    }
    this.#journal.append({ type: "resource-state", resource: id, state: "Open" });
    if (this.#ended.has(flowRun)) {
      await this.close(id);
      throw new UserError(`The resource '${id}' came too late: the flow run that opened it has ended.`);
    }
    const close = () => this.close(id);
    Object.defineProperty(value, Symbol.asyncDispose, { value: close, configurable: true });
    return value;
  }

  /** Tears a resource down once its users have ended. */
  async close(id: string): Promise<void> {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open.closing ??= this.#close(open);
    await open.closing;
  }

  /**
   * Tears down what a flow run's body has left open, the latest first, and what it opens after this.
   * @returns the first error, if there was one.
   */
  async closeAll(flowRun: string): Promise<{ readonly error: unknown } | undefined> {
    this.#ended.add(flowRun);
    let first: { readonly error: unknown } | undefined;
    for (const { id } of [...this.#open.values()].filter((open) => open.flowRun === flowRun).reverse()) {
      try {
        await this.close(id);
      } catch (error) {
        first ??= { error };
      }
    }
    return first;
  }

  async #close(open: OpenResource): Promise<void> {
    const { id, definition, handle } = open;
    await open.waitForUsers();
    this.#journal.append({ type: "resource-state", resource: id, state: "TearingDown" });
    try {
      this.#detach(id);
      await within(definition.options.teardownTimeout ?? teardownTimeout, async () => {
        await this.#attached.detach(id);
        await definition.options.teardown?.(handle as never); // what setup of the same definition returned
      });
      this.#journal.append({ type: "resource-state", resource: id, state: "Closed" });
    } catch (error) {
      this.#journal.append({
        type: "resource-state",
        resource: id,
        state: "Failed",
        error: reportError(error),
      });
      throw new Error(`The teardown of resource '${id}' failed: ${describe(error)}`, { cause: error });
    } finally {
      this.#open.delete(id);
    }
  }
}

/** How long a teardown may take by default, milliseconds. */
const teardownTimeout = 30_000;

/** @throws when `work` has not settled in the given milliseconds: a run must end, whatever hangs. */
async function within(milliseconds: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `It has not ended after ${milliseconds / 1000} s. What it does goes on unwatched until the process ends; resource({ teardownTimeout }) gives it more time.`;
    timer = setTimeout(() => reject(new UserError(message)), milliseconds);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs code of the flow's body in its context. */
export function inContext<T>(context: FlowContext, body: () => T): T {
  return shared.context.run(context, body);
}
