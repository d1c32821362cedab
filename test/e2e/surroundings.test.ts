import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canary, makeHostileRuns } from "../hostile/hostile-runs.ts";
import { useVsCode, type VsCodeSession } from "./vs-code/session.ts";
import { latestRun, makeWorkspace, millrace, removeWorkspace } from "./vs-code/workspace.ts";

describe("In VS Code, a folder that isn't trusted", function () {
  this.timeout(90_000);
  const vsCode = useVsCode({ asksForTrust: true });
  let folder: string;

  before(async () => {
    folder = await makeWorkspace("steps.flow.ts");
    await millrace(folder, "run", "steps", "--pause", "1");
  });

  after(() => removeWorkspace(folder));

  it("has its flows listed and its past runs shown, and nothing runs", async () => {
    const window = await vsCode().open(folder);
    await window.showViews();
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Three Steps" }).waitFor();
    const run = window.view("Runs").locator(".monaco-list-row", { hasText: "Three Steps" });
    await run.click();
    await window.panel.getByRole("treeitem", { name: "Sum, Completed" }).waitFor();
    assert.equal(await window.offers("Millrace: Run Flow"), false);
    assert.equal(await window.offers("Millrace: Open Run"), true);
    await window.screenshot("untrusted");
  });

  it("may have hostile runs: each is shown or refused, nothing outside is read, and the window goes on", async () => {
    const { text } = await lookAtHostileRuns(vsCode());
    assert.ok(!text.includes(canary), "What lies outside of the folder is shown.");
  });
});

/** Opens a folder with a hostile run of each kind, and looks at runs until some are shown and some are refused. */
async function lookAtHostileRuns(session: VsCodeSession): Promise<{ readonly text: string }> {
  const room = await makeWorkspace();
  try {
    const base = join(room, "base");
    await mkdir(base);
    makeHostileRuns(base);
    const steps = join("workspace", "steps.flow.ts");
    await copyFile(join(import.meta.dirname, steps), join(base, "steps.flow.ts"));
    const window = await session.open(base);
    await window.showViews();
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Three Steps" }).waitFor();
    const rows = window.view("Runs").locator(".monaco-list-row");
    await rows.first().waitFor();
    // Days are closed; what can't be read is a line of its own.
    await rows.first().click();
    await window.view("Runs").locator('.monaco-list-row[aria-level="2"]').first().waitFor();
    const texts: string[] = [];
    for (const row of (await window.view("Runs").locator('.monaco-list-row[aria-level="2"]').all()).slice(
      0,
      8,
    )) {
      await row.click();
      const shown = window.panel.getByRole("heading").or(window.panel.getByText("can't be read"));
      await shown.first().waitFor();
      texts.push(await window.panel.locator("body").innerText());
    }
    texts.push(...(await window.viewLines("Runs")));
    assert.equal(await window.offers("Millrace: Open Run"), true);
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Three Steps" }).waitFor();
    await window.screenshot("hostile-runs");
    return { text: texts.join("\n") };
  } finally {
    await removeWorkspace(room);
  }
}

describe("In VS Code, several folders", function () {
  this.timeout(90_000);
  const vsCode = useVsCode();
  let folders: string[];

  before(async () => {
    folders = [await makeWorkspace("steps.flow.ts"), await makeWorkspace("failing.flow.ts", "slow.flow.ts")];
  });

  after(async () => {
    for (const folder of folders) await removeWorkspace(folder);
  });

  it("that are trusted may have hostile runs, too", async () => {
    const { text } = await lookAtHostileRuns(vsCode());
    assert.match(text, /\w/);
  });

  it("each keep their own runs, and all are listed together", async () => {
    const [first = "", second = ""] = folders;
    const workspace = join(first, "both.code-workspace");
    await writeFile(
      workspace,
      JSON.stringify({
        folders: [
          { path: first, name: "one" },
          { path: second, name: "two" },
        ],
        settings: { "files.exclude": { "**/slow.flow.ts": true } },
      }),
    );
    await millrace(first, "run", "steps", "--pause", "1");
    const window = await vsCode().open(workspace);
    await window.showViews();
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Three Steps" }).waitFor();
    await window.command("Millrace: Run Flow");
    await window.pick("Failing");
    const failed = await latestRun(second, ({ state }) => state !== undefined);
    assert.equal(failed.state?.name, "Failed");
    await window.view("Flows").locator(".monaco-list-row", { hasText: "Failed" }).waitFor();
    assert.deepEqual((await window.viewLines("Flows")).sort(), [
      "Failing Failed · two/failing.flow.ts",
      "Three Steps Completed · one/steps.flow.ts",
    ]);
    assert.equal((await window.viewLines("Runs")).length, 3);
    await window.screenshot("multi-root");
  });
});

describe("In VS Code, a window that is closed", function () {
  this.timeout(90_000);
  const vsCode = useVsCode();
  let folder: string;

  before(async () => {
    folder = await makeWorkspace("slow.flow.ts");
  });

  after(() => removeWorkspace(folder));

  it("leaves its run going, and the next window follows it", async () => {
    const window = await vsCode().open(folder);
    await window.command("Millrace: Run Flow");
    await window.pick("Slow");
    await window.panel.getByRole("treeitem", { name: "Dawdle, Running" }).waitFor();
    const { id } = await latestRun(folder);
    await window.close();
    const next = await vsCode().open(folder);
    await next.page.locator(".statusbar-item", { hasText: "Slow" }).click();
    await next.panel.getByRole("treeitem", { name: "Dawdle, Running" }).waitFor();
    await next.panel.getByRole("button", { name: "Cancel" }).click();
    const run = await latestRun(folder, ({ state }) => state !== undefined);
    assert.deepEqual([run.id, run.state?.name], [id, "Cancelled"]);
  });
});

describe("In VS Code, Node that can't run flows", function () {
  this.timeout(90_000);
  const vsCode = useVsCode();
  let folder: string;

  before(async () => {
    folder = await makeWorkspace("steps.flow.ts");
    await mkdir(join(folder, ".vscode"));
    await writeFile(join(folder, ".vscode", "settings.json"), '{ "millrace.nodePath": "/nowhere/node" }');
  });

  after(() => removeWorkspace(folder));

  it("is said, with a way to the setting", async () => {
    const window = await vsCode().open(folder);
    await window.command("Millrace: Run Flow");
    await window.pick("Three Steps");
    await window.notification("/nowhere/node, which can't be run as Node.js").waitFor();
    await window.screenshot("no-node");
    await window.page.getByRole("button", { name: "Choose Node.js" }).first().click();
    await window.page.locator(".settings-editor").waitFor();
  });
});
