import assert from "node:assert/strict";
import fc from "fast-check";
import { markdownText } from "../../runtime/shown-text/markdown.ts";
import { labelText, notificationText } from "../../runtime/shown-text/notification.ts";
import { visibleJson, visibleLine, visibleText } from "../../runtime/shown-text/visible-controls.ts";
import { controlsIn, hostileText } from "../hostile/hostile-text.ts";

describe("a run's text", () => {
  it("shows what a terminal would obey as text", () => {
    const shown = {
      "\x1b[2J\x1b[H": "\\x1b[2J\\x1b[H",
      "\x1b]52;c;ZWNobyBoaQ==\x07": "\\x1b]52;c;ZWNobyBoaQ==\\x07",
      "\x9b31m\x90q": "\\x9b31m\\x90q",
      "invoice\u202egpj.exe": "invoice\\u202egpj.exe",
      "50 %\r99 %": "50 %\\r99 %",
      "one\r\ntwo\tthree": "one\ntwo\tthree",
    };
    for (const [text, expected] of Object.entries(shown)) assert.equal(visibleText(text), expected);
    assert.equal(visibleLine("one\ntwo\tthree\r\n"), "one\\ntwo\\tthree\\r\\n");
  });

  it("stays what it is, if it is plain", () => {
    for (const text of ["Zürich – 東京", "👩‍👩‍👧 family", "a\\x1b", "שלום", "é"])
      assert.equal(visibleLine(text), text);
  });

  it("never holds a control character once it is shown", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.deepEqual(controlsIn(visibleText(text), "\n\t"), []);
        assert.deepEqual(controlsIn(visibleLine(text)), []);
      }),
    );
  });

  it("as JSON means the same, and holds no control character", () => {
    fc.assert(
      fc.property(fc.dictionary(hostileText, hostileText), (value) => {
        const json = visibleJson(JSON.stringify(value, undefined, 2));
        assert.deepEqual(controlsIn(json, "\n"), []);
        assert.deepEqual({ ...(JSON.parse(json) as object) }, { ...value });
      }),
    );
  });

  it("makes no link and no icon in a notification, a list or a lens", () => {
    assert.equal(
      notificationText("'[Show](command:workbench.action.openSettingsJson)' did not run"),
      "'[Show] (command:workbench.action.openSettingsJson)' did not run",
    );
    assert.equal(labelText("$(check) Completed\nalways"), "$ (check) Completed\\nalways");
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const shown of [notificationText(text), labelText(text)]) {
          assert.ok(!shown.includes("]("), shown);
          assert.deepEqual(controlsIn(shown, "\n\t"), []);
        }
        assert.ok(!labelText(text).includes("$("));
      }),
    );
  });

  it("is cut where it is longer than a notification, never within a character", () => {
    const shown = notificationText("😀".repeat(1_000));
    assert.equal(shown, `${"😀".repeat(200)}...`);
    assert.equal(notificationText(`x${"😀".repeat(1_000)}`), `x${"😀".repeat(199)}...`);
  });

  it("is no Markdown in a tooltip: each sign that could be is escaped, and no line begins with spaces", () => {
    assert.equal(
      markdownText("[x](command:y) <img src=z>\n    code https://e.x"),
      "\\[x\\]\\(command\\:y\\) \\<img src\\=z\\>  \ncode https\\:\\/\\/e\\.x",
    );
    fc.assert(
      fc.property(hostileText, (text) => {
        const unescaped = markdownText(text).replaceAll(/\\[!-/:-@[-`{-~]/g, "");
        assert.doesNotMatch(unescaped, /[!-/:-@[-`{-~]/);
        assert.doesNotMatch(unescaped, /\n[ \t]/);
      }),
    );
  });
});
