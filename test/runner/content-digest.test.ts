import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { contentDigest } from "../../runtime/runner/content-digest.ts";

const digest = (value: unknown) => contentDigest(value, async (marked) => JSON.stringify(marked));

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(0, -0, 1, "1", true, null, undefined, 1n, Number.NaN, "", "a", "a;b", "key 1:a;"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(tie("value"), { maxLength: 2 }).map((items) => new Set(items)),
    fc.uint8Array({ maxLength: 3 }),
    fc.date({ noInvalidDate: true }),
  ),
})).value;

function withKeysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysReversed);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, withKeysReversed(item)]),
  );
}

describe("a digest of content", () => {
  it("is the same for equal values however their properties are ordered, and differs for others", async () => {
    await fc.assert(
      fc.asyncProperty(value, value, async (left, right) => {
        assert.equal(await digest(left), await digest(withKeysReversed(structuredClone(left))));
        if (!isDeepStrictEqual(left, right)) assert.notEqual(await digest(left), await digest(right));
      }),
      { numRuns: 1000 },
    );
  });

  it("tells apart what would read alike if written one after the other", async () => {
    const alike = [
      ["x;string:y", "z"],
      ["x", "y;string:z"],
      [["x"], "y"],
      ["x", ["y"]],
      [[], []],
      [[[]]],
      { a: [] },
      [{ a: 1 }],
      [{ a: 1 }, {}],
      [new Map([["a", 1]])],
      [["a", 1]],
      [new Set(["a", 1])],
    ];
    assert.equal(new Set(await Promise.all(alike.map(digest))).size, alike.length);
  });

  it("takes marks by what they stand for, the user's own properties of that name as they are, and cycles", async () => {
    const mark = (run: string) => ({ $millrace: "result", run });
    const own = (run: string) => ({ $millrace: "object", value: mark(run) });
    assert.notEqual(await digest([mark("a")]), await digest([mark("b")]));
    assert.notEqual(await digest([mark("a")]), await digest([own("a")]));
    assert.equal(await contentDigest([mark("a")], async () => undefined), undefined);
    assert.notEqual(await contentDigest([own("a")], async () => undefined), undefined);
    const cyclic: unknown[] = [1];
    cyclic.push(cyclic);
    const longer: unknown[] = [1, [1]];
    longer.push(longer);
    assert.notEqual(await digest(cyclic), await digest(longer));
  });
});
