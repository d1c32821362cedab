import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { makeState } from "../../../runtime/events/states.ts";
import type { Answer } from "../../../webview/contract.ts";
import { movieRun, troubledRun } from "../host/example-runs.ts";
import { chromiumPath, PanelBrowser, type PanelPage, snapshotOf } from "../host/panel-host.ts";
import { RunScript } from "../host/run-script.ts";
import { type ThemeName, themes } from "../host/themes.ts";

const run = "2026-06-01-wise-otter";
const tableAnswer: Answer = {
  kind: "result",
  result: {
    text: "Table",
    tables: [
      {
        path: "",
        columns: [
          { name: "title", type: "VARCHAR" },
          { name: "rating", type: "DOUBLE" },
        ],
        rows: [
          ["Heat", 8.2],
          ["Balto", 7.1],
          ["Casino", 8.2],
        ],
        total: 1204,
      },
    ],
  },
};

describe("the panel's page in Chromium", function () {
  this.timeout(60_000);
  let browser: PanelBrowser;
  let panel: PanelPage;

  before(async function () {
    if (chromiumPath === undefined) {
      console.log("      skipped: there is no Chromium; install one, or set CHROMIUM_PATH");
      return this.skip();
    }
    browser = await PanelBrowser.start();
  });
  after(() => browser?.close());
  afterEach(async () => {
    const { failures } = panel;
    await panel.close();
    assert.deepEqual(failures, []);
  });

  const node = (name: string) => panel.page.getByRole("treeitem", { name, exact: true });
  const output = () => panel.page.getByRole("complementary", { name: "Output" });

  it("draws the graph as a tree whose items are named by task and state", async () => {
    panel = await browser.open({});
    await panel.show(movieRun());
    await node("Similarity join, Completed").waitFor();
    const names = await panel.page
      .getByRole("treeitem")
      .evaluateAll((items) => items.map((item) => item.getAttribute("aria-label")));
    assert.deepEqual(names, [
      "DuckDB session, Closed",
      "Loading GroupLens movies, Completed",
      "Loading GroupLens rating, Completed",
      "Loading IMDB sample movies, Completed",
      "Average rating for the movies, Completed",
      "Training the data preprocessing pipeline, Completed",
      "Transform lens dataframe, Completed",
      "Transform IMDB dataframe, Completed",
      "Similarity join, Completed",
      "Saving the similarity join results, Completed",
    ]);
  });

  it("comes alive: a plan becomes its run, and nothing moves", async () => {
    panel = await browser.open({});
    const plan = {
      flow: "Two",
      nodes: ["Load", "Save"].map((task) => ({
        id: `${task}-0`,
        name: `${task}-0`,
        kind: "task" as const,
        task,
      })),
      edges: [{ from: "Load-0", to: "Save-0", argument: "[0]" }],
    };
    const script = new RunScript(Date.now() - 5000).start("Two", "calm-heron").task("Load-0");
    script
      .task("Save-0", { upstream: ["Load-0"] })
      .after(10)
      .run("Load-0");
    const header = { id: undefined, flow: "Two", alive: false };
    await panel.show({ events: [], artifacts: {} }, { plan, header });
    await node("Load, Planned").waitFor();
    await panel.page.getByText("Preview, read without running: 2 planned.").waitFor();
    const before = await node("Save, Planned").boundingBox();
    await panel.show({ events: script.events, artifacts: {} }, { plan, upTo: 2, header: { alive: true } });
    await panel.send({ type: "events", events: script.events.slice(2) });
    await node("Load, Running").waitFor();
    assert.equal(await panel.page.getByText("Preview, read").isVisible(), false);
    const { x, y } = (await node("Save, Pending").boundingBox()) ?? { x: 0, y: 0 };
    // The banner is gone, so the picture is centred anew, by half its height.
    assert.ok(Math.abs(x - (before?.x ?? 0)) < 2 && Math.abs(y - (before?.y ?? 0)) < 20);
    await panel.page
      .getByText(/Running · [5-9] s/)
      .first()
      .waitFor();
    await panel.send({
      type: "events",
      events: script.after(4000).fail("Load-0", "no such file").state("Save-0", "NotReady").events.slice(-2),
    });
    await node("Load, Failed").waitFor();
    await node("Save, Not ready").waitFor();
    await panel.page.locator(".announcer", { hasText: "Load-0, failed." }).waitFor();
  });

  it("says that a part of the run's events can't be read, and which", async () => {
    panel = await browser.open({});
    const snapshot = snapshotOf(movieRun(), { upTo: 12 });
    assert.ok(snapshot.view);
    const damages = ["Line 13 of the run's events.jsonl can't be read: it isn't JSON."];
    const chip = panel.page.getByText("events damaged");
    await panel.send({ type: "snapshot", snapshot });
    assert.equal(await chip.count(), 0);
    await panel.send({ type: "snapshot", snapshot: { ...snapshot, view: { ...snapshot.view, damages } } });
    await chip.waitFor();
    assert.equal(await chip.getAttribute("title"), damages[0]);
  });

  it("shows a node's output beside: state, result with sort and copy, log, attempts", async () => {
    panel = await browser.open({});
    await panel.show(movieRun());
    panel.answerWith(movieRun(), tableAnswer);
    await node("Similarity join, Completed").click();
    await output().getByRole("heading", { name: "Similarity join-0" }).waitFor();
    await output().getByText("Completed · 690 ms").waitFor();
    await output().getByText("3 rows · sample of 1,204").waitFor();
    await output()
      .getByRole("button", { name: /^rating/ })
      .click();
    const cells = () =>
      output().getByRole("table", { name: "Similarity join-0" }).getByRole("cell").allInnerTexts();
    assert.deepEqual(await cells(), ["Balto", "7.1", "Heat", "8.2", "Casino", "8.2"]);
    await output().getByRole("button", { name: "Copy as tab-separated text" }).click();
    await output().getByRole("button", { name: "Open Source" }).click();
    await output().getByRole("button", { name: "Re-run from Here" }).click();
    await output().getByText("Compared 9742 × 500 titles, 1204 pairs below 1").waitFor();
    assert.deepEqual(panel.actions(), [
      { kind: "copy", text: "title\trating\nBalto\t7.1\nHeat\t8.2\nCasino\t8.2" },
      { kind: "open-source", source: { file: "/home/me/flows/example.flow.ts", line: 101, column: 3 } },
      { kind: "resume", from: "Similarity join-0" },
    ]);
  });

  it("tells an error with its place in the source", async () => {
    panel = await browser.open({});
    await panel.show(troubledRun());
    await node("Check, Failed").click();
    await output().getByText("Row 7 of sales.csv has no date", { exact: true }).waitFor();
    await output().getByRole("button", { name: "example.tasks.ts:41:11" }).first().click();
    assert.deepEqual(panel.actions(), [
      { kind: "open-source", source: { file: "/home/me/flows/example.tasks.ts", line: 41, column: 11 } },
    ]);
  });

  it("tells the errors in an error, each with its own frames", async () => {
    const script = new RunScript().start("F", "n").task("Both-0").run("Both-0");
    const inner = "  1 of 2 errors: TypeError: no <i>\n      at b (/f.ts:2:2)\n  2 of 2 errors: 'a text'";
    const stack = `AggregateError: both\nfailed { code: 'E' }\n    at a (/f.ts:1:1)\n${inner}\nCaused by: Error: it`;
    const error = { name: "AggregateError", message: "both\nfailed", stack };
    script.add({ type: "task-run-state", taskRun: "Both-0", state: makeState("Failed"), error });
    panel = await browser.open({});
    await panel.show({ events: script.events, artifacts: {} });
    await node("Both, Failed").click();
    const shown = await output().locator(".stack").innerText();
    assert.equal(shown, `at a (/f.ts:1:1)\n${inner}\nCaused by: Error: it`);
  });

  it("is worked by the keyboard alone: arrows along edges, Enter opens, Escape goes back", async () => {
    panel = await browser.open({ state: { run, direction: "right" } });
    await panel.show(movieRun());
    await node("Loading GroupLens movies, Completed").waitFor();
    const { keyboard } = panel.page;
    const focused = () => panel.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    for (let i = 0; i < 40 && (await focused()) !== "Loading GroupLens movies, Completed"; i++)
      await keyboard.press("Tab");
    const path: unknown[] = [];
    for (const key of [
      "ArrowRight",
      "ArrowRight",
      "ArrowLeft",
      "ArrowLeft",
      "ArrowDown",
      "ArrowUp",
      "ArrowUp",
    ]) {
      await keyboard.press(key);
      path.push(await focused());
    }
    assert.deepEqual(path, [
      "Average rating for the movies, Completed",
      "Training the data preprocessing pipeline, Completed",
      "Average rating for the movies, Completed",
      "Loading GroupLens movies, Completed",
      "Loading GroupLens rating, Completed",
      "Loading GroupLens movies, Completed",
      "DuckDB session, Closed",
    ]);
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    assert.equal(
      await panel.page.evaluate(() => document.activeElement?.textContent),
      "Loading GroupLens movies-0",
    );
    await keyboard.press("Escape");
    assert.equal(await focused(), "Loading GroupLens movies, Completed");
    assert.equal(await output().isVisible(), false);
  });

  it("shows the states and lines of a new snapshot on what is drawn already", async () => {
    const script = new RunScript(Date.now() - 5000)
      .start("Two", "calm-heron")
      .task("Load-0")
      .task("Save-0", { upstream: ["Load-0"] })
      .run("Load-0");
    const before = script.events.length;
    script.log("Load-0", "Opening the file").fail("Load-0", "no such file").state("Save-0", "NotReady");
    panel = await browser.open({});
    await panel.show({ events: script.events, artifacts: {} }, { upTo: before, header: { alive: true } });
    await node("Load, Running").click();
    await output().getByText("Nothing was logged.").waitFor();
    await panel.show({ events: script.events, artifacts: {} });
    await node("Load, Failed").waitFor();
    await node("Save, Not ready").waitFor();
    await output().getByText("Opening the file").waitFor();
  });

  it("opens and closes a mapped task's runs", async () => {
    panel = await browser.open({});
    await panel.show(troubledRun());
    const fetch = node("Fetch, Failed");
    assert.equal(await fetch.getAttribute("aria-expanded"), "false");
    await fetch.press("Enter");
    await node("Fetch-7, Failed").waitFor();
    assert.equal(await fetch.getAttribute("aria-expanded"), "true");
    await fetch.press("Enter");
    await node("Fetch-7, Failed").waitFor({ state: "detached" });
  });

  it("shows only what leads to the selection", async () => {
    panel = await browser.open({});
    await panel.show(movieRun());
    await node("Average rating for the movies, Completed").click();
    await panel.page.getByRole("combobox", { name: "What is shown" }).click();
    await panel.page.getByRole("option", { name: "Only what leads to the selection" }).click();
    await node("Similarity join, Completed").waitFor({ state: "detached" });
    assert.equal(await panel.page.getByRole("treeitem").count(), 4);
  });

  it("finds a node by its name", async () => {
    panel = await browser.open({});
    await panel.show(movieRun());
    const search = panel.page.getByRole("textbox", { name: "Search the graph" });
    await search.fill("transform");
    await panel.page.getByText("2 matches").waitFor();
    await search.press("Enter");
    await output().getByRole("heading", { name: "Transform lens dataframe-0" }).waitFor();
  });

  it("filters the log by level and text", async () => {
    panel = await browser.open({ state: { run, tab: "logs" } });
    await panel.show(movieRun());
    const log = panel.page.getByRole("log", { name: "Log of the run" });
    await log.getByText("Read 9742 rows of movies.csv").waitFor();
    await panel.page.getByRole("textbox", { name: "Filter the log by text" }).fill("rating");
    await panel.page.getByRole("combobox", { name: "Least level" }).click();
    await panel.page.getByRole("option", { name: "Warnings and errors" }).click();
    await panel.page.getByText("1 line", { exact: true }).waitFor();
    assert.deepEqual(
      (await log.innerText()).split("\n").filter((part) => part !== ""),
      ["10:00:00.546", "WARNING", "Loading GroupLens rating-0", "3 ratings have no movie and take no part"],
    );
  });

  it("shows the same pair in the scatter and in the list", async () => {
    panel = await browser.open({ state: { run, tab: "comparison" } });
    await panel.show(movieRun());
    const pairs = panel.page.getByRole("listbox", { name: "Rating comparison: pairs" });
    await pairs.getByRole("option").nth(2).click();
    const chosen = await pairs.getByRole("option", { selected: true }).getAttribute("aria-label");
    await panel.page.locator(".chart-tip strong", { hasText: chosen?.split(",")[0] ?? "?" }).waitFor();
    await panel.page.getByRole("application", { name: /^Rating comparison/ }).press("Home");
    assert.notEqual(await pairs.getByRole("option", { selected: true }).getAttribute("aria-label"), chosen);
    await panel.page.getByRole("img", { name: /^Jaccard distances: histogram/ }).waitFor();
    await panel.page.getByRole("button", { name: "Save Jaccard distances as PNG" }).click();
    await panel.page.waitForTimeout(300);
    const [saved] = panel.actions();
    assert.ok(saved?.kind === "save" && saved.suggestedName === "Jaccard distances.png");
    assert.equal(Buffer.from(saved.base64, "base64").subarray(1, 4).toString(), "PNG");
  });

  it("saves the graph as SVG and a table as CSV", async () => {
    panel = await browser.open({});
    await panel.show(movieRun());
    await node("Similarity join, Completed").waitFor();
    await panel.page.getByRole("button", { name: "Save the graph as SVG" }).click();
    await panel.page.getByRole("tab", { name: "Data" }).click();
    await panel.page.getByRole("button", { name: "Save as CSV" }).click();
    const saved = panel
      .actions()
      .flatMap((action) =>
        action.kind === "save"
          ? [[action.suggestedName, Buffer.from(action.base64, "base64").toString()] as const]
          : [],
      );
    assert.deepEqual(
      saved.map(([name]) => name),
      ["Medium Data Pipeline Flow.svg", "Jaccard samples.csv"],
    );
    assert.match(saved[0]?.[1] ?? "", /^<svg[^>]*viewBox.*Similarity join.*<\/svg>$/s);
    assert.equal(saved[1]?.[1].split("\r\n").length, 202);
  });

  it("shows text that looks like markup as text", async () => {
    const script = new RunScript()
      .start("F", "n")
      .task("T-0")
      .run("T-0")
      .log("T-0", "<img src=x onerror=alert(1)>");
    script.add({
      type: "artifact",
      key: "m",
      kind: "markdown",
      title: "<b>M</b>",
      file: "m",
      flowRun: ".",
      taskRun: "T-0",
    });
    const text =
      "# A <script>1</script>\n\n[go](javascript:alert(1)) [ok](https://example.org/) **b** `c`\n\n| a | b |\n|---|--:|\n| 1 | 2 |";
    panel = await browser.open({ state: { run, tab: "artifacts" } });
    await panel.show({ events: script.events, artifacts: { m: { kind: "markdown", text } } });
    const markdown = panel.page.locator(".markdown");
    await markdown.getByRole("heading", { name: "A <script>1</script>" }).waitFor();
    assert.equal(await markdown.getByRole("link").count(), 1);
    assert.match(await markdown.innerText(), /\[go\]\(javascript:alert\(1\)\) ok b c/);
    assert.equal(await panel.page.locator(".markdown script, .markdown img").count(), 0);
  });

  it("shows on a check's node what it found, and rows that violate it", async () => {
    const script = new RunScript().start("F", "n").task("Titled-0").run("Titled-0");
    const about = { title: "Titled", file: "c", flowRun: ".", taskRun: "Titled-0" };
    script.add({ type: "artifact", key: "check Titled-0", kind: "check", ...about });
    const columns = [{ name: "title", type: "string" }];
    const found = { passed: false, violations: 3, checked: 120, columns, rows: [["<b>"]] };
    const content = { kind: "check", severity: "warn", ...found } as const;
    panel = await browser.open({});
    await panel.show({ events: script.events, artifacts: { "check Titled-0": content } });
    await node("Titled, Running").click();
    await output().getByText("Warning: 3 violations in 120 rows").waitFor();
    await output().getByText("<b>").waitFor();
  });

  it("is back after a reload with its tab, selection, filter and zoom", async () => {
    panel = await browser.open({});
    await panel.show(movieRun());
    await node("Similarity join, Completed").click();
    await panel.page.getByRole("button", { name: "Zoom in" }).click();
    const zoom = await panel.page.locator("g.world").getAttribute("transform");
    await panel.page.getByRole("tab", { name: "Logs" }).click();
    await panel.page.getByRole("textbox", { name: "Filter the log by text" }).fill("rows");
    await panel.page.waitForTimeout(250);
    await panel.reload();
    await panel.show(movieRun());
    await panel.page.getByRole("tab", { name: "Logs", selected: true }).waitFor();
    await output().getByRole("heading", { name: "Similarity join-0" }).waitFor();
    assert.equal(
      await panel.page.getByRole("textbox", { name: "Filter the log by text" }).inputValue(),
      "rows",
    );
    await panel.page.getByText("2 lines", { exact: true }).waitFor();
    await panel.page.getByRole("tab", { name: "Graph" }).click();
    await node("Similarity join, Completed").waitFor();
    assert.equal(await panel.page.locator("g.world").getAttribute("transform"), zoom);
  });

  it("has all its parts in sight at a zoom of 200 %", async () => {
    panel = await browser.open({ zoom: 2, state: { run, selected: "Similarity join-0" } });
    await panel.show(movieRun());
    panel.answerWith(movieRun(), tableAnswer);
    const cut: string[] = [];
    for (const tab of ["Graph", "Timeline", "Logs", "Data", "Comparison", "Artifacts"]) {
      await panel.page.getByRole("tab", { name: tab }).click();
      await panel.page.waitForTimeout(250);
      await panel.screenshot(`zoomed-${tab.toLowerCase()}`);
      const { scrolls, outside } = await panel.page.evaluate(() => ({
        scrolls: document.documentElement.scrollWidth > document.documentElement.clientWidth,
        outside: [...document.querySelectorAll("vscode-button, vscode-dropdown, vscode-text-field")]
          .filter((element) => {
            const { left, right, width } = element.getBoundingClientRect();
            return width > 0 && (left < 0 || right > document.documentElement.clientWidth + 1);
          })
          .map((element) => element.getAttribute("aria-label") ?? element.textContent),
      }));
      if (scrolls) cut.push(`${tab}: the page scrolls sideways`);
      for (const name of outside) cut.push(`${tab}: '${name}' is outside`);
    }
    assert.deepEqual(cut, []);
  });

  it("says so where there is nothing to show", async () => {
    panel = await browser.open({});
    await panel.send({ type: "empty", message: "The run was deleted." });
    await panel.page.getByText("The run was deleted.").waitFor();
    assert.equal(await panel.page.getByRole("main").isVisible(), false);
  });

  for (const theme of Object.keys(themes) as ThemeName[]) {
    // keys of a closed record
    it(`passes axe in every view: ${theme}`, async () => {
      panel = await browser.open({ theme, state: { run, selected: "Similarity join-0" } });
      await panel.show(movieRun());
      panel.answerWith(movieRun(), tableAnswer);
      const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
      const found: string[] = [];
      for (const tab of ["Graph", "Timeline", "Logs", "Data", "Comparison", "Artifacts"]) {
        await panel.page.getByRole("tab", { name: tab }).click();
        await panel.page.waitForTimeout(250);
        for (const violation of await runAxe(panel, axe)) found.push(`${tab}: ${violation}`);
      }
      await panel.show(troubledRun());
      await panel.page.getByRole("tab", { name: "Graph" }).click();
      await node("Check, Failed").click();
      await panel.page.getByRole("tab", { name: "Logs" }).click();
      await output().getByText("Row 7 of sales.csv has no date", { exact: true }).waitFor();
      for (const violation of await runAxe(panel, axe)) found.push(`Failure: ${violation}`);
      assert.deepEqual(found, []);
    });
  }
});

async function runAxe(panel: PanelPage, path: string): Promise<string[]> {
  // Through the debugger's door, which the page's content policy doesn't close.
  await panel.page.evaluate(await readFile(path, "utf8"));
  return panel.page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") }; // put there a line above
    const { violations } = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"],
    });
    return violations.flatMap((violation) =>
      violation.nodes.map(
        (node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`,
      ),
    );
  });
}
