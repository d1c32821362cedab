import { types } from "node:util";
import { isRunFuture, type RunFuture } from "../authoring/future.ts";
import { UserError } from "../errors/user-error.ts";
import type { ResultTable, SourceFiles } from "../events/run-event.ts";
import { SharedConstant } from "./shared-constant.ts";

/**
 * How values cross between threads, and into a run folder: plain data with marks in place of what can't
 * cross by itself (futures, tables, resources), then V8's structured clone.
 */
export const mark = "$millrace";

export type Mark =
  | { readonly [mark]: "result"; readonly run: string }
  | { readonly [mark]: "resource"; readonly id: string }
  | { readonly [mark]: "table"; readonly session: string; handle: unknown }
  /** Of a call, never of a result. */
  | { readonly [mark]: "constant"; readonly sha256: string }
  /** A plain object of the user's that happens to have the mark's name as a property. */
  | { readonly [mark]: "object"; readonly value: Record<string, unknown> };

/** A table as any session makes them. */
export interface CrossingTable {
  readonly session: object;
  readonly columns: ResultTable["columns"];
  rows(limit: number): Promise<readonly unknown[]>;
  handle(
    file: () => string,
    as?: "rows" | "plan",
  ): Promise<{ readonly kind: string; readonly path: string; readonly source?: SourceFiles }>;
}

/** Levels that V8 reads again whatever thread it does so in. */
const deepest = 1_000;

/** Of a path that deep so many are shown. */
const shownSteps = 3;

/** A step of a path: an index, a property, or the text of another way in, such as `.get("a")`. */
type Step = number | string | { readonly text: string };

/** Goes through a value once, and finds what has to be replaced in it. */
export class Findings {
  readonly futures: { future: RunFuture<unknown>; path: string }[] = [];
  readonly resources = new Set<string>();
  readonly tables: { table: CrossingTable; mark: { handle: unknown }; path: string }[] = [];
  /** What stands for an object in the encoded value. */
  readonly replacements = new Map<unknown, unknown>();
  readonly #what: string;
  /** Of runs whose awaited results it holds, where first. */
  readonly origins = new Map<string, string>();
  readonly #resourceId: (value: object) => string | undefined;
  readonly #originOf: (value: object) => string | undefined;
  readonly #seen = new Set<object>();
  readonly #path: Step[] = [];

  constructor(
    what: string,
    resourceId: (value: object) => string | undefined,
    originOf: (value: object) => string | undefined,
  ) {
    this.#what = what;
    this.#resourceId = resourceId;
    this.#originOf = originOf;
  }

  visit(value: unknown): void {
    if (typeof value === "object") {
      if (value !== null) this.#visitObject(value);
    } else if (typeof value === "function") {
      const resource = this.#resourceId(value);
      if (resource === undefined)
        throw this.#error("is a function, which can't go to another thread: pass the data that it works on");
      this.#addResource(value, resource);
    } else if (typeof value === "symbol") {
      throw this.#error("is a symbol");
    }
  }

  #visitObject(value: object): void {
    if (isRunFuture(value)) {
      // Each place that it goes to is an edge of the graph, so it counts each time.
      this.futures.push({ future: value, path: this.#pathText() });
      this.#replaceBy(value, { [mark]: "result", run: value.run });
      return;
    }
    if (this.#seen.has(value)) return;
    this.#seen.add(value);
    if (value instanceof SharedConstant) {
      this.#replaceBy(value, { [mark]: "constant", sha256: value.sha256 });
      return;
    }
    const origin = this.#originOf(value);
    if (origin !== undefined && !this.origins.has(origin)) this.origins.set(origin, this.#pathText());
    const resource = this.#resourceId(value);
    if (resource !== undefined) this.#addResource(value, resource);
    else if (isTable(value)) this.#addTable(value);
    else if (Array.isArray(value)) this.#visitArray(value);
    else if (isPlain(value)) this.#visitPlain(value);
    else this.#visitBuiltin(value);
  }

  #visitArray(items: readonly unknown[]): void {
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (typeof item !== "number" && typeof item !== "string") this.#visitAt(i, item);
    }
  }

  #visitPlain(value: object): void {
    if (mark in value) this.replacements.set(value, escaped);
    for (const [key, item] of Object.entries(value)) this.#visitAt(key, item);
  }

