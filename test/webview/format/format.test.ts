import assert from "node:assert/strict";
import { formatDuration, formatElapsed } from "../../../webview/format/durations.ts";
import { formatNumber, formatQuantity, formatValue, shorten } from "../../../webview/format/values.ts";

describe("formatting", () => {
  it("tells spans of time in the unit that suits them", () => {
    const spans = [0, 0.4, 999, 999.6, 4200, 59_940, 59_960, 125_000, 3_725_000, -5];
    assert.deepEqual(spans.map(formatDuration), [
      "0 ms",
      "0 ms",
      "999 ms",
      "1.0 s",
      "4.2 s",
      "59.9 s",
      "1 min 00 s",
      "2 min 05 s",
      "1 h 02 min",
      "0 ms",
    ]);
  });

  it("counts running time in whole seconds, and never backwards", () => {
    assert.deepEqual([0, 999, 1000, 61_900, -20].map(formatElapsed), [
      "0 s",
      "0 s",
      "1 s",
      "1 min 01 s",
      "0 s",
    ]);
  });

  it("shows values as they are, fractions with six digits at most", () => {
    assert.deepEqual([null, "x", 12_345_678, 1 / 3, true, { a: [1] }].map(formatValue), [
      "null",
      "x",
      "12345678",
      "0.333333",
      "true",
      '{"a":[1]}',
    ]);
    assert.equal(formatNumber(Number.NaN), "NaN");
  });

  it("counts things in words", () => {
    assert.deepEqual([formatQuantity(1, "row"), formatQuantity(9742, "row")], ["1 row", "9,742 rows"]);
    assert.equal(shorten("abcdef", 4), "abc…");
  });
});
