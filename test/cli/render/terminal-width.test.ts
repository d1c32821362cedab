import assert from "node:assert/strict";
import fc from "fast-check";
import stringWidth from "string-width";
import { terminalWidth } from "../../../runtime/cli/render/terminal-width.ts";

const piece = fc.oneof(
  fc.stringMatching(/^[ -~]{0,12}$/),
  fc.constantFrom("1\ufe0f\u20e3", "e\u0301", "✔ ", "日本", "👩‍👩‍👧", "🇩🇪", "\u200d", "\u0301", "한"),
);

describe("the width of a text on a terminal", () => {
  it("is what string-width says, which takes long over long texts", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join("");
        assert.equal(terminalWidth(text), stringWidth(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
