import { types } from "node:util";
import { UserError } from "../errors/user-error.ts";
import { isPlain, type Mark, mark } from "./marks.ts";

/** What decoding needs to bring back what the marks stand for. */
export interface Decoding {
  result(run: string): unknown;
  resource(id: string): object;
  table(session: string, handle: unknown): unknown;
  /** Of a call; a result has none. */
  constant?(sha256: string): unknown;
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
      case "constant":
        if (decoding.constant === undefined)
          throw new UserError("A stored value refers to a call's constant.");
        return decoding.constant(marked.sha256);
      default:
        return marked satisfies never;
    }
  };
  try {
    return visit(root);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError("A value is nested too deeply to be read.");
    throw error;
  }
}
