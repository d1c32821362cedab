import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeRunName, nameOfRun } from "../../runtime/events/run-ids.ts";

describe("names in run ids", () => {
  it("come out as they went in, slashes and percent signs too", () => {
    assert.equal(encodeRunName("Load 50%/day-0"), "Load 50%25%2Fday-0");
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("a", "/", "%", "2", "F", "5", " ") }), { minLength: 1 }),
        (names) => {
          const id = names.map(encodeRunName).join("/");
          assert.equal(nameOfRun(id), names.at(-1));
          assert.deepEqual(id.split("/").map(nameOfRun), names);
        },
      ),
    );
  });
});
