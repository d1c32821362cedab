import assert from "node:assert/strict";
import { arrangePairs } from "../../../webview/comparison/pair-order.ts";
import { arrangeRows, isNumeric, toCsv, toTsv } from "../../../webview/data/table-rows.ts";

const rows = [
  ["Heat", 8.2, null],
  ["balto", 7, "wolf"],
  ["Casino", null, "a,b"],
  ["Nixon 10", 7, 'say "hi"'],
] as const;

describe("a table's rows", () => {
  it("sort by numbers as numbers, equal ones as they came, nulls last either way", () => {
    assert.deepEqual(arrangeRows(rows, "", { column: 1, descending: false }), [1, 3, 0, 2]);
    assert.deepEqual(arrangeRows(rows, "", { column: 1, descending: true }), [0, 1, 3, 2]);
  });

  it("sort text as people do", () => {
    assert.deepEqual(arrangeRows(rows, "", { column: 0, descending: false }), [1, 2, 0, 3]);
    const numbered = [["Load-10"], ["Load-9"]];
    assert.deepEqual(arrangeRows(numbered, "", { column: 0, descending: false }), [1, 0]);
  });

  it("filter by text in any cell, upper and lower case alike", () => {
    assert.deepEqual(arrangeRows(rows, "WOLF", undefined), [1]);
    assert.deepEqual(arrangeRows(rows, "7", undefined), [1, 3]);
    assert.deepEqual(arrangeRows(rows, "null", undefined), []);
  });

  it("become CSV with quotes where they are needed, and nulls empty", () => {
    assert.equal(
      toCsv(["title", "rating", "note"], rows),
      'title,rating,note\r\nHeat,8.2,\r\nbalto,7,wolf\r\nCasino,,"a,b"\r\nNixon 10,7,"say ""hi"""\r\n',
    );
  });

  it("become text for the clipboard without breaks in cells", () => {
    assert.equal(toTsv(["a"], [["x\ty\nz"]]), "a\nx y z");
  });

  it("stand at the right edge where they are numbers", () => {
    const types = ["BIGINT", "DOUBLE", "DECIMAL(10,2)", "long", "VARCHAR", "INTERVAL", "DOUBLE[]"];
    assert.deepEqual(types.filter(isNumeric), ["BIGINT", "DOUBLE", "DECIMAL(10,2)", "long"]);
  });
});

describe("a comparison's pairs", () => {
  const pairs = [
    { label: "Heat", left: 8, right: 7.5 },
    { label: "Balto", left: 5, right: 8, detail: "Balto (1995)" },
    { label: "Casino", left: 7, right: 7 },
  ];

  it("are listed by difference, agreement, name or value", () => {
    assert.deepEqual(arrangePairs(pairs, "difference", ""), [1, 0, 2]);
    assert.deepEqual(arrangePairs(pairs, "agreement", ""), [2, 0, 1]);
    assert.deepEqual(arrangePairs(pairs, "name", ""), [1, 2, 0]);
    assert.deepEqual(arrangePairs(pairs, "right", ""), [1, 0, 2]);
  });

  it("are found by label and detail", () => {
    assert.deepEqual(arrangePairs(pairs, "name", "1995"), [1]);
  });
});
