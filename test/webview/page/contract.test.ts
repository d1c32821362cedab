import assert from "node:assert/strict";
import type { HostMessage, PageAction, PageMessage, PageRequest } from "../../../webview/contract.ts";
import { movieRun, troubledRun } from "../host/example-runs.ts";
import { chromiumPath, PanelBrowser, type PanelPage } from "../host/panel-host.ts";

/** One proof for each message there is: the compiler says when one is missing. */
type Proofs<Kind extends string> = Readonly<Record<Kind, () => Promise<void>>>;

const node = (panel: PanelPage, name: string) => panel.page.getByRole("treeitem", { name, exact: true });

describe("the contract of page and host", function () {
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
  beforeEach(async () => {
    panel = await browser.open({});
  });
  afterEach(() => panel.close());

  const button = (name: string) => panel.page.getByRole("button", { name, exact: true });
  /** The first action that the page sends after `step`. */
  const actionAfter = async (step: () => Promise<void>): Promise<PageAction> => {
    const before = panel.actions().length;
    await step();
    for (let tries = 0; panel.actions().length === before && tries < 100; tries++)
      await panel.page.waitForTimeout(20);
    const action = panel.actions()[before];
    assert.ok(action !== undefined, "the page sent no action");
    return action;
  };
  const lines = async () => {
    await panel.page.getByRole("tab", { name: "Logs" }).click();
    return panel.page.getByRole("log", { name: "Log of the run" });
  };

  const fromHost: Proofs<HostMessage["type"]> = {
    snapshot: async () => {
      await panel.show(movieRun());
      await node(panel, "Similarity join, Completed").waitFor();
    },
    empty: async () => {
      await panel.show(movieRun());
      await node(panel, "Similarity join, Completed").waitFor();
      await panel.send({ type: "empty", message: "This run has been deleted." });
      await panel.page.getByText("This run has been deleted.").waitFor();
    },
    events: async () => {
      const run = movieRun();
      await panel.show(run, { upTo: run.events.length - 20, header: { alive: true } });
      await panel.send({ type: "events", events: run.events.slice(-20) });
      await node(panel, "Saving the similarity join results, Completed").waitFor();
    },
    answer: async () => {
      await panel.show(movieRun());
      panel.answerWith(movieRun(), { kind: "error", message: "The result's file is gone." });
      await node(panel, "Similarity join, Completed").click();
      await panel.page.getByText("The result's file is gone.").waitFor();
    },
    reveal: async () => {
      await panel.show(movieRun());
      await node(panel, "Similarity join, Completed").waitFor();
      await panel.send({ type: "reveal", node: "Similarity join-0", tab: "timeline" });
      await panel.page.getByRole("heading", { name: "Similarity join-0" }).waitFor();
      await panel.page.getByRole("tab", { name: "Timeline", selected: true }).waitFor();
    },
  };

  const actions: Proofs<PageAction["kind"]> = {
    "open-source": async () => {
      await panel.show(movieRun());
      await node(panel, "Similarity join, Completed").click();
      assert.deepEqual(await actionAfter(() => button("Open Source").click()), {
        kind: "open-source",
        source: { file: "/home/me/flows/example.flow.ts", line: 101, column: 3 },
      });
    },
    cancel: async () => {
      const run = movieRun();
      await panel.show(run, { upTo: run.events.length - 20, header: { alive: true } });
      assert.deepEqual(await actionAfter(() => button("Cancel").click()), { kind: "cancel" });
    },
    resume: async () => {
      await panel.show(troubledRun());
      assert.deepEqual(await actionAfter(() => button("Resume").click()), { kind: "resume" });
    },
    "run-again": async () => {
      await panel.show(movieRun());
      assert.deepEqual(await actionAfter(() => button("Run Again").click()), { kind: "run-again" });
    },
    debug: async () => {
      await panel.show(movieRun());
      assert.deepEqual(await actionAfter(() => button("Debug").click()), { kind: "debug" });
      await node(panel, "Similarity join, Completed").click();
      assert.deepEqual(await actionAfter(() => button("Debug from Here").click()), {
        kind: "debug",
        from: "Similarity join-0",
      });
    },
    save: async () => {
      await panel.show(movieRun());
      await node(panel, "Similarity join, Completed").waitFor();
      const saved = await actionAfter(() => button("Save the graph as PNG").click());
      assert.ok(saved.kind === "save");
      assert.deepEqual(
        [saved.suggestedName, Buffer.from(saved.base64, "base64").toString("latin1", 1, 4)],
        ["Medium Data Pipeline Flow.png", "PNG"],
      );
    },
    copy: async () => {
      await panel.show(movieRun());
      await panel.page.getByRole("tab", { name: "Data" }).click();
      const copied = await actionAfter(() => button("Copy as tab-separated text").click());
      assert.ok(copied.kind === "copy");
      assert.equal(copied.text.split("\n").length, 201);
    },
  };

  const requests: Proofs<PageRequest["kind"]> = {
    artifact: async () => {
      await panel.show(movieRun());
      await panel.page.getByRole("tab", { name: "Data" }).click();
      await panel.page.getByRole("table", { name: "Jaccard samples" }).waitFor();
    },
    result: async () => {
      await panel.show(movieRun());
      await node(panel, "Similarity join, Completed").click();
      await panel.page.getByText("No result is kept.").waitFor();
    },
  };

  const fromPage: Proofs<Exclude<PageMessage["type"], "action" | "request">> = {
    ready: async () => {
      assert.deepEqual(panel.messages, [{ type: "ready" }]);
    },
    "page-error": async () => {
      await panel.page.evaluate(() => {
        setTimeout(() => {
          throw new Error("It broke.");
        });
      });
      for (let tries = 0; panel.failures.length === 0 && tries < 100; tries++)
        await panel.page.waitForTimeout(20);
      const [error] = panel.messages.filter(({ type }) => type === "page-error");
      assert.ok(error?.type === "page-error");
      assert.match(error.message, /It broke/);
    },
  };

  for (const [title, proofs] of Object.entries({
    "understands the host's": fromHost,
    "sends the host": fromPage,
    "asks for the action": actions,
    "asks for a run's": requests,
  })) {
    for (const [kind, proof] of Object.entries(proofs)) it(`${title} ${kind}`, proof);
  }

  it("shows lines that come as events below those of the snapshot", async () => {
    const run = movieRun();
    await panel.show(run, { upTo: run.events.length - 20, header: { alive: true } });
    const log = await lines();
    await log.getByText("Read 9742 rows of movies.csv").waitFor();
    await panel.send({ type: "events", events: run.events.slice(-20) });
    await log.getByText(/Finished in state Completed\('All states completed/).waitFor();
  });
});
