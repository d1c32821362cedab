import { types } from "node:util";
import { languageClass } from "./language-errors.ts";
import { inspectSafely, isError, isInstance, ownFields, readProperty, textOf } from "./read-thrown.ts";

/**
 * A value of any kind as JSON: what was thrown, with all that hangs on it, for another thread and another time. Its
 * objects stand in one list, each once, the value's own first; they name each other by their numbers, so that neither
 * a circle nor a chain of ten thousand causes is nested. Texts stay texts, so that secrets in them are found.
 */
export interface PortableValue {
  readonly root: Slot;
  readonly objects: readonly PortableObject[];
}

/** A value where it stands. What is no JSON by itself is an object that says what it is. */
export type Slot =
  | string
  | number
  | boolean
  | null
  /** The number of an object in the list. */
  | { readonly at: number }
  | { readonly bigint: string }
  /** `NaN`, `Infinity`, `-Infinity`, `-0` */
  | { readonly number: string }
  | { readonly undefined: true }
  /** What stands for something that can't be taken along: a function, or what is too large. */
  | { readonly told: string };

type Fields = readonly (readonly [name: string, value: Slot])[];

export type PortableObject =
  | { readonly is: "array"; readonly items: readonly Slot[] }
  | { readonly is: "object"; readonly fields: Fields }
  | { readonly is: "map"; readonly entries: readonly (readonly [Slot, Slot])[] }
  | { readonly is: "set"; readonly items: readonly Slot[] }
  | { readonly is: "date"; readonly time: number | null }
  | { readonly is: "regexp"; readonly source: string; readonly flags: string }
  | { readonly is: "url"; readonly href: string }
  | { readonly is: "bytes"; readonly base64: string; readonly view: string }
  | {
      readonly is: "error";
      /** The constructor of the language that it was made by, or by one that extends it. */
      readonly class: string;
      readonly name: string;
      readonly message: string;
      readonly stack: string;
      readonly fields: Fields;
    };

/** Objects, and characters of text, that are taken along: an error of a client of HTTP may hold half of the process. */
const mostObjects = 5_000;
const mostText = 1 << 20;

/** Objects of classes: what hangs on them hangs on them by accident, so only so much is taken along. */
const mostOfClass = 50;

/**
 * @param frames an error's frames that are to be kept. Never throws, whatever the value is.
 */
