import assert from "node:assert/strict";
import { JavaPattern } from "../../runtime/matching/java-pattern.ts";
import { MatchingError } from "../../runtime/matching.ts";
import { sparkVectors } from "./vectors.ts";

/** What Java 17 wrote (test/matching/java/MakeVectors.java): a pattern, then texts with the places where it is found. */
const { patterns } = sparkVectors<{ patterns: readonly (readonly string[])[] }>("java");

describe("A Java pattern", () => {
  it("is found where Java finds it", () => {
    const found = (pattern: string, text: string): string => {
      const places: string[] = [];
      new JavaPattern(pattern).forEachMatch(text, (from, to) => places.push(`${from}-${to}`));
      return places.join(" ");
    };
    const expected: string[] = [];
    const actual: string[] = [];
    for (const [pattern = "", ...lines] of patterns) {
      for (const line of lines) {
        const [text = "", places = ""] = line.split("|");
        expected.push(`${pattern} in ${JSON.stringify(text)}: ${places}`);
        actual.push(`${pattern} in ${JSON.stringify(text)}: ${found(pattern, text)}`);
      }
    }
    assert.deepEqual(actual, expected);
  });

  it("takes no more time than its length times the text's", () => {
    const text = "a".repeat(500);
    for (const pattern of [
      "(a+)+b",
      "(?:a|a)*b",
      "(?:a*)*b",
      "(?:(?:a?)*?)*b",
      "((?=a+b)a|a)*b",
      "(?:a{1,3}){1,3}b",
    ]) {
      let found = 0;
      new JavaPattern(pattern).forEachMatch(text, () => found++);
      assert.equal(found, 0, pattern);
    }
  });

  it("is refused where it isn't one", () => {
    const said = (pattern: string) => {
      try {
        return new JavaPattern(pattern) && "nothing";
      } catch (error) {
        return error instanceof MatchingError ? error.message : error;
      }
    };
    assert.deepEqual(["(a)*)", "((a)*", "(a)**", "(a){3,2}", "(?:(?:a{1000}){1000}){1000}"].map(said), [
      'RegexTokenizer: the pattern "(a)*)" isn\'t valid: there is a ) too many.',
      'RegexTokenizer: the pattern "((a)*" isn\'t valid: a ) is missing.',
      'RegexTokenizer: the pattern "(a)**" isn\'t valid: there is nothing that * could belong to.',
      'RegexTokenizer: the pattern "(a){3,2}" isn\'t valid: in {3,2} the most is below the least.',
      'RegexTokenizer: the pattern "(?:(?:a{1000}){1000}){1000}" isn\'t valid: with its counts written out it is too long.',
    ]);
  });
});
