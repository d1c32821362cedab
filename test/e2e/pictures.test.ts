import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { useVsCode } from "./vs-code/session.ts";
import { latestRun, makeWorkspace, millrace, removeWorkspace } from "./vs-code/workspace.ts";

const media = resolve(import.meta.dirname, "..", "..", "extension", "media", "walkthrough");

/** Takes the pictures of the walkthrough when MILLRACE_PICTURES is set: they are of the real thing. */
describe("In VS Code, the walkthrough's pictures", function () {
  this.timeout(120_000);
  if (!process.env.MILLRACE_PICTURES) {
    it("are taken when MILLRACE_PICTURES is set");
    return;
  }
  const vsCode = useVsCode();
  let folder: string;

  before(async () => {
    folder = await makeWorkspace("steps.flow.ts", "failing.flow.ts");
    await mkdir(media, { recursive: true });
    await millrace(folder, "init");
    for (const [flow, ...args] of [["steps"], ["failing"], ["steps", "--count", "9"]])
      await millrace(folder, "run", flow ?? "", ...args).catch(() => {}); // one of them fails, as it should
  });

  after(() => removeWorkspace(folder));

  it("are taken", async () => {
    const window = await vsCode().open(folder);
    await window.page.setViewportSize({ width: 1280, height: 800 });
    await window.page.emulateMedia({ colorScheme: "dark" });
    await window.showViews();
    await window.openFile("hello.flow.ts");
    await window.page.locator(".codelens-decoration", { hasText: "Debug" }).waitFor();
    await window.page.locator(".view-line", { hasText: "export default flow" }).click();
    await window.page.screenshot({
      path: join(media, "editor.png"),
      clip: { x: 352, y: 36, width: 900, height: 560 },
    });
    await window.command("Millrace: Run the Movie Ratings Example");
    await window.quickInput.locator(".monaco-list-row", { hasText: "threshold" }).waitFor();
    await window.page.keyboard.press("Enter");
    await latestRun(folder, ({ state }) => state?.name === "Completed", 60_000);
    await window.panel
      .getByRole("treeitem", { name: "Saving the similarity join results, Completed" })
      .waitFor();
    await window.page.locator(".statusbar-item", { hasText: "Medium Data" }).waitFor({ state: "detached" });
    await window.page.screenshot({ path: join(media, "panel.png") });
    await window.panel.getByRole("tab", { name: "Comparison" }).click();
    await window.panel.getByRole("option").first().waitFor();
    await window.page.screenshot({ path: join(media, "comparison.png") });
    const runs = await window.view("Runs").boundingBox();
    if (runs !== null)
      await window.page.screenshot({ path: join(media, "runs.png"), clip: { ...runs, height: 260 } });
  });
});
