/// <reference lib="dom" />
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerRequest } from "../../../extension/panel/answers.ts";
import { RunFeed } from "../../../extension/panel/run-feed.ts";
import { findTaskRun } from "../../../runtime/operations/find-task-run.ts";
import { readResultContent } from "../../../runtime/operations/read-result.ts";
import { readRun } from "../../../runtime/store/read-run.ts";
import type { Answer, PageRequest, Snapshot } from "../../../webview/contract.ts";
import { canary, hostileRuns, makeHostileRuns } from "../../hostile/hostile-runs.ts";
import { hostileParts } from "../../hostile/hostile-text.ts";
import { chromiumPath, PanelBrowser, type PanelPage } from "../host/panel-host.ts";

/** How long a run may take to be shown and clicked through, and how much memory the page may take. */
const limits = { milliseconds: 10_000, bytes: 500 << 20 };

const tabs = ["Timeline", "Logs", "Artifacts", "Graph"];

/** What the extension's host gives the page of a run's folder, or why it can't. */
async function shownBy(folder: string): Promise<{ readonly feed: RunFeed } | { readonly problem: string }> {
  try {
    const feed = await new Promise<RunFeed>((resolve, reject) => {
      const opened = RunFeed.open(folder, {
        events: () => {},
        changed: () => void opened.then(resolve),
        failed: reject,
      });
      opened.catch(reject);
    });
    return { feed };
  } catch (error) {
    return { problem: (error as Error).message }; // the store throws errors only
  }
}

/** As the command line that the extension asks answers, in this process. */
async function answerOf(feed: RunFeed, request: PageRequest): Promise<Answer> {
  if (request.kind === "artifact")
    return answerRequest(request, feed, {
      trusted: false,
      cli: () => Promise.reject(new Error("It is asked.")),
    });
  try {
    const run = await readRun(feed.path);
    const owner = findTaskRun(run, request.taskRun);
    return { kind: "result", result: await readResultContent(run, owner, { rows: 200, outside: false }) };
  } catch (error) {
    return { kind: "error", message: (error as Error).message }; // likewise
  }
}

describe("the panel's page, given runs that are hostile or damaged", function () {
  this.timeout(240_000);
  let room: string;
  let ids: Map<string, string>;
  let browser: PanelBrowser;
  let panel: PanelPage;

  before(async function () {
    if (chromiumPath === undefined) {
      console.log("      skipped: there is no Chromium; install one, or set CHROMIUM_PATH");
      return this.skip();
    }
    room = realpathSync(mkdtempSync(join(tmpdir(), "millrace-hostile-page-")));
    mkdirSync(join(room, "base"));
    ids = makeHostileRuns(join(room, "base"));
    browser = await PanelBrowser.start();
  });

  after(async () => {
    await browser?.close();
    if (room !== undefined) rmSync(room, { recursive: true, force: true });
  });

  beforeEach(async () => {
    panel = await browser.open({});
  });

  afterEach(() => panel.close());

  /** On their way to the page. */
  let answers: Promise<Answer>[];

  const answerBy = (feed: RunFeed) => {
    answers = [];
    panel.answerBy((request) => {
      const answer = answerOf(feed, request);
      answers.push(answer);
      return answer;
    });
  };

  /** Shows a run, and everything of it that there is to be clicked. */
  async function look(snapshot: Snapshot): Promise<string> {
    const { page } = panel;
    await panel.send({ type: "snapshot", snapshot });
    await page.getByRole("tab", { name: "Graph" }).waitFor();
    const drawn = () =>
      page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    const texts: string[] = [];
    const items = page.getByRole("treeitem");
    await drawn();
    for (let i = 0; i < Math.min(await items.count(), 4); i++) {
      await items.nth(i).dispatchEvent("click");
      await drawn();
      await Promise.all(answers.splice(0));
      await drawn();
      texts.push(await page.locator("body").innerText());
    }
    for (const name of tabs) {
      const tab = page.getByRole("tab", { name: new RegExp(`^${name}`) });
      if ((await tab.count()) === 0) continue;
      await tab.first().click();
      texts.push(await page.locator("body").innerText());
    }
    return texts.join("\n");
  }

  const kindOf = (name: string) => name.split(":", 1)[0] ?? "";
  const kinds = [...new Set(hostileRuns.map(({ name }) => kindOf(name)))];
  for (const kind of kinds)
    it(`shows what can be shown where what isn't as it should be is: ${kind}`, async () => {
      const { page } = panel;
      const asked: string[] = [];
      page.on("dialog", (dialog) => void dialog.dismiss().then(() => asked.push("a dialog")));
      page.on("request", (request) => {
        if (!/^(?:https:\/\/panel\.test\/|blob:|data:)/.test(request.url())) asked.push(request.url());
      });
      const found: string[] = [];
      for (const { name } of hostileRuns.filter(({ name }) => kindOf(name) === kind)) {
        const started = performance.now();
        const shown = await shownBy(join(room, "base", ".millrace", "runs", ids.get(name) ?? ""));
        if ("problem" in shown) {
          // The host shows it in a notification, and the page what it says.
          await panel.send({ type: "empty", message: shown.problem });
          continue;
        }
        const { feed } = shown;
        try {
          answerBy(feed);
          const text = await look(feed.snapshot(undefined));
          if (text.includes(canary)) found.push(`${name}: shows what lies outside of the run`);
        } finally {
          feed.dispose();
        }
        const took = performance.now() - started;
        if (took > limits.milliseconds) found.push(`${name}: took ${Math.round(took)} ms`);
        for (const failure of panel.failures.splice(0)) found.push(`${name}: ${failure}`);
      }
      const made = await page
        .locator("img[src='x'], a[href^='command:'], a[href*='example.invalid']")
        .count();
      assert.deepEqual({ found, asked, made }, { found: [], asked: [], made: 0 });
      const bytes = await page.evaluate(
        () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize, // Chromium's own
      );
      assert.ok(bytes < limits.bytes, `the page takes ${bytes >> 20} MB`);
    });

  it("shows hostile texts as they are, letter by letter", async () => {
    const id = ids.get("event: hostile texts") ?? "";
    const shown = await shownBy(join(room, "base", ".millrace", "runs", id));
    assert.ok("feed" in shown);
    answerBy(shown.feed);
    const text = await look(shown.feed.snapshot(undefined));
    shown.feed.dispose();
    for (const part of hostileParts.filter((part) => /^[ -~]+$/.test(part)))
      assert.ok(text.includes(part), `${part} isn't shown`);
  });
});
