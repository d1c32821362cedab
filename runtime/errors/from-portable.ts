import { languageErrorOf } from "./language-errors.ts";
import type { PortableObject, PortableValue, Slot } from "./portable-value.ts";

/** The value again. What isn't as {@link toPortable} wrote it becomes undefined: a run's folder may come from anywhere. */
export function fromPortable({ root, objects }: PortableValue): unknown {
  const made = objects.map(emptyOf);
  const slotValue = (slot: Slot): unknown => {
    if (typeof slot !== "object" || slot === null) return slot;
    if ("at" in slot) return made[slot.at];
    if ("number" in slot) return Number(slot.number);
    if ("told" in slot) return slot.told;
    return "bigint" in slot && /^-?\d+$/.test(slot.bigint) ? BigInt(slot.bigint) : undefined;
  };
  for (const [number, object] of objects.entries()) fill(made[number], object, slotValue);
  return slotValue(root);
}

function emptyOf(object: PortableObject): unknown {
  switch (object.is) {
    case "array":
      return [];
    case "object":
      return {};
    case "map":
      return new Map();
    case "set":
      return new Set();
    case "date":
      return new Date(object.time ?? Number.NaN);
    case "regexp":
      return orUndefined(() => new RegExp(object.source, object.flags));
    case "url":
      return orUndefined(() => new URL(object.href));
    case "bytes":
      return viewOf(Buffer.from(object.base64, "base64"), object.view);
    case "error":
      return emptyError(object);
    default:
      object satisfies never;
      return undefined;
  }
}

function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function emptyError(object: Extract<PortableObject, { is: "error" }>): Error {
  const { class: kind, name, message, stack } = object;
  if (kind === "DOMException") return withOwn(new DOMException(message, name), { stack });
  const error =
    kind === "AggregateError"
      ? new AggregateError([], message)
      : new (languageErrorOf(kind) ?? Error)(message);
  return withOwn(error, error.name === name ? { stack } : { stack, name });
}

function withOwn(error: Error, properties: { readonly [name: string]: unknown }): Error {
  for (const [name, value] of Object.entries(properties)) define(error, name, value, false);
  return error;
}

/** Never by assignment: a field may be named `__proto__`, and some of an error's can't be assigned to. */
function define(object: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, name, { value, enumerable, writable: true, configurable: true });
}

const views: { readonly [name: string]: new (buffer: ArrayBuffer) => ArrayBufferView } = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
};

function viewOf(bytes: Buffer, view: string): unknown {
  if (view === "Buffer") return bytes;
  const buffer = new Uint8Array(bytes).buffer;
  const View = Object.hasOwn(views, view) ? views[view] : undefined;
  return View === undefined ? buffer : orUndefined(() => new View(buffer));
}

function fill(value: unknown, object: PortableObject, slotValue: (slot: Slot) => unknown): void {
  switch (object.is) {
    case "array":
      for (const item of object.items) (value as unknown[]).push(slotValue(item)); // made so by emptyOf, as the others below
      return;
    case "map":
      for (const [key, item] of object.entries)
        (value as Map<unknown, unknown>).set(slotValue(key), slotValue(item));
      return;
    case "set":
      for (const item of object.items) (value as Set<unknown>).add(slotValue(item));
      return;
    case "object":
    case "error":
      for (const [name, item] of object.fields)
        define(value as object, name, slotValue(item), name !== "cause" && name !== "errors");
      return;
    case "date":
    case "regexp":
    case "url":
    case "bytes":
      return;
    default:
      object satisfies never;
  }
}
