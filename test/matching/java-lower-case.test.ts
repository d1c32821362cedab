import assert from "node:assert/strict";
import { toLowerCase } from "../../runtime/matching/lower-case.ts";
import { sparkVectors } from "./vectors.ts";

/** What Java 17 wrote (test/matching/java/MakeVectors.java). */
const java = sparkVectors<{
  lower: string;
  sigmas: { readonly [seen: string]: string };
  words: readonly string[];
  locales: readonly string[];
}>("java");

describe("Lower case is Java's", () => {
  it("for each code point", () => {
    const expected = new Map(
      java.lower
        .split("|")
        .filter((pair) => pair !== "")
        .map((pair) => {
          const one = String.fromCodePoint(pair.codePointAt(0) ?? 0);
          return [one, pair.slice(one.length)];
        }),
    );
    const different: string[] = [];
    for (let point = 1; point <= 0x10ffff; point++) {
      if ((point >= 0xd800 && point <= 0xdfff) || point === 0x7c) continue;
      const one = String.fromCodePoint(point);
      const lower = toLowerCase(one);
      if (lower !== (expected.get(one) ?? one)) different.push(`${point.toString(16)} ${lower}`);
    }
    assert.deepEqual(different, []);
  });

  it("for a sigma beside each code point", function () {
    this.timeout(120_000);
    const different: string[] = [];
    for (const [seen, ranges] of Object.entries(java.sigmas)) {
      forEachPoint(ranges, (point) => {
        const c = String.fromCodePoint(point);
        const found = [`A${c}Σ`, `${c}Σ`, `AΣ${c}b`, `AΣ${c}`].map((text) =>
          toLowerCase(text).includes("ς") ? "1" : "0",
        );
        // U+03C2 itself is one.
        if (point !== 0x3c2 && found.join("") !== seen)
          different.push(`${point.toString(16)}: ${found.join("")}, Java ${seen}`);
      });
    }
    assert.deepEqual(different.slice(0, 50), []);
  });

  it("for sigmas among all that makes words and numbers", () => {
    const cases = java.words.map((line) => line.split("|"));
    assert.deepEqual(
      cases.map(([given = ""]) => `${escaped(given)} -> ${escaped(toLowerCase(given))}`),
      cases.map(([given = "", lower = ""]) => `${escaped(given)} -> ${escaped(lower)}`),
    );
  });

  it("in the languages that have another", () => {
    const cases = java.locales.map((line) => line.split("|"));
    assert.deepEqual(
      cases.map(
        ([locale, given = ""]) => `${locale} ${escaped(given)} -> ${escaped(toLowerCase(given, locale))}`,
      ),
      cases.map(([locale, given = "", lower = ""]) => `${locale} ${escaped(given)} -> ${escaped(lower)}`),
    );
  });
});

function forEachPoint(ranges: string, visit: (point: number) => void): void {
  const numbers = ranges.split(" ").map((digits) => Number.parseInt(digits, 36));
  let last = 0;
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    const first = last + (numbers[at] ?? 0);
    last = first + (numbers[at + 1] ?? 0);
    for (let point = first; point <= last; point += stepAt(point)) visit(point);
  }
}

/** Of the long ranges of characters that are all alike, a few. */
function stepAt(point: number): number {
  const alike =
    (point >= 0x3400 && point < 0xa000) || (point >= 0xac00 && point < 0xf900) || point >= 0x20000;
  return alike && (point < 0xe0000 || point > 0xe01ff) ? 211 : 1;
}

function escaped(text: string): string {
  return text.replace(/[^ -~]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
