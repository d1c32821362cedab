import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { replaceSharedSpark } from "./spark/server.ts";

/**
 * Tests that drive a real browser, VS Code's or Chromium's, may fail once for what the machine does besides; and a Spark
 * server has been seen to run no more jobs, once in many runs of all tests.
 * No other test is given a second chance: one that needs it hides a race.
 */
const inBrowser = ["e2e/", "webview/page/", "extension/extension-host"];
const onSpark = ["spark/", "tables/spark", "tables/parity/"];

const folder = fileURLToPath(new URL(".", import.meta.url));

function isIn(places: readonly string[], test: Mocha.Test | undefined): boolean {
  const file = relative(folder, test?.file ?? "").replaceAll(sep, "/");
  return places.some((place) => file.startsWith(place));
}

/** Suites of both engines have the engine's name in their title. */
const isOnSpark = (test: Mocha.Test | undefined): boolean =>
  isIn(onSpark, test) && /spark/i.test(test?.fullTitle() ?? "");

export const mochaHooks = {
  beforeEach(this: Mocha.Context): void {
    if (isIn(inBrowser, this.currentTest)) this.currentTest?.retries(2);
    if (isOnSpark(this.currentTest)) this.currentTest?.retries(1);
  },

  /** A retry begins with everything new: here a server, since whatever keeps the last one from work goes on to. */
  async afterEach(this: Mocha.Context): Promise<void> {
    const { currentTest } = this;
    if (currentTest?.timedOut !== true || !isOnSpark(currentTest)) return;
    this.timeout(120_000);
    await replaceSharedSpark();
  },
};
