import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import fc from "fast-check";
import { thrownFrom } from "../../runtime/errors/error-from.ts";
import { fromPortable } from "../../runtime/errors/from-portable.ts";
import type { PortableValue } from "../../runtime/errors/portable-value.ts";
import { reportError } from "../../runtime/worker/error-report.ts";

describe("what was thrown, as an event holds it", () => {
  it("is the same again, whatever plain value it is", () => {
    fc.assert(
      fc.property(thrownValue(), (thrown) => {
        assert.deepStrictEqual(across(thrown), thrown);
      }),
      { numRuns: 100 },
    );
  });

  it("is an error again with its class of the language, name, message, fields, causes and errors in it", () => {
    fc.assert(
      fc.property(errorTree(2), (error) => {
        assert.equal(shown(across(error)), shown(error));
      }),
      { numRuns: 100 },
    );
  });

  it("keeps what Node, fetch, the DOM and zod put on their errors", async () => {
    const { readFileSync } = await import("node:fs");
    const { z } = await import("zod");
    const failures: (() => unknown)[] = [
      () => readFileSync("/no/such/file"),
      () => new URL("no url"),
      () => fetch("http://127.0.0.1:19999/"),
      () => AbortSignal.abort().throwIfAborted(),
      () => z.object({ n: z.number() }).parse({ n: "x" }),
      () => Promise.any([Promise.reject(new TypeError("a")), Promise.reject("b")]),
      () => JSON.parse("{"),
    ];
    const told = [];
    for (const failure of failures) {
      const thrown = await new Promise<unknown>((resolve) => Promise.resolve().then(failure).catch(resolve));
      const { code, message, name, cause, issues, errors } = across(thrown) as Record<string, unknown>; // errors, all
      assert.ok(across(thrown) instanceof Error, inspect(thrown));
      const more = [code, (cause as { code?: unknown })?.code, issues, errors].filter(
        (each) => each !== undefined,
      );
      told.push(
        `${String(name)}: ${String(message).split("\n")[0]} ${inspect(more, { breakLength: 300, depth: 0 })}`,
      );
    }
    assert.deepEqual(told, [
      "Error: ENOENT: no such file or directory, open '/no/such/file' [ 'ENOENT' ]",
      "TypeError: Invalid URL [ 'ERR_INVALID_URL' ]",
      "TypeError: fetch failed [ 'ECONNREFUSED' ]",
      "AbortError: This operation was aborted [ 20 ]",
      "ZodError: [ [ [Array] ]",
      "AggregateError: All promises were rejected [ [Array] ]",
      `SyntaxError: ${messageOfJson()} []`,
    ]);
  });

  it("is told whatever throws when it is looked at", () => {
    const trap = () => {
      throw new Error("no");
    };
    const traps: ProxyHandler<object> = {
      get: trap,
      getPrototypeOf: trap,
      ownKeys: trap,
      has: trap,
      getOwnPropertyDescriptor: trap,
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const hostile: unknown[] = [
      new Proxy(new Error("e"), traps),
      new Proxy({}, traps),
      revoked.proxy,
      Symbol("s"),
      () => 1,
      undefined,
      null,
      Object.create(null),
      ...["message", "stack", "name", "cause", "errors", "code"].map((name) =>
        Object.defineProperty(new Error("x"), name, { get: trap, enumerable: true }),
      ),
      Object.assign(new Error("x"), {
        message: Symbol("s"),
        name: Object.create(null),
        errors: [revoked.proxy],
      }),
      {
        get a() {
          return trap();
        },
      },
      Object.freeze(new Error("frozen")),
      Promise.reject(1).catch(() => 1),
      new WeakMap(),
      globalThis,
      process,
      createRequire(import.meta.url)("node:vm").runInNewContext("new RangeError('other realm')"),
    ];
    for (const thrown of hostile) {
      const report = reportError(thrown);
      assert.equal(typeof report.message, "string");
      thrownFrom(JSON.parse(JSON.stringify(report)));
    }
  });

  it("says what was left out of what is too large", () => {
    const deep = Array.from({ length: 20_000 }).reduce<Error>(
      (cause, _, i) => new Error(`${i}`, { cause }),
      new Error("first"),
    );
    const large = Object.assign(new Error("large"), {
      rows: Array.from({ length: 200_000 }, (_, i) => ({ i, text: "x".repeat(100) })),
    });
    for (const error of [deep, large]) assert.ok(JSON.stringify(reportError(error)).length < 4_000_000);
    assert.match(JSON.stringify(reportError(large)), /"told"/);
  });

  it("is nothing where a run's folder says what nothing was written as", () => {
    const written: unknown[] = [
      {},
      { root: { at: 5 }, objects: [] },
      { root: { at: 0 }, objects: [{ is: "error" }] },
      { root: { at: 0 }, objects: "no" },
      7,
    ];
    for (const thrown of written) {
      const report = { name: "RangeError", message: "no", thrown: thrown as PortableValue };
      const back = thrownFrom(report);
      assert.ok(back === undefined || back instanceof Error);
    }
    const polluting = {
      root: { at: 0 },
      objects: [{ is: "object" as const, fields: [["__proto__", { at: 0 }] as const] }],
    };
    assert.equal(Object.getPrototypeOf(fromPortable(polluting)), Object.prototype);
  });
});

function across(thrown: unknown): unknown {
  return thrownFrom(JSON.parse(JSON.stringify(reportError(thrown))));
}

function messageOfJson(): string {
  try {
    return JSON.parse("{");
  } catch (error) {
    return (error as Error).message; // JSON.parse throws nothing else
  }
}

/** All of an error that counts, as text; each object once. */
function shown(value: unknown, seen = new Map<unknown, number>()): string {
  if (Array.isArray(value)) return `[${value.map((item) => shown(item, seen)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return inspect(value);
  if (seen.has(value)) return `#${seen.get(value)}`;
  seen.set(value, seen.size);
  if (!(value instanceof Error)) return inspect(value, { depth: 9 });
  const fields = Object.getOwnPropertyNames(value)
    .filter((name) => !["stack", "message", "name"].includes(name))
    .sort();
  const told = fields.map(
    (name) => `${name}: ${shown((value as unknown as Record<string, unknown>)[name], seen)}`,
  );
  const kind = [AggregateError, TypeError, RangeError, Error].find((each) => value instanceof each)?.name;
  return `${kind} ${value.name} ${value.message} { ${told.join(", ")} }`;
}

function thrownValue(): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(undefined, null, "\ud800", -0),
    fc.date(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.float64Array(),
    fc.constantFrom(/a+/gu, new URL("http://h/p?q")),
  );
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie("value")),
      fc.dictionary(fc.string(), tie("value"), { noNullPrototype: true }),
      fc.array(fc.tuple(tie("value"), tie("value"))).map((entries) => new Map(entries)),
      fc.array(tie("value")).map((items) => new Set(items)),
    ),
  })).value;
}

