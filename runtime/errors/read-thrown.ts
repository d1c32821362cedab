import { inspect, types } from "node:util";

// Anything can be thrown: a proxy whose traps throw, an error whose message is a getter that does. Telling of it must
// not throw again.

/** A property of what was thrown; undefined where reading it throws. */
export function readProperty(value: unknown, name: PropertyKey): unknown {
  try {
    return (value as { readonly [name: PropertyKey]: unknown })[name]; // of undefined it throws, too
  } catch {
    return undefined;
  }
}

/** Of this realm or another, or a proxy of one. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || isInstance(value, Error);
}

/** `instanceof`, of a proxy that may not tell, too. */
export function isInstance<T>(value: unknown, of: new (...args: never[]) => T): value is T {
  try {
    return value instanceof of;
  } catch {
    return false;
  }
}

/** What was thrown where only an error will do: what is none is the cause of one. */
export function asError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  return new Error(`A value that is no Error was thrown: ${inspectSafely(thrown)}`, { cause: thrown });
}

/** A value in words, as `util.inspect` tells it. */
export function inspectSafely(value: unknown, depth = 1): string {
  try {
    return inspect(value, {
      depth,
      maxArrayLength: 20,
      maxStringLength: 1_000,
      breakLength: Number.POSITIVE_INFINITY,
    });
  } catch {
    return `a ${typeof value} that can't be looked at`;
  }
}

/** What stands as a text where an error has none: its name or message may be anything. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : inspectSafely(value);
}

export function nameOf(error: unknown): string {
  return textOf(readProperty(error, "name")) || "Error";
}

/** An error's message; of one that holds others, with what these say. */
export function messageOf(error: unknown): string {
  const own = textOf(readProperty(error, "message"));
  const inner = innerErrors(error);
  if (inner.length === 0) return own;
  const told = inner.slice(0, toldInner).map((each) => {
    const message = isError(each) ? textOf(readProperty(each, "message")) : inspectSafely(each);
    return message === "" ? nameOf(each) : message;
  });
  if (inner.length > toldInner) told.push(`${inner.length - toldInner} more`);
  return own === "" ? told.join("; ") : `${own} (${told.join("; ")})`;
}

/** So many of the errors in one are told in its message. */
const toldInner = 5;

/** The errors that one holds, as an AggregateError does. */
export function innerErrors(error: unknown): readonly unknown[] {
  const errors = isError(error) ? readProperty(error, "errors") : undefined;
  try {
    return Array.isArray(errors) ? [...(errors as unknown[])] : [];
  } catch {
    return [];
  }
}

/** What an error has besides what each has, by name. What throws when it is read is left out. */
export function ownFields(error: object): [string, unknown][] {
  const fields: [string, unknown][] = [];
  try {
    for (const name of Object.getOwnPropertyNames(error)) {
      if (ofEachError.has(name)) continue;
      const value = readProperty(error, name);
      if (value !== undefined) fields.push([name, value]);
    }
  } catch {
    // a proxy that doesn't tell
  }
  return fields;
}

const ofEachError = new Set(["name", "message", "stack", "cause", "errors", "source"]);
