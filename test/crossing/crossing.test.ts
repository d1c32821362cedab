import assert from "node:assert/strict";
import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { RunFuture } from "../../runtime/authoring/future.ts";
import { fromBytes, toBytes } from "../../runtime/crossing/bytes.ts";
import { decode } from "../../runtime/crossing/decode.ts";
import { encode } from "../../runtime/crossing/encode.ts";

const noResources = () => undefined;

function future(run: string): RunFuture<unknown> {
  const never = () => new Promise<never>(() => {});
  return new RunFuture(run, { result: never, state: never, error: never });
}

/** A value as it is on the other side. */
function cross(value: unknown, results: Record<string, unknown> = {}): unknown {
  const { value: encoded } = encode(value, "The value", noResources);
  return decode(fromBytes(toBytes(encoded, "The value")), {
    result: (run) => results[run],
    resource: () => assert.fail(),
    table: () => assert.fail(),
  });
}

/** What an attempt to cross is refused with. */
function refusal(value: unknown): string {
  try {
    toBytes(encode(value, "Task 'T': argument", noResources).value, "Task 'T': argument");
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Plain data, with properties of the marks' name among the others. */
const plainData = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    // An invalid Date is unequal to itself: it has a test of its own.
    fc
      .anything({ maxDepth: 0, withBigInt: true, withDate: true })
      .filter((value) => !(value instanceof Date && Number.isNaN(value.getTime()))),
    fc.constantFrom(-0, Number.NaN, undefined, null, 2n ** 70n, "", "\ud800", "é"),
    fc.uint8Array(),
    fc.float64Array(),
    fc.constantFrom("result", "resource", "object", "table"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "$millrace", "value", "run", "0", "__proto__"), tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).value;

describe("crossing between threads", () => {
  it("brings any plain data over as it is", () => {
    fc.assert(
      fc.property(plainData, (value) => {
        // Marks in it, even though nothing needs one, make the encoder copy all of it.
        const arrived = cross([value, future("one")], { one: 1 });
        assert.deepStrictEqual(arrived, [value, 1]);
        assert.deepStrictEqual(cross(value), value);
      }),
      { numRuns: 500 },
    );
  });

  it("brings an invalid Date over as one", () => {
    const arrived = cross(new Date(Number.NaN));
    assert.ok(arrived instanceof Date);
    assert.ok(Number.isNaN(arrived.getTime()));
  });

  it("leaves what it is given alone, and doesn't copy what has nothing to replace", () => {
    const plain = { rows: [1, 2, { a: new Float64Array(3) }] };
    assert.equal(encode(plain, "The value", noResources).value, plain);
    const inner = { f: future("one") };
    const { value } = encode({ inner }, "The value", noResources);
    assert.notEqual(value, inner);
    assert.ok(inner.f instanceof RunFuture);
  });

  it("keeps cycles and shared parts", () => {
    const shared = { n: 1 };
    const cyclic: Record<string, unknown> = {
      left: shared,
      right: shared,
      $millrace: "result",
      f: future("one"),
    };
    cyclic.self = cyclic;
    cyclic.list = [cyclic];
    const arrived = cross(cyclic, { one: "here" }) as typeof cyclic & { list: unknown[] };
    assert.equal(arrived.self, arrived);
    assert.equal(arrived.list[0], arrived);
    assert.equal(arrived.left, arrived.right);
    assert.equal(arrived.$millrace, "result");
    assert.equal(arrived.f, "here");
  });

  it("puts results in place of futures in arrays, plain objects, Maps and Sets, and tells each place", () => {
    const one = future("one");
    const value = {
      list: [one, { deep: future("two") }],
      map: new Map([["k", one]]),
      set: new Set([one]),
      "odd key": one,
    };
    assert.deepEqual(
      encode([value, one], "The value", noResources).futures.map(
        ({ future, path }) => `${path} ${future.run}`,
      ),
      [
        "[0].list[0] one",
        "[0].list[1].deep two",
        '[0].map.get("k") one',
        "[0].set.values()[0] one",
        '[0]["odd key"] one',
        "[1] one",
      ],
    );
    assert.deepStrictEqual(cross(value, { one: 1, two: 2 }), {
      list: [1, { deep: 2 }],
      map: new Map([["k", 1]]),
      set: new Set([1]),
      "odd key": 1,
    });
  });

  it("refuses what can't cross, and says where it is and what to do", () => {
    class Movie {
      title = "Heat";
    }
    const cases: [unknown, string][] = [
      [[() => 1], "[0] is a function, which can't go to another thread: pass the data that it works on."],
      [
        { rows: [1, { callback: () => 1 }] },
        "rows[1].callback is a function, which can't go to another thread: pass the data that it works on.",
      ],
      [[Symbol("s")], "[0] is a symbol."],
      [[Promise.resolve(1)], "[0] is a promise: await it first."],
      [
        { "a b": new Movie() },
        '["a b"] is an instance of Movie, which would arrive without its class: pass plain data, or a resource.',
      ],
      [
        new Map([["m", new Movie()]]),
        '.get("m") is an instance of Movie, which would arrive without its class: pass plain data, or a resource.',
      ],
      [
        new Map([[{}, () => 1]]),
        ".values()[0] is a function, which can't go to another thread: pass the data that it works on.",
      ],
      [
        new Set([new WeakMap()]),
        ".values()[0] is an instance of WeakMap, which would arrive without its class: pass plain data, or a resource.",
      ],
      [
        [new URL("http://x")],
        "[0] is an instance of URL, which would arrive without its class: pass plain data, or a resource.",
      ],
      [
        [Object.create({ inherited: 1 })],
        "[0] is an instance of Object, which would arrive without its class: pass plain data, or a resource.",
      ],
      [
        [runInContext("({})", createContext())],
        "[0] is an instance of Object, which would arrive without its class: pass plain data, or a resource.",
      ],
    ];
    for (const [value, reason] of cases) {
      assert.equal(refusal(value), `Task 'T': argument at ${reason.replace(/^\./, "")}`);
    }
    let deep: unknown[] = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    assert.equal(
      refusal(deep),
      "Task 'T': argument at [0][0][0]... is nested more than 1000 levels deep, which can't be read again: pass a list of its parts.",
    );
  });

  it("copies memory that is shared, at the call", () => {
    const buffer = new SharedArrayBuffer(16);
    const view = new Float32Array(buffer, 4, 2);
    view.set([1.5, 2.5]);
    const { value } = encode({ view, twice: view, buffer }, "The value", noResources) as {
      value: { view: Float32Array; twice: Float32Array; buffer: ArrayBuffer };
    };
    view.set([9, 9]);
    assert.deepStrictEqual(value.view, new Float32Array([1.5, 2.5]));
    assert.equal(value.view, value.twice);
    assert.deepStrictEqual(new Float32Array(value.buffer), new Float32Array([0, 1.5, 2.5, 0]));
  });

  it("carries errors, expressions, holes, huge strings and large typed arrays", () => {
    const holes: number[] = [1];
    holes[2] = 3;
    const value = {
      error: new RangeError("r"),
      expression: /a+/giu,
      holes,
      text: "é".repeat(1_000_000),
      numbers: new Float64Array(1_000_000).fill(0.1),
    };
    const arrived = cross(value) as typeof value;
    assert.deepStrictEqual(arrived, value);
    assert.ok(arrived.error instanceof RangeError);
    assert.ok(!(1 in arrived.holes));
  });
});
