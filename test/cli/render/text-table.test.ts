import assert from "node:assert/strict";
import { artifactText } from "../../../runtime/cli/render/artifact-text.ts";
import { duration } from "../../../runtime/cli/render/durations.ts";
import { textTable } from "../../../runtime/cli/render/text-table.ts";
import { text } from "../cli.ts";

describe("a table on a terminal", () => {
  const columns = [
    { title: "Title" },
    { title: "Year", align: "right" as const },
    { title: "Note", least: 4 },
  ];
  const rows = [
    ["Léon", "1994", "a long note that goes on\nand on"],
    ["七人の侍", "954", "short"],
  ];

  it("is as wide as its cells, wide characters counted as such", () => {
    assert.equal(
      textTable(columns, rows).join("\n"),
      text`
        Title     Year  Note
        Léon      1994  a long note that goes on and on
        七人の侍   954  short`,
    );
  });

  it("is cut where it is widest", () => {
    assert.equal(
      textTable(columns, rows, 30).join("\n"),
      text`
        Title     Year  Note
        Léon      1994  a long note t…
        七人の侍   954  short`,
    );
  });

  it("has its titles when it has no rows", () => {
    assert.deepEqual(textTable(columns, []), ["Title  Year  Note"]);
  });
});

describe("an artifact on a terminal", () => {
  const place = { rows: 2, columns: 40, file: "/run/artifacts/1.json" };

  it("shows a table's first rows, and how many there are", () => {
    assert.equal(
      artifactText(
        {
          kind: "table",
          columns: [
            { name: "title", type: "string" },
            { name: "rating", type: "double" },
          ],
          rows: [
            ["Ran", 8.123456],
            [null, 1],
            ["third", 2],
          ],
          total: 99,
        },
        place,
      ).join("\n"),
      text`
        title  rating
        Ran    8.1235
        null        1
        ... 2 of 99 rows`,
    );
  });

  it("shows of a check whether it passed, what it found, and rows that violate it", () => {
    const columns = [{ name: "id", type: "long" }];
    const found = { passed: false, violations: 3, checked: 120, columns, rows: [[1], [20], [3]] };
    const none = { passed: true, violations: 0, columns: [], rows: [] };
    const place = { rows: 2, columns: 80, file: "" };
    const shown = [
      artifactText({ kind: "check", severity: "error", ...found }, place),
      artifactText({ kind: "check", severity: "warn", ...found, violations: 1, rows: [] }, place),
      artifactText({ kind: "check", severity: "error", ...none }, place),
    ];
    assert.equal(
      shown.flat().join("\n"),
      [
        "✘ Failed: 3 violations in 120 rows",
        "id",
        " 1",
        "20",
        "... 2 of 3 rows",
        "! Warning: 1 violation in 120 rows",
        "✔ Passed: No violations",
      ].join("\n"),
    );
  });

  it("shows a histogram's bars on one scale, none of them hidden", () => {
    assert.equal(
      artifactText(
        { kind: "histogram", edges: [0, 0.25, 0.5, 0.75, 1], counts: [1000, 500, 1, 0], label: "distance" },
        place,
      ).join("\n"),
      text`
        distance
          0 to 0.25  1000  ${"█".repeat(21)}
        0.25 to 0.5   500  ${"█".repeat(10)}▌
        0.5 to 0.75     1  ▏
          0.75 to 1     0`,
    );
  });
});

describe("a duration", () => {
  it("has three digits, or minutes, or hours", () => {
    assert.deepEqual([0, 49, 994, 995, 1234, 99_949, 99_950, 245_400, 3_599_600, 12_345_678].map(duration), [
      "0.00 s",
      "0.05 s",
      "0.99 s",
      "1.0 s",
      "1.2 s",
      "99.9 s",
      "1 min 40 s",
      "4 min 05 s",
      "1 h 00 min",
      "3 h 25 min",
    ]);
  });
});
