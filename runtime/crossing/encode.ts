import { types } from "node:util";
import type { RunFuture } from "../authoring/future.ts";
import { UserError } from "../errors/user-error.ts";
import { type CrossingTable, escaped, Findings, isPlain, mark } from "./marks.ts";

/** A value in the form that crosses. */
export interface Encoded {
  readonly value: unknown;
  /** Futures in it, and where: the edges of the graph. */
  readonly futures: readonly { readonly future: RunFuture<unknown>; readonly path: string }[];
  /** Runs whose awaited results are in it, and where first: edges of the graph, too. */
  readonly origins: ReadonlyMap<string, string>;
  /** Ids of the resources in it. */
  readonly resources: readonly string[];
  /** Marks whose handle is not there yet. */
  readonly tables: readonly {
    readonly table: CrossingTable;
    readonly mark: { handle: unknown };
    readonly path: string;
  }[];
}

/**
 * Puts marks in place of futures, tables and resources, in arrays, plain objects, Maps and Sets at any
 * depth. What it is given stays as it is; a value without any is returned itself, not copied.
 * @param what begins the error's sentence, such as "Task 'Load': argument".
 * @param originOf the run that an object is the awaited result of, or a part of it.
 * @throws {UserError} for what can't cross, with its path and the reason.
 */
export function encode(
  root: unknown,
  what: string,
  resourceId: (value: object) => string | undefined,
  originOf: (value: object) => string | undefined = () => undefined,
): Encoded {
  const found = new Findings(what, resourceId, originOf);
  try {
    found.visit(root);
    const value = found.replacements.size === 0 ? root : replace(root, found.replacements);
    const { futures, origins, tables } = found;
    return { value, futures, origins, resources: [...found.resources], tables };
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${what} is nested too deeply to cross.`);
    throw error;
  }
}

/** A copy of a value with replacements made. Objects that were one, or in a cycle, are so in the copy. */
function replace(root: unknown, replacements: ReadonlyMap<unknown, unknown>): unknown {
  const copies = new Map<object, unknown>();
  const copy = (value: unknown): unknown => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
    const replacement = replacements.get(value);
    if (replacement !== undefined && replacement !== escaped) return replacement;
    return copies.get(value) ?? copyContainer(value, replacement === escaped);
  };
  const copyContainer = (value: object, isEscaped: boolean): unknown => {
    if (Array.isArray(value)) {
      const items: unknown[] = value.slice();
      copies.set(value, items);
      for (let i = 0; i < items.length; i++)
        if (typeof items[i] === "object" || typeof items[i] === "function") items[i] = copy(items[i]);
      return items;
    }
    if (types.isMap(value)) {
      const entries = new Map<unknown, unknown>();
      copies.set(value, entries);
      for (const [key, item] of value) entries.set(copy(key), copy(item));
      return entries;
    }
    if (types.isSet(value)) {
      const items = new Set<unknown>();
      copies.set(value, items);
      for (const item of value) items.add(copy(item));
      return items;
    }
    if (!isPlain(value)) return value;
    const properties: Record<string, unknown> = { ...value };
    const whole: unknown = isEscaped ? { [mark]: "object", value: properties } : properties;
    copies.set(value, whole);
    for (const key of Object.keys(properties)) properties[key] = copy(properties[key]);
    return whole;
  };
  return copy(root);
}
