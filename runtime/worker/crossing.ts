import { createHash } from "node:crypto";
import { types } from "node:util";
import { deserialize, serialize } from "node:v8";
import type { RunFuture } from "../authoring/future.ts";
import { UserError } from "../errors/user-error.ts";
import { type CrossingTable, escaped, Findings, isPlain, type Mark, mark } from "./crossing-marks.ts";

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

/** What decoding needs to bring back what the marks stand for. */
export interface Decoding {
  result(run: string): unknown;
  resource(id: string): object;
  table(session: string, handle: unknown): unknown;
}

/**
 * Puts back what the marks stand for, in place.
 * @param size bytes that the value came in: it has no more items than that. A sparse array may say that it has
 *   four thousand million, in a few bytes, and then only those that it does have are looked at.
 * @throws {UserError} for a value that is nested too deeply.
 */
export function decode(root: unknown, decoding: Decoding, size = Number.POSITIVE_INFINITY): unknown {
  const decoded = new Map<object, unknown>();
  let itemsLeft = size;
  const visit = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (decoded.has(value)) return decoded.get(value);
    if (!Array.isArray(value) && isPlain(value) && mark in value) return decodeMark(value as Mark); // only encode writes that property unescaped
    decoded.set(value, value);
    visitContents(value);
    return value;
  };
  const visitContents = (value: object): void => {
    if (Array.isArray(value)) {
      itemsLeft -= value.length;
      if (itemsLeft < 0) {
        visitProperties(value as unknown as Record<string, unknown>); // its items are properties
        return;
      }
      for (let i = 0; i < value.length; i++) {
        const item: unknown = value[i];
        if (typeof item === "object" && item !== null) value[i] = visit(item);
      }
    } else if (types.isMap(value)) {
      const entries = [...value];
      value.clear();
      for (const [key, item] of entries) value.set(visit(key), visit(item));
    } else if (types.isSet(value)) {
      const items = [...value];
      value.clear();
      for (const item of items) value.add(visit(item));
    } else if (isPlain(value)) {
      visitProperties(value as Record<string, unknown>); // a plain object is one
    }
  };
  const visitProperties = (object: Record<string, unknown>): void => {
    for (const key of Object.keys(object)) {
      const item = object[key];
      if (typeof item === "object" && item !== null) object[key] = visit(item);
    }
  };
  const decodeMark = (marked: Mark): unknown => {
    if (marked[mark] === "object") {
      decoded.set(marked, marked.value);
      visitProperties(marked.value);
      return marked.value;
    }
    const value = meaningOf(marked);
    decoded.set(marked, value);
    return value;
  };
  const meaningOf = (marked: Exclude<Mark, { readonly [mark]: "object" }>): unknown => {
    switch (marked[mark]) {
      case "result":
        return decoding.result(marked.run);
      case "resource":
        return decoding.resource(marked.id);
      case "table":
        return decoding.table(marked.session, marked.handle);
    }
  };
  try {
    return visit(root);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError("A value is nested too deeply to be read.");
    throw error;
  }
}

/**
 * A value's structured-clone bytes.
 * @throws {UserError} for what can't be cloned, deep in a Map or an Error's properties, say.
 */
export function toBytes(value: unknown, what: string): Buffer {
  try {
    return serialize(value);
  } catch (error) {
    throw new UserError(`${what} can't cross to another thread: ${(error as Error).message}`); // serialize throws DataCloneError
  }
}

/** @throws {UserError} for bytes that are no value's. */
export function fromBytes(bytes: Uint8Array): unknown {
  try {
    return deserialize(bytes);
  } catch (error) {
    throw new UserError(`A stored value is damaged: ${(error as Error).message}`); // deserialize throws errors only
  }
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
