import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { PanelHost } from "../../../extension/panel/run-panel.ts";
import { RunPanel } from "../../../extension/panel/run-panel.ts";
import type { HostMessage, PageAction, PageMessage } from "../../../webview/contract.ts";
import { folder, until } from "./workspace-text.ts";

/** A webview panel whose page is the test: it has what a RunPanel uses of one. */
class TestPage {
  readonly sent: HostMessage[] = [];
  readonly #messages = new vscode.EventEmitter<PageMessage>();
  readonly #viewState = new vscode.EventEmitter<void>();
  readonly #disposed = new vscode.EventEmitter<void>();
  visible = true;
  readonly panel: vscode.WebviewPanel;

  constructor() {
    const page = this;
    const parts = {
      title: "",
      active: true,
      get visible() {
        return page.visible;
      },
      webview: {
        html: "",
        cspSource: "https://own",
        asWebviewUri: (uri: vscode.Uri) => uri,
        onDidReceiveMessage: this.#messages.event,
        postMessage: async (message: HostMessage) => {
          // As a webview gets it: by value.
          if (page.visible) page.sent.push(JSON.parse(JSON.stringify(message)) as HostMessage);
          return page.visible;
        },
      },
      onDidChangeViewState: this.#viewState.event,
      onDidDispose: this.#disposed.event,
      reveal: () => {},
      dispose: () => this.#disposed.fire(),
    };
    // The rest of a panel isn't used.
    this.panel = parts as unknown as vscode.WebviewPanel;
  }

  say(message: PageMessage): void {
    this.#messages.fire(message);
  }

  hide(): void {
    this.visible = false;
    this.#viewState.fire();
  }

  show(): void {
    this.visible = true;
    this.#viewState.fire();
    this.say({ type: "ready" });
  }

  of<Type extends HostMessage["type"]>(type: Type): Extract<HostMessage, { type: Type }>[] {
    return this.sent.filter(
      (message): message is Extract<HostMessage, { type: Type }> => message.type === type,
    );
  }
}

describe("The panel's host", () => {
  const log = vscode.window.createOutputChannel("Test of the panel", { log: true });
  const acted: PageAction[] = [];
  let closed = 0;
  let page: TestPage;
  let panel: RunPanel;
  let run: string;
  const host: PanelHost = {
    extensionUri: vscode.Uri.file("/nowhere"),
    log,
    cliFor: () => Promise.reject(new Error("There is no command line here.")),
    act: async (action) => void acted.push(action),
    closed: () => closed++,
  };

  before(async () => {
    const runs = join(folder(), ".millrace", "runs");
    const [newest = ""] = readdirSync(runs).sort().reverse();
    run = join(runs, "20010101-000000-copied");
    await cp(join(runs, newest), run, { recursive: true });
  });
  after(() => rmSync(run, { recursive: true, force: true }));
  beforeEach(() => {
    page = new TestPage();
    panel = new RunPanel(page.panel, host);
  });
  afterEach(() => panel.close());

  it("sends nothing before the page is ready, and then what there is", async () => {
    panel.showNothing("No run was shown here.");
    assert.deepEqual(page.sent, []);
    page.say({ type: "ready" });
    assert.deepEqual(page.sent, [{ type: "empty", message: "No run was shown here." }]);
  });

  it("sends a plan, then its run, each as a snapshot", async () => {
    page.say({ type: "ready" });
    const plan = { flow: "F", nodes: [], edges: [] };
    panel.showPlan({ flow: "F", file: "/f.flow.ts", parameters: { n: 1 }, session: "duckdb", plan });
    const [preview] = page.of("snapshot");
    assert.deepEqual(
      [preview?.snapshot.run.id, preview?.snapshot.run.parameters, preview?.snapshot.plan],
      [undefined, { n: 1 }, plan],
    );
    await panel.showRun(run);
    const [, shown] = await until(
      () => page.of("snapshot"),
      (snapshots) => snapshots.length > 1,
    );
    assert.deepEqual([shown?.snapshot.run.flow, shown?.snapshot.plan], ["Failing", plan]);
    assert.deepEqual(
      shown?.snapshot.view?.taskRuns.map(({ id, state }) => `${id} ${state.name}`),
      ["Prepare-0 Completed", "Check-0 Failed"],
    );
  });

  it("sends a complete snapshot to a page that was hidden", async () => {
    page.say({ type: "ready" });
    await panel.showRun(run);
    await until(
      () => page.of("snapshot"),
      (snapshots) => snapshots.length > 0,
    );
    page.hide();
    page.sent.length = 0;
    page.show();
    assert.deepEqual(
      page.sent.map(({ type }) => type),
      ["snapshot"],
    );
  });

  it("answers each request, with the reason where it can't", async () => {
    page.say({ type: "ready" });
    page.say({ type: "request", id: 1, request: { kind: "artifact", key: "any" } });
    await panel.showRun(run);
    page.say({ type: "request", id: 2, request: { kind: "artifact", key: "any" } });
    page.say({ type: "request", id: 3, request: { kind: "result", taskRun: "Prepare-0" } });
    const answers = await until(
      () => page.of("answer"),
      (all) => all.length === 3,
    );
    assert.deepEqual(
      answers
        .sort((a, b) => a.id - b.id)
        .map(({ answer }) => ("message" in answer ? answer.message : answer)),
      ["There is no run yet.", "The run has published nothing as 'any'.", "There is no command line here."],
    );
  });

  it("passes every action on", () => {
    const actions: { readonly [Kind in PageAction["kind"]]: Extract<PageAction, { kind: Kind }> } = {
      "open-source": { kind: "open-source", source: { file: "/f.flow.ts", line: 1, column: 1 } },
      cancel: { kind: "cancel" },
      resume: { kind: "resume", from: "Check-0" },
      "run-again": { kind: "run-again" },
      debug: { kind: "debug" },
      save: { kind: "save", suggestedName: "a.svg", base64: "" },
      copy: { kind: "copy", text: "t" },
    };
    acted.length = 0;
    for (const action of Object.values(actions)) page.say({ type: "action", action });
    assert.deepEqual(acted, Object.values(actions));
  });

  it("reveals a node once the page has its run", async () => {
    await panel.showRun(run);
    panel.reveal("Check-0", "logs");
    assert.deepEqual(page.sent, []);
    page.say({ type: "ready" });
    await until(
      () => page.of("reveal"),
      (all) => all.length > 0,
    );
    assert.deepEqual(
      page.sent.map(({ type }) => type),
      ["snapshot", "reveal"],
    );
    assert.deepEqual(page.of("reveal"), [{ type: "reveal", node: "Check-0", tab: "logs" }]);
  });

  it("says that a run has been deleted, and what the page says of itself goes to the log", async () => {
    page.say({ type: "ready" });
    page.say({ type: "page-error", message: "It broke", stack: undefined });
    await panel.showRun(join(folder(), ".millrace", "runs", "20010101-000000-never"));
    assert.deepEqual(page.sent.at(-1), { type: "empty", message: "This run has been deleted." });
  });

  it("tells when it is closed", () => {
    const before = closed;
    panel.close();
    assert.equal(closed, before + 1);
  });
});
