import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Tests that drive a real browser, VS Code's or Chromium's, may fail once for what the machine does besides.
 * No other test is given a second chance: one that needs it hides a race.
 */
const inBrowser = ["e2e", "webview/page", "extension/extension-host"];

const folder = fileURLToPath(new URL(".", import.meta.url));

export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    const file = relative(folder, this.currentTest?.file ?? "").replaceAll(sep, "/");
    if (inBrowser.some((place) => file.startsWith(place))) this.currentTest?.retries(2);
  },
};