export function toPortable(value: unknown, frames: (error: unknown) => readonly string[]): PortableValue {
  const numbers = new Map<object, number>();
  const waiting: object[] = [];
  const objects: PortableObject[] = [];
  let text = 0;
  let ofClass = 0;
  const told = (what: unknown): Slot => {
    const words = inspectSafely(what, 0);
    const told = words.length > 200 ? `${words.slice(0, 200)}...` : words;
    text += told.length;
    return { told };
  };
  const listed = <Item, Made>(
    items: Iterable<Item>,
    make: (item: Item) => Made,
    rest: (told: Slot) => Made,
  ): Made[] => {
    const made: Made[] = [];
    for (const item of items) {
      if (text > mostText) return [...made, rest({ told: "... and more, which were left out" })];
      text += 8;
      made.push(make(item));
    }
    return made;
  };
  const takeText = (taken: string): string => {
    text += taken.length;
    return text > mostText ? `${taken.slice(0, 100)}... [${taken.length} characters]` : taken;
  };
  const slot = (each: unknown): Slot => {
    switch (typeof each) {
      case "string":
        return takeText(each);
      case "boolean":
        return each;
      case "number":
        return Number.isFinite(each) && !Object.is(each, -0)
          ? each
          : { number: Object.is(each, -0) ? "-0" : `${each}` };
      case "bigint":
        return { bigint: `${each}` };
      case "undefined":
        return { undefined: true };
      case "object":
        return each === null ? null : objectSlot(each);
      default:
        return told(each);
    }
  };
  const objectSlot = (each: object): Slot => {
    const known = numbers.get(each);
    if (known !== undefined) return { at: known };
    if (numbers.size >= mostObjects || text > mostText || types.isPromise(each)) return told(each);
    if (isOfClass(each) && (++ofClass > mostOfClass || fieldsOf(each).length === 0)) return told(each);
    numbers.set(each, numbers.size);
    waiting.push(each);
    return { at: numbers.size - 1 };
  };
  const slots = (entries: readonly (readonly [string, unknown])[]): Fields =>
    listed(
      entries,
      ([name, each]) => [name, slot(each)] as const,
      (more) => ["...", more] as const,
    );
  const items = (each: Iterable<unknown>) => listed(each, slot, (more) => more);
  const portable = (each: object): PortableObject => {
    if (isError(each))
      return {
        is: "error",
        ...errorParts(each, text > mostText ? () => [] : frames, takeText),
        fields: slots(errorFields(each)),
      };
    if (Array.isArray(each)) return { is: "array", items: items(each) };
    if (types.isMap(each)) {
      const entries = listed(
        each,
        ([key, item]) => [slot(key), slot(item)] as const,
        (more) => ["...", more] as const,
      );
      return { is: "map", entries };
    }
    if (types.isSet(each)) return { is: "set", items: items(each) };
    if (types.isDate(each)) {
      const time = each.getTime();
      return { is: "date", time: Number.isNaN(time) ? null : time };
    }
    if (types.isRegExp(each)) return { is: "regexp", source: each.source, flags: each.flags };
    if (isInstance(each, URL)) return { is: "url", href: takeText(each.href) };
    if (ArrayBuffer.isView(each) || types.isAnyArrayBuffer(each)) return bytesOf(each, takeText);
    return { is: "object", fields: slots(fieldsOf(each)) };
  };
  const root = slot(value);
  for (let next = 0; next < waiting.length; next++) {
    const each = waiting[next] as object; // counted above
    try {
      objects.push(portable(each));
    } catch {
      objects.push({ is: "object", fields: [["", told(each)]] });
    }
  }
  return { root, objects };
}

function errorParts(
  error: Error,
  frames: (error: unknown) => readonly string[],
  takeText: (text: string) => string,
) {
  const name = takeText(textOf(readProperty(error, "name")) || "Error");
  const message = takeText(textOf(readProperty(error, "message")));
  const heading = message === "" ? name : `${name}: ${message}`;
  const stack = takeText([heading, ...frames(error)].join("\n"));
  return { class: languageClass(error), name, message, stack };
}

/** What hangs on an error, what it was caused by and what it holds included. */
function errorFields(error: Error): (readonly [string, unknown])[] {
  const fields: (readonly [string, unknown])[] = [...ownFields(error)];
  for (const name of ["cause", "errors"]) {
    const value = readProperty(error, name);
    if (value !== undefined) fields.push([name, value]);
  }
  return fields;
}

function fieldsOf(value: object): [string, unknown][] {
  try {
    return Object.keys(value).map((name) => [name, readProperty(value, name)]);
  } catch {
    return [];
  }
}

function isOfClass(value: object): boolean {
  try {
    if (isError(value) || Array.isArray(value) || ArrayBuffer.isView(value) || isInstance(value, URL))
      return false;
    if (types.isMap(value) || types.isSet(value) || types.isDate(value) || types.isRegExp(value))
      return false;
    if (types.isAnyArrayBuffer(value)) return false;
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype !== null && Object.getPrototypeOf(prototype) !== null;
  } catch {
    return true; // a proxy that doesn't tell
  }
}

function bytesOf(
  value: ArrayBufferView | ArrayBufferLike,
  takeText: (text: string) => string,
): PortableObject {
  const bytes = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
  const view = Buffer.isBuffer(value) ? "Buffer" : Object.prototype.toString.call(value).slice(8, -1);
  if (bytes.length > mostBytes)
    return { is: "object", fields: [["", { told: `${view} of ${bytes.length} bytes` }]] };
  return { is: "bytes", base64: takeText(bytes.toString("base64")), view };
}

const mostBytes = 64 << 10;
