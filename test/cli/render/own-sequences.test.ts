import assert from "node:assert/strict";
import fc from "fast-check";
import { ownColours, terminalText } from "../../../runtime/cli/render/own-sequences.ts";
import { controlsIn, hostileText } from "../../hostile/hostile-text.ts";

const red = "\x1b[31m";

describe("what is printed", () => {
  it("has our colours, and shows a run's own as text", () => {
    const line = `${ownColours(red)}Failed${ownColours("\x1b[39m")} ${red}evil`;
    assert.equal(terminalText(line), `${red}Failed\x1b[39m \\x1b[31mevil`);
  });

  it("shows what pretends to be ours as text", () => {
    const guess = "\x1b[31;1000;1000;1000;1000m";
    assert.equal(terminalText(guess), "\\x1b[31;1000;1000;1000;1000m");
  });

  it("holds no sequence but ours, whatever stands between them", () => {
    fc.assert(
      fc.property(fc.array(hostileText), (texts) => {
        const printed = terminalText(texts.map((text) => ownColours(red) + text).join(""));
        const parts = printed.split(red);
        assert.equal(parts.length, texts.length + 1 || 1);
        for (const part of parts) assert.deepEqual(controlsIn(part, "\n\t"), []);
      }),
    );
  });
});