  #visitBuiltin(value: object): void {
    if (types.isMap(value)) {
      let index = 0;
      for (const [key, item] of value) {
        if (typeof key === "object" || typeof key === "function")
          this.#visitAt({ text: `.keys()[${index}]` }, key);
        this.#visitAt(
          { text: typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${index}]` },
          item,
        );
        index++;
      }
    } else if (types.isSet(value)) {
      let index = 0;
      for (const item of value) this.#visitAt({ text: `.values()[${index++}]` }, item);
    } else if (types.isSharedArrayBuffer(value)) {
      this.replacements.set(value, copyBytes(value, 0, value.byteLength));
    } else if (ArrayBuffer.isView(value)) {
      if (types.isSharedArrayBuffer(value.buffer)) this.replacements.set(value, unsharedView(value));
    } else if (types.isPromise(value)) {
      throw this.#error("is a promise: await it first");
    } else if (!isCloneable(value)) {
      const name = value.constructor?.name ?? "a class";
      throw this.#error(
        `is an instance of ${name}, which would arrive without its class: pass plain data, or a resource`,
      );
    }
  }

  #visitAt(step: Step, value: unknown): void {
    this.#path.push(step);
    if (this.#path.length > deepest) {
      const path = this.#path.splice(shownSteps);
      this.#path.push({ text: "..." });
      throw this.#error(
        `is nested more than ${path.length + shownSteps - 1} levels deep, which can't be read again: pass a list of its parts`,
      );
    }
    this.visit(value);
    this.#path.pop();
  }

  #addResource(value: object, id: string): void {
    this.resources.add(id);
    this.#replaceBy(value, { [mark]: "resource", id });
  }

  #addTable(table: CrossingTable): void {
    const session = this.#resourceId(table.session);
    if (session === undefined) throw this.#error("is a table of a session that this run has not opened");
    this.resources.add(session);
    const placeholder = { [mark]: "table" as const, session, handle: undefined };
    this.tables.push({ table, mark: placeholder, path: this.#pathText() });
    this.#replaceBy(table, placeholder);
  }

  #replaceBy(value: object, by: Mark): void {
    if (!this.replacements.has(value)) this.replacements.set(value, by);
  }

  #pathText(): string {
    return this.#path.map(stepText).join("");
  }

  #error(reason: string): UserError {
    const path = this.#pathText().replace(/^\./, "");
    return new UserError(`${this.#what}${path === "" ? "" : ` at ${path}`} ${reason}.`);
  }
}

function stepText(step: Step): string {
  if (typeof step === "number") return `[${step}]`;
  if (typeof step === "object") return step.text;
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

/** Stands in {@link Findings.replacements} for a plain object that has the mark's name as a property. */
export const escaped = Symbol("escaped");

export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isCloneable(value: object): boolean {
  return (
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isArrayBuffer(value) ||
    types.isNativeError(value) ||
    types.isBoxedPrimitive(value)
  );
}

/** A result must not change after its task has ended, nor an argument after the call: shared memory is copied. */
function unsharedView(view: ArrayBufferView): ArrayBufferView {
  const View = view.constructor as new (buffer: ArrayBuffer) => ArrayBufferView; // each view's constructor takes one
  return new View(copyBytes(view.buffer, view.byteOffset, view.byteLength));
}

function copyBytes(buffer: ArrayBufferLike, offset: number, length: number): ArrayBuffer {
  const bytes = new Uint8Array(length);
  bytes.set(new Uint8Array(buffer, offset, length));
  return bytes.buffer;
}

function isTable(value: object): value is CrossingTable {
  return (
    "handle" in value &&
    typeof value.handle === "function" &&
    "columns" in value &&
    "session" in value &&
    typeof value.session === "object"
  );
}
