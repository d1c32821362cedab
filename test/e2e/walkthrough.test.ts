import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useVsCode } from "./vs-code/session.ts";
import type { VsCodeWindow } from "./vs-code/window.ts";
import { latestRun, makeWorkspace, millrace, removeWorkspace } from "./vs-code/workspace.ts";

describe("In VS Code, the walkthrough", function () {
  this.timeout(120_000);
  const vsCode = useVsCode();
  let folder: string;
  let window: VsCodeWindow;

  before(async () => {
    folder = await makeWorkspace();
    window = await vsCode().open(folder);
    await window.showViews();
  });

  after(() => removeWorkspace(folder));

  /** Waits until the steps that are done are these. */
  async function untilDone(...titles: readonly string[]): Promise<void> {
    const checked = window.page.locator(".getting-started-step:has(.codicon-getting-started-step-checked)");
    const deadline = Date.now() + 60_000;
    let shown: string[] = [];
    while (Date.now() < deadline) {
      shown = (await checked.locator(".step-title").allInnerTexts()).map((title) => title.trim());
      if (shown.join() === titles.join()) return;
      await window.page.waitForTimeout(100);
    }
    assert.deepEqual(shown, titles);
  }

  it("leads from nothing to a flow of one's own, each step done by what was done", async () => {
    await window.command("Welcome: Open Walkthrough...");
    await window.pick("Get Started with Millrace");
    await untilDone();
    await millrace(folder, "init");
    await untilDone("Write a flow of your own");
    await millrace(folder, "run", "hello");
    await untilDone("Write a flow of your own", "Run it");
    await millrace(folder, "run", "hello");
    await untilDone("Write a flow of your own", "Run it", "Change it, and run it again");
    const file = join(folder, "hello.flow.ts");
    const whole = await readFile(file, "utf8");
    await writeFile(file, whole.replace(/(task\([^=]*=> *\{?)/, '$1 throw new Error("broken");'));
    await millrace(folder, "run", "hello").catch(() => {}); // it fails, as it should
    await latestRun(folder, ({ state }) => state?.name === "Failed", 60_000);
    await writeFile(file, whole);
    await millrace(folder, "resume");
    await untilDone(
      "Write a flow of your own",
      "Run it",
      "Change it, and run it again",
      "Go on after a failure",
    );
    await window.screenshot("walkthrough");
  });
});