function errorTree(depth: number): fc.Arbitrary<Error> {
  const inner: fc.Arbitrary<unknown> = depth === 0 ? fc.constant("the last") : errorTree(depth - 1);
  const name = fc.string({ minLength: 1 }).filter((each) => !ofEachError.includes(each));
  const field = fc.oneof(
    fc.string(),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    fc.array(fc.integer()),
    inner,
  );
  return fc
    .record({
      kind: fc.constantFrom("Error", "TypeError", "RangeError", "AggregateError", "own"),
      message: fc.string(),
      fields: fc.dictionary(name, field, { maxKeys: 3 }),
      cause: fc.option(inner, { nil: undefined }),
      errors: fc.array(inner, { maxLength: 2 }),
      isCyclic: fc.boolean(),
    })
    .map(({ kind, message, fields, cause, errors, isCyclic }) => {
      const options = cause === undefined ? {} : { cause };
      const error =
        kind === "AggregateError"
          ? new AggregateError(errors, message, options)
          : new { Error, TypeError, RangeError, own: HttpError }[kind](message, options);
      return Object.assign(error, { ...fields, ...(isCyclic ? { self: error } : {}) });
    });
}

const ofEachError = ["stack", "message", "name", "source", "errors", "cause", "__proto__", "self"];

class HttpError extends RangeError {
  override name = "HttpError";
}
