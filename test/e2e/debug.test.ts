import assert from "node:assert/strict";
import { useVsCode } from "./vs-code/session.ts";
import type { VsCodeWindow } from "./vs-code/window.ts";
import { latestRun, makeWorkspace, millrace, removeWorkspace } from "./vs-code/workspace.ts";

describe("In VS Code, Debug Flow", function () {
  this.timeout(180_000);
  const vsCode = useVsCode();
  let folder: string;
  let window: VsCodeWindow;

  beforeEach(async () => {
    folder = await makeWorkspace("steps.flow.ts");
    await millrace(folder, "run", "steps", "--pause", "1");
    window = await vsCode().open(folder);
    await window.openFile("steps.flow.ts");
    await window.page.locator(".codelens-decoration", { hasText: "Debug" }).waitFor();
  });

  afterEach(async () => {
    await window.close();
    await removeWorkspace(folder);
  });

  it("stops at breakpoints in a flow's body and in a task's, on its worker thread", async () => {
    await toggleBreakpoint(window, "return numbers.map");
    await toggleBreakpoint(window, "sum(weigh(");
    const { id: earlier } = await latestRun(folder);
    await window.command("Millrace: Debug Flow");
    await window.pick("Three Steps");
    await window.quickInput.locator(".monaco-list-row", { hasText: "count" }).waitFor();
    await window.page.keyboard.press("Enter");

    await stoppedAt(window, 27);
    await window.screenshot("debug-flow-body");
    await window.command("Debug: Continue");
    await stoppedAt(window, 12);
    await window.screenshot("debug-task-body");
    await window.page.locator(".debug-call-stack", { hasText: "Paused On Breakpoint" }).waitFor();
    await window.command("Debug: Continue");

    const run = await latestRun(folder, ({ id, state }) => id !== earlier && state !== undefined);
    assert.equal(run.state?.name, "Completed");
    await window.page.locator(".debug-toolbar").waitFor({ state: "hidden" });
  });

  it("debugs one task of a run, with the results that it was given", async () => {
    await toggleBreakpoint(window, "return numbers.map");
    await window.command("Millrace: Open Run");
    await window.panel.getByRole("treeitem", { name: "Weigh, Completed" }).click();
    await window.panel.getByRole("button", { name: "Debug from Here" }).click();
    await stoppedAt(window, 12);
    await window.screenshot("debug-one-task");
    await window.command("Debug: Continue");
    const run = await latestRun(folder, ({ attempt, state }) => attempt === 2 && state !== undefined);
    assert.equal(run.state?.name, "Completed");
    await window.page.locator(".debug-toolbar").waitFor({ state: "hidden" });
    await window.page.locator(".tab", { hasText: "Three Steps" }).click();
    await window.panel.getByRole("treeitem", { name: "Make numbers, Completed" }).click();
    await window.panel.getByText("yes, its result was taken over").waitFor();
  });
});

async function toggleBreakpoint(window: VsCodeWindow, text: string): Promise<void> {
  await window.page.locator(".view-line", { hasText: text }).first().click();
  await window.page.keyboard.press("F9");
}

async function stoppedAt(window: VsCodeWindow, line: number): Promise<void> {
  await window.page.locator(".debug-top-stack-frame-line").first().waitFor({ timeout: 60_000 });
  await window.page.locator(".statusbar-item", { hasText: `Ln ${line},` }).waitFor();
}
