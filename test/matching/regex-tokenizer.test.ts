import assert from "node:assert/strict";
import { MatchingError, regexTokenize } from "../../runtime/matching.ts";

describe("RegexTokenizer", () => {
  it("refuses patterns that Java and JavaScript don't match alike", () => {
    const refused = [
      "a$",
      "\\bword\\b",
      "(a)\\1",
      "(?i)a",
      "(?<name>a)",
      "(?<=a)b",
      "(?>a)",
      "a++",
      "a{2}+",
      "\\Qa\\E",
      "[a-z&&[^b]]",
      "[a[b]]",
      "[]a]",
      "[a",
      "a{,2}",
      "\\R",
      "\\p{IsGreek}",
      "[\\P{Punct}]",
      "\\ud83d",
      "(",
      "[b-a]",
      "\\",
    ];
    const messages = refused.map((pattern) => {
      try {
        return `${pattern} gives ${JSON.stringify(regexTokenize(["abc"], { pattern }).tokens)}`;
      } catch (error) {
        if (!(error instanceof MatchingError)) throw error;
        return error.message.replace(/^RegexTokenizer: the pattern /, "").replace(/, which Java.*$/, "");
      }
    });
    assert.deepEqual(messages, [
      '"a$" has $ (in Java it also matches before a last line end; write \\z)',
      '"\\\\bword\\\\b" has \\b',
      '"(a)\\\\1" has \\1',
      '"(?i)a" has (?i',
      '"(?<name>a)" has (?<n',
      '"(?<=a)b" has (?<=',
      '"(?>a)" has (?>',
      '"a++" has a possessive quantifier',
      '"a{2}+" has a possessive quantifier',
      '"\\\\Qa\\\\E" has \\Q',
      '"[a-z&&[^b]]" has &&',
      '"[a[b]]" has a class within a class',
      '"[]a]" has []',
      '"[a" has a class without its ]',
      '"a{,2}" has {',
      '"\\\\R" has \\R',
      '"\\\\p{IsGreek}" has \\p{IsGreek}',
      '"[\\\\P{Punct}]" has \\P{Punct} in a class',
      '"\\\\ud83d" has a surrogate (\\ud83d)',
      `"(" isn't valid: Invalid regular expression: /(/gu: Unterminated group.`,
      `"[b-a]" isn't valid: Invalid regular expression: /[b-a]/gu: Range out of order in character class.`,
      '"\\\\" has a \\ at its end',
    ]);
  });
});
