import { shared } from "../authoring/context.ts";
import type { AttachEnvironment, ResourceDefinition } from "../authoring/resource.ts";
import type { Decoding } from "../crossing/decode.ts";

interface TableReader {
  table(handle: unknown): unknown;
}

/** The resources of a run as they are in this thread: each attached once, when it is first needed. */
export class AttachedResources {
  readonly #environment: AttachEnvironment;
  readonly #values = new Map<string, { readonly value: object; readonly definition: ResourceDefinition }>();
  /** What a body returns may hold tables of sessions that end with it: those still say what they are. */
  readonly #detached = new Map<string, object>();
  readonly #offered = new Map<string, { readonly name: string; readonly handle: unknown }>();
  readonly #ids = new WeakMap<object, string>();

  constructor(environment: AttachEnvironment) {
    this.#environment = environment;
  }

  /** The id of an attached value. */
  readonly idOf = (value: object): string | undefined => this.#ids.get(value);

  attach(id: string, definition: ResourceDefinition, handle: unknown): object {
    const known = this.#values.get(id);
    if (known !== undefined) return known.value;
    const value = definition.options.attach(handle, this.#environment);
    this.#values.set(id, { value, definition });
    this.#ids.set(value, id);
    return value;
  }

  /** Makes a resource known that may be needed here. */
  offer(id: string, resource: { readonly name: string; readonly handle: unknown }): void {
    this.#offered.set(id, resource);
  }

  get(id: string): object {
    const known = this.#values.get(id);
    if (known !== undefined) return known.value;
    const offered = this.#offered.get(id);
    if (offered === undefined) throw new Error(`The resource '${id}' is closed.`);
    return this.attach(id, resourceDefinition(offered.name), offered.handle);
  }

  /** The table that a handle stands for in the given session. */
  readonly table = (session: string, handle: unknown): unknown => {
    const value = this.#detached.get(session) ?? this.get(session);
    if (!("table" in value)) throw new Error(`The resource '${session}' has no tables.`);
    return (value as TableReader).table(handle); // encode made the mark for a session of this id
  };

  /** What brings values back into this thread. */
  readonly decoding: Pick<Decoding, "resource" | "table"> = {
    resource: (id) => this.get(id),
    table: this.table,
  };

  /** Those that are attached now. */
  get ids(): readonly string[] {
    return [...this.#values.keys()];
  }

  async detach(id: string): Promise<void> {
    this.#offered.delete(id);
    const known = this.#values.get(id);
    if (known === undefined) return;
    this.#values.delete(id);
    this.#detached.set(id, known.value);
    await known.definition.options.detach?.(known.value);
  }
}

/** The definition that modules imported in this thread gave a resource. */
function resourceDefinition(name: string): ResourceDefinition {
  const definition = shared.resources.find((resource) => resource.options.name === name);
  if (definition !== undefined) return definition;
  throw new Error(
    `The resource '${name}' isn't defined on the worker thread. Define it at the top level of a module that the flow imports.`,
  );
}
