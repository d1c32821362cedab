import assert from "node:assert/strict";
import fc from "fast-check";
import { RunFuture } from "../../runtime/authoring/future.ts";
import {
  argumentValue,
  foldItems,
  mapArguments,
  unmapped,
  zipArguments,
} from "../../runtime/authoring/map-arguments.ts";

function rows(...args: unknown[]): unknown[][] {
  return zipArguments("Add", mapArguments("Add", args));
}

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  return "no error";
}

describe("the arguments of a map", () => {
  it("are zipped where they can be iterated over, and else the same for all", () => {
    assert.deepEqual(rows([1, 2], "text", new Set(["a", "b"])), [
      [1, "text", "a"],
      [2, "text", "b"],
    ]);
    assert.deepEqual(rows([1, 2], unmapped([8, 9])), [
      [1, [8, 9]],
      [2, [8, 9]],
    ]);
    const bytes = new Uint8Array([7, 8]);
    assert.deepEqual(rows({ constant: 1 }, new Map([["a", 1]]).entries(), bytes), [
      [{ constant: 1 }, ["a", 1], bytes],
    ]);
    assert.deepEqual(rows(new Float64Array([1, 2])), [[1], [2]]);
    assert.deepEqual(rows([]), []);
  });

  it("are read once, holes too, and are what they were given as", () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), fc.anything(), (items, constant) => {
        function* generate() {
          yield* items;
        }
        assert.deepEqual(
          rows(generate(), unmapped(constant)),
          items.map((item) => [item, constant]),
        );
        assert.deepEqual(mapArguments("Add", [items, unmapped(constant)]).map(argumentValue), [
          items,
          constant,
        ]);
      }),
    );
    assert.deepEqual(rows(new Array(2)), [[undefined], [undefined]]);
  });

  it("say what is wrong with them", () => {
    function* endless() {
      for (;;) yield 1;
    }
    async function* later() {}
    class Place {}
    const wrong: readonly (readonly unknown[])[] = [
      [],
      [undefined],
      [5],
      ["abc"],
      [{ a: 1 }],
      [later()],
      [Promise.resolve([1])],
      [new Place()],
      [unmapped([1])],
      [[1, 2], [1]],
      [endless()],
    ];
    assert.equal(
      wrong.map((args) => failure(() => rows(...args))).join("\n"),
      `TypeError: task 'Add' can't be mapped over nothing: it is undefined, and no list.
TypeError: task 'Add' can't be mapped over its arguments: it is undefined, and no list.
TypeError: task 'Add' can't be mapped over its arguments: it is a number (5), and no list.
TypeError: task 'Add' can't be mapped over its arguments: it is a text; a list of its letters is [...text].
TypeError: task 'Add' can't be mapped over its arguments: it is an object; a list of its values is Object.values(object).
TypeError: task 'Add' can't be mapped over its arguments: it is an async iterable; collect its items in an array first.
TypeError: task 'Add' can't be mapped over its arguments: it is a promise; await it first.
TypeError: task 'Add' can't be mapped over its arguments: it is no list (Place).
TypeError: task 'Add' can't be mapped over its arguments: all of them are unmapped.
RangeError: task 'Add': map was given lists of 2, 1 items. Its lists give one item each to each task run, so they have to be equally long; unmapped(list) gives the whole list to all.
RangeError: task 'Add': argument 1 of map gave more than 1000000 items, and no end was seen.`,
    );
  });
});

describe("the items of a fold", () => {
  it("are those of anything that can be iterated over", () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), (items) => {
        assert.deepEqual(foldItems("Apply", new Set(items)), [...new Set(items)]);
        assert.deepEqual(foldItems("Apply", items), items);
      }),
    );
  });

  it("have to be there", () => {
    const future = new RunFuture("Load-0", { result: async () => [], state: unasked, error: unasked });
    assert.equal(
      [future, undefined, "abc", 5].map((items) => failure(() => foldItems("Apply", items))).join("\n"),
      `TypeError: task 'Apply' can't be reduced over 'Load-0', whose items aren't there yet: how many task runs there are has to be known. Await it first.
TypeError: task 'Apply' can't be reduced over nothing: it is undefined, and no list.
TypeError: task 'Apply' can't be reduced over nothing: it is a text; a list of its letters is [...text].
TypeError: task 'Apply' can't be reduced over nothing: it is a number (5), and no list.`,
    );
  });
});

async function unasked(): Promise<never> {
  throw new Error("Nobody asks.");
}
