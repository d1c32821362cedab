import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { useVsCode } from "./vs-code/session.ts";
import type { VsCodeWindow } from "./vs-code/window.ts";
import { latestRun, makeWorkspace, removeWorkspace } from "./vs-code/workspace.ts";

/** The nine tasks of the case study, in the order in which the flow calls them. */
const tasks = [
  "Loading GroupLens movies",
  "Loading GroupLens rating",
  "Loading IMDB sample movies",
  "Average rating for the movies",
  "Training the data preprocessing pipeline",
  "Transform lens dataframe",
  "Transform IMDB dataframe",
  "Similarity join",
  "Saving the similarity join results",
];

describe("In VS Code, the movie flow that comes with Millrace", function () {
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

  it("runs from the palette with a changed threshold, in a folder that has nothing installed", async () => {
    await window.screenshot("welcome");
    await window.command("Millrace: Run Flow");
    await window.pick("movie-ratings");
    await window.pick("threshold");
    await window.answer("threshold", "0.6");
    await window.quickInput.locator(".monaco-list-row", { hasText: "0.6 (changed)" }).waitFor();
    await window.page.keyboard.press("Enter");
    await window.panel.getByRole("treeitem").first().waitFor();
    await window.screenshot("movie-flow-begins");
    const run = await latestRun(folder, ({ state }) => state !== undefined, 60_000);
    assert.deepEqual([run.state?.name, run.parameters], ["Completed", { threshold: 0.6 }]);
    for (const task of tasks)
      await window.panel.getByRole("treeitem", { name: `${task}, Completed` }).waitFor();
    assert.ok(existsSync(join(folder, "output_data", "final_result")));
    await window.screenshot("movie-flow");
  });

  it("shows each task's output at a click on its node", async () => {
    for (const task of tasks) {
      await window.panel.getByRole("treeitem", { name: `${task}, Completed` }).click();
      await window.panel.getByRole("heading", { name: `${task}-0` }).waitFor();
    }
    await window.panel.getByText('"output_data/final_result"').first().waitFor();
    await window.screenshot("movie-node");
    await window.panel.getByRole("treeitem", { name: "Similarity join, Completed" }).click();
    await window.panel.getByRole("columnheader", { name: "IMDB_Title" }).waitFor();
    await window.screenshot("movie-result");
  });

  it("is back after a reload of the window, with the tab that was chosen", async () => {
    await window.panel.getByRole("tab", { name: "Comparison" }).click();
    await window.panel.getByText("91 pairs").waitFor();
    await window.screenshot("movie-comparison");
    await window.reload();
    const tab = window.panel.getByRole("tab", { name: "Comparison", selected: true });
    await tab.waitFor();
    await window.panel.getByText("91 pairs").waitFor();
    await window.screenshot("movie-reloaded");
  });
});
