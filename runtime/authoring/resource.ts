import { requireFlow, shared } from "./context.ts";
import { type Definition, definitionOf } from "./definition.ts";

/** What a run may take of its machine. */
export interface MachineShare {
  /** Bytes, for all engines together. */
  readonly memory: number;
  readonly cores: number;
  /** Shared by the run's threads: what is at work in each. */
  readonly busy: Int32Array;
  /** Which of them is this thread's: 0 for the flow's own, from 1 for the workers. */
  readonly slot: number;
}

/** Where a resource's value is made: in the flow's thread or on a worker thread. */
export interface AttachEnvironment {
  /** Folder that the run was started in; relative paths start here. */
  readonly folder: string;
  readonly runFolder: string;
  readonly thread: "flow" | "worker";
  readonly threads: number;
  /** What engines within the run's process may take together; absent where they may take what they want. */
  readonly machine?: MachineShare;
  /** The session that the run was started with: `duckdb` or `sc://host:port`. */
  readonly session: string;
}

export interface ResourceOptions<Args extends readonly unknown[], Handle, Value extends object> {
  /** Unique in the flow's bundle. */
  readonly name: string;
  /** Sets the thing up, once, in the flow's thread. What it returns crosses to the tasks' threads by structured clone. */
  setup(...args: Args): Handle | Promise<Handle>;
  /** Tears it down, whatever happened: success, failure, cancellation, timeout. Default: nothing to do. */
  teardown?(handle: Handle): void | Promise<void>;
  /** Milliseconds that tearing it down may take, before the run goes on without. Default 30,000. */
  readonly teardownTimeout?: number;
  /** Makes of the handle what a body works with; called once a thread, when it is first needed there. */
  attach(handle: Handle, environment: AttachEnvironment): Value;
  /** Lets go of what `attach` made. Default: nothing to do. */
  detach?(value: Value): void | Promise<void>;
}

/** A resource as the runtime sees it. */
export interface ResourceDefinition extends Definition {
  readonly options: ResourceOptions<never[], unknown, object>;
}

export type Resource<Args extends readonly unknown[], Value extends object> = (
  ...args: Args
) => Promise<Value & AsyncDisposable>;

/**
 * Defines a resource: something set up before use and torn down afterwards whatever happens (a context
 * manager, to users of Prefect). Open it in a flow's body with `await using`; passed to a task it crosses
 * as a handle.
 */
export function resource<Args extends readonly unknown[], Handle, Value extends object>(
  options: ResourceOptions<Args, Handle, Value>,
): Resource<Args, Value>;
export function resource<Args extends readonly unknown[], Handle extends object>(
  options: Omit<ResourceOptions<Args, Handle, Handle>, "attach" | "detach">,
): Resource<Args, Handle>;
export function resource(
  options: Omit<ResourceOptions<unknown[], unknown, object>, "attach"> & {
    attach?: (handle: unknown, environment: AttachEnvironment) => object;
  },
): Resource<unknown[], object> {
  if (typeof options.name !== "string" || options.name.trim() === "")
    throw new TypeError("A resource needs a name.");
  const attach =
    options.attach ??
    ((handle: unknown) => {
      if (typeof handle === "object" && handle !== null) return handle;
      throw new TypeError(
        `Resource '${options.name}': setup returned ${handle === null ? "null" : typeof handle}; return an object, or give attach.`,
      );
    });
  const definition: ResourceDefinition = {
    options: { ...options, attach },
    ...definitionOf(resource),
  };
  shared.resources.push(definition);
  return async (...args) =>
    (await requireFlow(
      `The resource '${options.name}' was opened`,
      "Open it in the flow's body, with `await using`, and pass it to the task.",
      // the runtime makes what it returns disposable
    ).open(definition, args)) as AsyncDisposable & object;
}
