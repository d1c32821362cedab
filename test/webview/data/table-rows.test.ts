import assert from "node:assert/strict";
import fc from "fast-check";
import { arrangePairs } from "../../../webview/comparison/pair-order.ts";
import { arrangeRows, isNumeric, toCsv, toTsv } from "../../../webview/data/table-rows.ts";
import { hostileText } from "../../hostile/hostile-text.ts";

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

  it("run as no formula in a spreadsheet, wherever it begins a cell; numbers stay numbers", () => {
    assert.equal(
      toCsv(["=name"], [["=1+1"], [-5], ["-5.5e3"], ["+x"], ["a;=1"], ["a\n@x"], ["\t =1"], ["a-b"]]),
      "'=name\r\n'=1+1\r\n-5\r\n-5.5e3\r\n'+x\r\n\"a;'=1\"\r\n\"a\n'@x\"\r\n\"\t '=1\"\r\na-b\r\n",
    );
    const near = fc.string({ unit: fc.constantFrom(...'=+-@;,\t\n\r" a1') });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(hostileText, near), near)), (texts) => {
        const cells = [",", ";", "\t"].flatMap((separator) => cellsOf(toCsv(["a", "b"], texts), separator));
        cells.push(...cellsOf(toTsv(["a", "b"], texts), "\t"));
        // Where the comma separates nothing, a number is followed by what comes after it.
        for (const cell of cells)
          if (/^\s*[=+\-@]/.test(cell)) assert.ok(Number.isFinite(Number(cell.split(",")[0])), cell);
      }),
    );
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

/** The cells as a spreadsheet reads them whose separator may be another: quotes count where a cell begins. */
function cellsOf(csv: string, separator: string): string[] {
  const cells = [""];
  let quoted = false;
  for (let i = 0; i < csv.length; i++) {
    const last = cells.length - 1;
    const character = csv.charAt(i);
    if (character === '"' && (quoted || cells[last] === "")) {
      if (quoted && csv.charAt(i + 1) === '"') cells[last] += csv.charAt(i++);
      else quoted = !quoted;
    } else if (!quoted && (character === separator || character === "\n" || character === "\r"))
      cells.push("");
    else cells[last] += character;
  }
  return cells;
}
