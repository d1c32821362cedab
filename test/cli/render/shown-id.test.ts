import assert from "node:assert/strict";
import { shownId } from "../../../runtime/cli/render/shown-id.ts";

const deep = (depth: number, name = "Down-0") => Array.from({ length: depth }, () => name).join("/");

describe("the id of a run in a table", () => {
  it("is whole where it is short, and where a few long names make it long", () => {
    assert.equal(shownId(deep(10)), deep(10));
    assert.equal(shownId(deep(3, "x".repeat(300))), deep(3, "x".repeat(300)));
  });

  it("has its first and last names where it is deep, so that a table of such runs grows with their number", () => {
    assert.equal(shownId(`A-0/${deep(800)}/Load-3`), "A-0/Down-0/… 798 more …/Down-0/Load-3");
    const size = (runs: number) =>
      Array.from({ length: runs }, (_, i) => shownId(deep(i + 1)).length).reduce((sum, n) => sum + n, 0);
    assert.ok(size(1_600) < 2.2 * size(800));
  });
});
