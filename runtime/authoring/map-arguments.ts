import { isRunFuture, type RunFuture } from "./future.ts";

/** An argument of `.map` that is the same for all of its task runs, though it is a list. */
export interface Unmapped<out T> {
  readonly [unmappedBrand]: true;
  readonly value: T;
}

/** How an {@link Unmapped} made by another copy of this module is known. */
const unmappedBrand: unique symbol = Symbol.for("millrace.unmapped") as never; // Symbol.for isn't unique to TypeScript

/**
 * Makes an argument of `.map` the same for all of its task runs: `score.map(rows, unmapped([0.2, 0.8]))`. Only lists
 * and a future in the first place need it.
 */
export function unmapped<T>(value: T): Unmapped<T> {
  return { [unmappedBrand]: true, value };
}

/**
 * The items that a fold goes over.
 * @throws {TypeError} for what is no list, or none yet.
 */
export function foldItems(task: string, items: unknown): readonly unknown[] {
  if (isRunFuture(items))
    throw new TypeError(
      `task '${task}' can't be reduced over '${items.run}', whose items aren't there yet: how many task runs there are has to be known. Await it first.`,
    );
  if (!isList(items)) throw new TypeError(`task '${task}' can't be reduced over nothing: ${reason(items)}.`);
  return listOf(items, `task '${task}': the first argument of reduce`);
}

/** What one argument of `.map` is: the same for all, one item for each, or items that aren't there yet. */
export type MapArgument =
  | { readonly kind: "constant"; readonly value: unknown }
  | { readonly kind: "list"; readonly items: readonly unknown[] }
  | { readonly kind: "future"; readonly future: RunFuture<unknown> };

/** More items than this are taken for a mistake, such as a generator that never ends. */
const mostItems = 1_000_000;

/**
 * Tells lists from constants, by Prefect's rule: what can be iterated over gives each task run its item, other values
 * are the same for all. A future in the first place stands for a list, and so does the first of all where there is no
 * other; texts, buffers and futures elsewhere are constants.
 * @throws {TypeError} where there is nothing to map over.
 */
export function mapArguments(task: string, args: readonly unknown[]): MapArgument[] {
  const found = args.map((arg, position) => mapArgument(task, arg, position));
  if (found.some(({ kind }) => kind !== "constant")) return found;
  const future = args.findIndex((arg) => isRunFuture(arg));
  if (future < 0) throw nothingToMapOver(task, args[0], args.length === 0 ? "nothing" : "its arguments");
  return found.map((argument, position) => (position === future ? futureList(args[position]) : argument));
}

function mapArgument(task: string, arg: unknown, position: number): MapArgument {
  if (isUnmapped(arg)) return { kind: "constant", value: arg.value };
  if (position === 0 && isRunFuture(arg)) return { kind: "future", future: arg };
  const isBytes = ArrayBuffer.isView(arg) && position > 0;
  return isList(arg) && !isBytes
    ? { kind: "list", items: listOf(arg, `task '${task}': argument ${position + 1} of map`) }
    : { kind: "constant", value: arg };
}

function futureList(arg: unknown): MapArgument {
  return isRunFuture(arg) ? { kind: "future", future: arg } : { kind: "constant", value: arg };
}

/**
 * The items of what a mapped future came to.
 * @throws {TypeError} for what is no list.
 */
export function itemsOf(task: string, value: unknown, run: string): readonly unknown[] {
  if (!isList(value)) throw nothingToMapOver(task, value, `the result of '${run}'`);
  return listOf(value, `task '${task}': the result of '${run}'`);
}

/**
 * The arguments of each task run, once all lists are there.
 * @throws {RangeError} for lists of different lengths.
 */
export function zipArguments(task: string, args: readonly MapArgument[]): unknown[][] {
  const lengths = args.flatMap((arg) => (arg.kind === "list" ? [arg.items.length] : []));
  const [count = 0] = lengths;
  if (lengths.some((length) => length !== count))
    throw new RangeError(
      `task '${task}': map was given lists of ${lengths.join(", ")} items. Its lists give one item each to each task run, so they have to be equally long; unmapped(list) gives the whole list to all.`,
    );
  return Array.from({ length: count }, (_, index) => args.map((arg) => itemFor(arg, index)));
}

function itemFor(arg: MapArgument, index: number): unknown {
  switch (arg.kind) {
    case "constant":
      return arg.value;
    case "list":
      return arg.items[index];
    case "future":
      return arg.future;
    default:
      return arg satisfies never;
  }
}

/** An argument as it was given. */
export function argumentValue(arg: MapArgument): unknown {
  switch (arg.kind) {
    case "constant":
      return arg.value;
    case "list":
      return arg.items;
    case "future":
      return arg.future;
    default:
      return arg satisfies never;
  }
}

function isUnmapped(value: unknown): value is Unmapped<unknown> {
  return typeof value === "object" && value !== null && unmappedBrand in value;
}

/** Whether it can be iterated over. Functions are looked at, too: a preview's stand-ins are. */
function isList(value: unknown): value is Iterable<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return Symbol.iterator in value || typeof Reflect.get(value, Symbol.iterator) === "function";
}

function listOf(list: Iterable<unknown>, what: string): readonly unknown[] {
  if (Array.isArray(list)) return Array.from(list); // holes are items, too
  const items: unknown[] = [];
  for (const item of list) {
    if (items.length === mostItems)
      throw new RangeError(`${what} gave more than ${mostItems} items, and no end was seen.`);
    items.push(item);
  }
  return items;
}

function nothingToMapOver(task: string, value: unknown, what: string): TypeError {
  return new TypeError(`task '${task}' can't be mapped over ${what}: ${reason(value)}.`);
}

function reason(value: unknown): string {
  if (isUnmapped(value)) return "all of them are unmapped";
  if (value === undefined || value === null) return `it is ${value}, and no list`;
  if (typeof value === "string") return "it is a text; a list of its letters is [...text]";
  if (typeof value !== "object" && typeof value !== "function")
    return `it is a ${typeof value} (${String(value)}), and no list`;
  if (Symbol.asyncIterator in value) return "it is an async iterable; collect its items in an array first";
  if ("then" in value && typeof value.then === "function") return "it is a promise; await it first";
  if ("columns" in value && "session" in value)
    return "it is a table; map over its rows, or over lists of file names or keys that each task run reads for itself";
  if (Object.getPrototypeOf(value) === Object.prototype)
    return "it is an object; a list of its values is Object.values(object)";
  return `it is no list (${value.constructor?.name ?? "an object"})`;
}
