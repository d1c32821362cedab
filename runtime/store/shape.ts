/**
 * Tells what in a value isn't as it should be: a place in it and what is wrong there, as in `.state.name: is none
 * of ...`, or undefined where all is well. `T` is what the value then is. Properties that aren't named may be there:
 * a newer version may write more.
 *
 * These are plain functions rather than a library's schemas since each line of a run's events passes through them,
 * a million in a large run, and since loading a library takes longer than listing the runs of a folder.
 */
export type Shape<T> = ((value: unknown) => string | undefined) & { readonly of?: T | undefined };

/** A value that fits a shape, or why it doesn't. */
export function fits<T>(shape: Shape<T>, value: unknown): value is T {
  return shape(value) === undefined;
}

export const text: Shape<string> = (value) => (typeof value === "string" ? undefined : isNo("text", value));

export const yesOrNo: Shape<boolean> = (value) =>
  typeof value === "boolean" ? undefined : isNo("true or false", value);

export const number: Shape<number> = (value) =>
  typeof value === "number" && Number.isFinite(value) ? undefined : isNo("number", value);

/** A whole number from `least`. */
export function whole(least: number): Shape<number> {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least // a number, then
      ? undefined
      : isNo(`whole number from ${least}`, value);
}

/** Milliseconds since 1970 that are a date. */
export const time: Shape<number> = (value) =>
  typeof value === "number" && Math.abs(value) <= 8.64e15 ? undefined : isNo("time", value);

export const anything: Shape<unknown> = () => undefined;

export function oneOf<T extends string>(choices: readonly T[]): Shape<T> {
  const known = new Set<unknown>(choices);
  return (value) =>
    known.has(value) ? undefined : `: is ${shown(value)}, and none of ${choices.join(", ")}`;
}

/** What may be missing. */
export function maybe<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? undefined : shape(value));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return isNo("list", value);
    for (let i = 0; i < value.length; i++) {
      const problem = shape(value[i]);
      if (problem !== undefined) return `[${i}]${problem}`;
    }
    return undefined;
  };
}

/** An object of any properties. */
export const properties: Shape<{ readonly [name: string]: unknown }> = (value) =>
  isObject(value) ? undefined : isNo("object", value);

/** An object that has these properties, all of a type's. */
export function object<T extends object>(
  shapes: {
    readonly [Name in keyof T]-?: Shape<T[Name]>;
  },
): Shape<T> {
  const each = Object.entries<Shape<unknown>>(shapes as { readonly [name: string]: Shape<unknown> }); // by their names
  return (value) => {
    if (!isObject(value)) return isNo("object", value);
    for (const [name, shape] of each) {
      const problem = shape(Object.hasOwn(value, name) ? value[name] : undefined);
      if (problem !== undefined) return `.${name}${problem}`;
    }
    return undefined;
  };
}

/** One shape or another. */
export function either<A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> {
  return (value) => (one(value) === undefined ? undefined : other(value));
}

/** A problem without the point that its place begins with. */
export function problemText(problem: string): string {
  return problem.replace(/^(?:\.|: )/, "");
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNo(what: string, value: unknown): string {
  return value === undefined ? ": is missing" : `: is ${shown(value)}, and no ${what}`;
}

function shown(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const json = JSON.stringify(value) ?? typeof value;
  return json.length > 60 ? `${json.slice(0, 60)}...` : json;
}
