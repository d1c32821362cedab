import assert from "node:assert/strict";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nameOfRunId } from "../../runtime/store/run-id.ts";
import { useVsCode } from "./vs-code/session.ts";
import type { VsCodeWindow } from "./vs-code/window.ts";
import { latestRun, makeWorkspace, millrace, removeWorkspace } from "./vs-code/workspace.ts";

describe("In VS Code, flows and runs", function () {
  this.timeout(90_000);
  const vsCode = useVsCode();
  let folder: string;
  let window: VsCodeWindow;

  before(async () => {
    folder = await makeWorkspace("steps.flow.ts", "slow.flow.ts", "failing.flow.ts");
    window = await vsCode().open(folder);
    await window.showViews();
  });

  after(() => removeWorkspace(folder));

  it("lists the flows of the folder by their names", async () => {
    const lines = window.view("Flows").locator(".monaco-list-row");
    await lines.nth(2).waitFor();
    await lines.filter({ hasText: "Three Steps" }).waitFor();
    assert.deepEqual(await window.viewLines("Flows"), [
      "Failing failing.flow.ts",
      "Slow slow.flow.ts",
      "Three Steps steps.flow.ts",
    ]);
  });

  it("shows a broken flow file in the tree and in Problems, with its cause and place", async () => {
    await writeFile(
      join(folder, "broken.flow.ts"),
      'import { flow } from "millrace";\n\nexport default flow(\n',
    );
    const line = window.view("Flows").locator(".monaco-list-row", { hasText: "broken.flow.ts" });
    await line.waitFor();
    await window.command("Problems: Focus on Problems View");
    const problem = window.page.locator(".markers-panel .monaco-list-row", { hasText: "Millrace" }).first();
    await problem.waitFor();
    await window.screenshot("problems");
    await problem.getByText("Unexpected token").waitFor();
    await writeFile(
      join(folder, "broken.flow.ts"),
      'import { flow } from "millrace";\n\nexport default flow({ name: "Mended" }, () => {});\n',
    );
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Mended" }).waitFor();
    await problem.waitFor({ state: "detached" });
    await window.page.keyboard.press("Control+J");
  });

  it("offers Run, Debug and Graph above a flow", async () => {
    await window.openFile("steps.flow.ts");
    const lens = window.page.locator(".codelens-decoration");
    await lens.filter({ hasText: "Debug" }).first().waitFor();
    const links = (await lens.first().locator("a").allInnerTexts()).map((link) => link.trim());
    assert.deepEqual(links, ["Run", "Debug", "Graph"]);
    await window.screenshot("lenses");
  });

  it("runs a flow from the palette with a changed parameter, and shows it in its panel", async () => {
    await window.command("Millrace: Run Flow");
    await window.pick("Three Steps");
    await window.quickInput.locator(".monaco-list-row", { hasText: "count" }).waitFor();
    await window.screenshot("form");
    await window.pick("count");
    await window.type("count", "1000");
    await window.quickInput.getByText("Give 100 or less.").waitFor();
    await window.screenshot("form-problem");
    await window.answer("count", "7");
    await window.quickInput.locator(".monaco-list-row", { hasText: "7 (changed)" }).waitFor();
    await window.page.keyboard.press("Enter");
    const run = await latestRun(folder, ({ state }) => state !== undefined);
    assert.deepEqual([run.state?.name, run.parameters], ["Completed", { count: 7 }]);
    await window.panel.getByRole("treeitem", { name: "Weigh, Completed" }).first().waitFor();
    await window.screenshot("run-completed");
    const [day, line] = await window.viewLines("Runs");
    assert.deepEqual([day, line?.startsWith("Three Steps")], ["Today 1", true]);
  });

  it("shows a run of a terminal while it runs", async () => {
    const call = millrace(folder, "run", "slow");
    const line = window.view("Runs").locator(".monaco-list-row", { hasText: "Slow" }).first();
    await line.waitFor();
    await window.page.locator(".statusbar-item", { hasText: "Slow" }).waitFor();
    await window.screenshot("run-from-terminal");
    await window.command("Millrace: Cancel Run");
    await call.catch(() => {}); // 130: cancelled
    const run = await latestRun(folder, ({ state }) => state !== undefined);
    assert.equal(run.state?.name, "Cancelled");
    await window.page.locator(".statusbar-item", { hasText: "Slow" }).waitFor({ state: "detached" });
    await window.screenshot("run-cancelled");
  });

  it("resumes a run that failed, from what failed", async () => {
    await window.command("Millrace: Run Flow");
    await window.pick("Failing");
    const failed = await latestRun(folder, ({ state }) => state?.name === "Failed");
    await window.panel.getByRole("treeitem", { name: "Check, Failed" }).first().waitFor();
    await window.screenshot("run-failed");
    await writeFile(join(folder, "mended"), "");
    await window.command("Millrace: Resume Run");
    await window.pick("Failing");
    const resumed = await latestRun(folder, ({ attempt, state }) => attempt === 2 && state !== undefined);
    assert.deepEqual([resumed.id, resumed.state?.name], [failed.id, "Completed"]);
    await window.panel.getByRole("treeitem", { name: "Check, Completed" }).first().waitFor();
    await window.screenshot("run-resumed");
  });

  it("remembers the parameters of the last run, and runs again with those of a run", async () => {
    await window.command("Millrace: Run Flow");
    await window.pick("Three Steps");
    await window.quickInput.locator(".monaco-list-row", { hasText: "7 (changed)" }).waitFor();
    await window.page.keyboard.press("Escape");
    await window.view("Runs").locator(".monaco-list-row", { hasText: "Three Steps" }).first().click();
    await window.panel.getByRole("heading", { name: "Three Steps" }).waitFor();
    await window.command("Millrace: Run Flow Again");
    const again = await latestRun(folder, ({ flow, state }) => flow === "Three Steps" && state !== undefined);
    assert.deepEqual([again.state?.name, again.parameters], ["Completed", { count: 7 }]);
    await window.view("Runs").locator(".monaco-list-row", { hasText: "Three Steps" }).nth(1).waitFor();
    await window.page.locator(".tab.active", { hasText: nameOfRunId(again.id) }).waitFor();
  });

  it("keeps a pinned panel, and opens another run beside it", async () => {
    const tabs = window.page.locator(".tab", { hasText: / · / });
    await window.view("Runs").locator(".monaco-list-row", { hasText: "Three Steps" }).first().click();
    await window.panel.getByRole("heading", { name: "Three Steps" }).waitFor();
    await window.command("Millrace: Keep This Run's Panel");
    await window.page.locator(".tab", { hasText: "Three Steps · " }).waitFor();
    await window.view("Runs").locator(".monaco-list-row", { hasText: "Failing" }).first().click();
    await window.panel.getByRole("heading", { name: "Failing" }).waitFor();
    await tabs.nth(1).waitFor();
    assert.equal(await tabs.count(), 2);
  });

  it("deletes a run after a question", async () => {
    const runs = window.view("Runs").locator(".monaco-list-row");
    const slow = runs.filter({ hasText: "Slow" });
    await slow.hover();
    await slow.getByRole("button", { name: "Delete Run" }).click();
    await window.page.getByText("Its log, results and artifacts are deleted from the disk.").waitFor();
    await window.screenshot("delete-run");
    await window.page.locator(".monaco-dialog-box").getByRole("button", { name: "Delete" }).click();
    await slow.waitFor({ state: "detached" });
    assert.equal((await readdir(join(folder, ".millrace", "runs"))).length, 3);
  });

  it("keeps secrets, gives them to runs where nobody sees them, and asks again for what a run didn't keep", async () => {
    const everything = async () => {
      const run = await latestRun(folder, ({ flow, state }) => flow === "Keyed" && state !== undefined);
      const at = join(folder, ".millrace", "runs", run.id);
      const texts = ["run.json", "events.jsonl"].map((name) => readFile(join(at, name), "utf8"));
      return (await Promise.all([...texts, readFile(join(folder, "seen.txt"), "utf8")])).join("\n");
    };
    await copyFile(join(import.meta.dirname, "workspace", "keyed.flow.ts"), join(folder, "keyed.flow.ts"));
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Keyed" }).waitFor();
    await window.command("Millrace: Run Flow");
    await window.pick("Keyed");
    await window.pick("pin");
    await window.answer("pin", "pin-271828");
    await window.quickInput.locator(".monaco-list-row", { hasText: "(changed)" }).waitFor();
    await window.page.keyboard.press("Enter");
    await window.answer("Set Secret API_KEY", "key-314159");
    const failed = await latestRun(folder, ({ flow, state }) => flow === "Keyed" && state !== undefined);
    assert.deepEqual([failed.state?.name, failed.parameters], ["Failed", { pin: "***" }]);
    assert.match(await everything(), /called with \*\*\* and \*\*\*/);
    assert.doesNotMatch(await everything(), /271828|314159/);
    await writeFile(join(folder, "answering"), "");
    await window.command("Millrace: Resume Run");
    await window.answer("pin", "pin-271828");
    const resumed = await latestRun(folder, ({ attempt, state }) => attempt === 2 && state !== undefined);
    assert.deepEqual([resumed.flow, resumed.state?.name], ["Keyed", "Completed"]);
    assert.doesNotMatch(await everything(), /271828|314159/);
    await window.command("Millrace: Delete Secret");
    await window.pick("API_KEY");
    await window.command("Millrace: Delete Secret");
    await window.notification("This workspace has no secrets.").waitFor();
  });
});
