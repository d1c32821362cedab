import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { useVsCode } from "./vs-code/session.ts";
import type { VsCodeWindow } from "./vs-code/window.ts";
import { latestRun, makeWorkspace, removeWorkspace } from "./vs-code/workspace.ts";

describe("In VS Code, the panel of any flow", function () {
  this.timeout(90_000);
  const vsCode = useVsCode();
  let folder: string;
  let window: VsCodeWindow;

  before(async () => {
    folder = await makeWorkspace("weather.flow.ts");
    window = await vsCode().open(folder);
    await window.command("Millrace: Run Flow");
    await window.pick("Weather");
    await latestRun(folder, ({ state }) => state?.name === "Completed");
    await window.panel.getByRole("treeitem", { name: "Publish, Completed" }).waitFor();
  });

  after(() => removeWorkspace(folder));

  const tab = (name: string | RegExp) => window.panel.getByRole("tab", { name }).click();

  it("has what its flow publishes: a table, a comparison, plots and text", async () => {
    await tab("Data");
    const table = window.panel.getByRole("table", { name: "Cities" });
    await table.getByRole("cell", { name: "Bergen" }).waitFor();
    const rows = await table.getByRole("row").allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.replaceAll("\n", " ")),
      [
        "city string station double satellite double rain double",
        "Bergen 7.6 8.1 2250",
        "Cairo 22.4 23.9 25",
        "Lima 19.3 18.2 16",
        "Oslo 6.9 6.9 763",
      ],
    );
    await window.screenshot("weather-data");
    await tab("Comparison");
    const pairs = window.panel.getByRole("listbox", { name: "Temperatures: pairs" });
    await pairs.getByRole("option").first().waitFor();
    const labels = await pairs
      .getByRole("option")
      .evaluateAll((options) => options.map((option) => option.getAttribute("aria-label")));
    assert.deepEqual(
      labels.map((label) => label?.split(",")[0]),
      ["Cairo", "Lima", "Bergen", "Oslo"],
    );
    await window.screenshot("weather-comparison");
    await tab("Artifacts");
    const choose = (title: string) => window.panel.getByRole("option", { name: title }).first().click();
    await choose("Report");
    await window.panel.locator(".markdown").getByRole("heading", { name: "Weather" }).waitFor();
    await choose("Rain by warmth");
    await window.panel.getByRole("application", { name: /^Rain by warmth/ }).waitFor();
    await choose("Rain");
    await window.panel.getByRole("img", { name: /^Rain: histogram/ }).waitFor();
    await window.screenshot("weather-artifacts");
  });

  it("passes axe in every view", async () => {
    const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    const found: string[] = [];
    for (const name of ["Graph", "Timeline", "Logs", "Data", "Comparison", "Artifacts"]) {
      await tab(new RegExp(`^${name}`));
      await window.page.waitForTimeout(300);
      const body = window.panel.locator("body");
      await body.evaluate((_, code) => void Reflect.apply(Function(code), globalThis, []), source);
      const violations = await body.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: typeof import("axe-core") }; // put there a line above
        const { violations } = await axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"],
        });
        return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`));
      });
      for (const violation of violations) found.push(`${name}: ${violation}`);
    }
    assert.deepEqual(found, []);
  });

  it("is worked by the keyboard alone", async () => {
    const { keyboard } = window.page;
    await tab("Graph");
    await keyboard.press("Tab");
    const focused = () =>
      window.panel
        .locator("body")
        .evaluate(
          () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent,
        );
    for (let i = 0; i < 30 && (await focused()) !== "Measure, Completed"; i++) await keyboard.press("Tab");
    await keyboard.press("ArrowRight");
    if ((await focused()) !== "Publish, Completed") await keyboard.press("ArrowDown");
    assert.equal(await focused(), "Publish, Completed");
    await keyboard.press("Enter");
    await window.panel.getByRole("heading", { name: "Publish-0" }).waitFor();
    await window.screenshot("weather-keyboard");
    await keyboard.press("Escape");
    await window.panel.getByRole("heading", { name: "Publish-0" }).waitFor({ state: "hidden" });
    assert.equal(await focused(), "Publish, Completed");
  });

  it("runs again from a node, and shows it in the same panel", async () => {
    await window.panel.getByRole("treeitem", { name: "Publish, Completed" }).click();
    await window.panel.getByRole("button", { name: "Re-run from Here" }).click();
    const run = await latestRun(folder, ({ attempt, state }) => attempt === 2 && state !== undefined);
    assert.equal(run.state?.name, "Completed");
    await window.panel.getByRole("treeitem", { name: "Measure, Completed" }).click();
    await window.panel.getByText("yes, its result was taken over").waitFor();
    assert.equal(await window.page.locator(".tab", { hasText: "Weather" }).count(), 1);
  });
});

describe("In VS Code, two panels on two live runs", function () {
  this.timeout(90_000);
  const vsCode = useVsCode();
  let folder: string;

  before(async () => {
    folder = await makeWorkspace("slow.flow.ts", "steps.flow.ts");
  });

  after(() => removeWorkspace(folder));

  it("don't disturb each other, and one that was hidden is current when it is shown", async () => {
    const window = await vsCode().open(folder);
    await window.command("Millrace: Run Flow");
    await window.pick("Slow");
    await window.panel.getByRole("treeitem", { name: "Dawdle, Running" }).waitFor();
    const slow = await latestRun(folder);
    await window.command("Millrace: Run Flow");
    await window.pick("Three Steps");
    await window.quickInput.locator(".monaco-list-row", { hasText: "count" }).waitFor();
    await window.page.keyboard.press("Enter");
    await latestRun(folder, ({ id, state }) => id !== slow.id && state?.name === "Completed");
    await window.panel.getByRole("treeitem", { name: "Sum, Completed" }).waitFor();
    const tabs = window.page.locator(".tab", { hasText: / · / });
    assert.equal(await tabs.count(), 2);
    await window.screenshot("two-panels");
    // Cancelled while its panel is hidden.
    await window.command("Millrace: Cancel Run");
    await latestRun(folder, () => true);
    await window.page.locator(".statusbar-item", { hasText: "Slow" }).waitFor({ state: "detached" });
    await tabs.filter({ hasText: "Slow" }).click();
    await window.panel.getByRole("treeitem", { name: "Dawdle, Cancelled" }).waitFor();
    await tabs.filter({ hasText: "Three Steps" }).click();
    await window.panel.getByRole("treeitem", { name: "Sum, Completed" }).waitFor();
  });
});

describe("In VS Code, a folder without flows", function () {
  this.timeout(90_000);
  const vsCode = useVsCode();
  let folder: string;

  before(async () => {
    folder = await makeWorkspace();
  });

  after(() => removeWorkspace(folder));

  it("offers to make the first, which runs as it is and whose editor knows the types", async () => {
    const window = await vsCode().open(folder);
    await window.showViews();
    await window.view("Flows").getByRole("button", { name: "New Flow" }).click();
    await window.answer("New Flow", "first-steps");
    await window.page.locator(".tab.active", { hasText: "first-steps.flow.ts" }).waitFor();
    await window.page.locator(".codelens-decoration", { hasText: "Debug" }).waitFor();
    await window.command("Millrace: Run Flow");
    await window.pick("First steps");
    await window.quickInput.locator(".monaco-list-row", { hasText: "Run" }).first().waitFor();
    await window.page.keyboard.press("Enter");
    const run = await latestRun(folder, ({ state }) => state !== undefined);
    assert.equal(run.state?.name, "Completed");
    await window.panel
      .getByRole("treeitem", { name: /, Completed$/ })
      .first()
      .waitFor();
    await window.screenshot("new-flow");
    await window.command("Problems: Focus on Problems View");
    await window.page.getByText("No problems have been detected").waitFor();
  });
});

describe("In VS Code, a flow whose folder has no types", function () {
  this.timeout(90_000);
  const vsCode = useVsCode();
  let folder: string;

  before(async () => {
    folder = await makeWorkspace("weather.flow.ts");
  });

  after(() => removeWorkspace(folder));

  it("gets them by a quick fix", async () => {
    const window = await vsCode().open(folder);
    await window.openFile("weather.flow.ts");
    await window.command("Problems: Focus on Problems View");
    await window.page
      .locator(".markers-panel .monaco-list-row", { hasText: "Cannot find module 'millrace'" })
      .first()
      .waitFor();
    await window.page.locator(".view-line", { hasText: 'from "millrace"' }).getByText('"millrace"').click();
    await window.page.keyboard.press("Control+.");
    await window.page.getByText("Set up the types of flows").first().waitFor();
    await window.screenshot("types-quick-fix");
    await window.page.keyboard.press("Enter");
    await window.page.getByText("No problems have been detected").waitFor();
    assert.ok(existsSync(join(folder, "tsconfig.json")));
  });
});
