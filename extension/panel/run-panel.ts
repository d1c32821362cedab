import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { FlowGraph } from "../../runtime/events/flow-graph.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { labelText } from "../../runtime/shown-text/notification.ts";
import type { HostMessage, PageAction, PageMessage, Tab } from "../../webview/contract.ts";
import type { Cli } from "../command-line/command-line.ts";
import { answerRequest } from "./answers.ts";
import { pageHtml } from "./page-html.ts";
import { RunFeed } from "./run-feed.ts";
import { headerOfPlan, type PlannedRun } from "./snapshot.ts";

export const panelType = "millrace.run";

/** Milliseconds over which events are gathered into one message. */
const gatherTime = 40;

/** What a panel needs of the extension around it. */
export interface PanelHost {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  cliFor(flowFile: string): Promise<Cli>;
  act(action: PageAction, panel: RunPanel): Promise<void>;
  closed(panel: RunPanel): void;
}

type Shown =
  | { readonly kind: "nothing"; readonly message: string }
  | { readonly kind: "plan"; readonly planned: PlannedRun }
  | { readonly kind: "run"; readonly feed: RunFeed; readonly plan: FlowGraph | undefined };

/** One webview panel, the host's end of its messages: it shows a flow's plan or a run. */
export class RunPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #host: PanelHost;
  #shown: Shown = { kind: "nothing", message: "" };
  /** Counts what has been shown, so that what comes late is known to be stale. */
  #generation = 0;
  /** The page has asked for its first snapshot, and is to be told what changes. */
  #ready = false;
  #gathered: RunEvent[] = [];
  #gathering: NodeJS.Timeout | undefined;
  #reveal: Extract<HostMessage, { type: "reveal" }> | undefined;
  pinned = false;

  constructor(panel: vscode.WebviewPanel, host: PanelHost) {
    this.#panel = panel;
    this.#host = host;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(host.extensionUri, "dist", "webview");
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.iconPath = vscode.Uri.joinPath(host.extensionUri, "extension", "media", "panel.svg");
    webview.onDidReceiveMessage((message: PageMessage) => this.#receive(message));
    panel.onDidChangeViewState(() => {
      // A hidden page is gone; it says when it is back.
      if (!panel.visible) this.#ready = false;
    });
    panel.onDidDispose(() => {
      this.#clear();
      host.closed(this);
    });
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: String(webview.asWebviewUri(vscode.Uri.joinPath(dist, "main.js"))),
      style: String(webview.asWebviewUri(vscode.Uri.joinPath(dist, "panel.css"))),
      nonce: randomBytes(16).toString("base64url"),
      title: panel.title,
    });
  }

  /** The run that it shows. */
  get runPath(): string | undefined {
    return this.#shown.kind === "run" ? this.#shown.feed.path : undefined;
  }

  /** The file of the flow that it shows. */
  get flowFile(): string | undefined {
    if (this.#shown.kind === "run") return this.#shown.feed.info.file;
    return this.#shown.kind === "plan" ? this.#shown.planned.file : undefined;
  }

  get parameters(): { readonly [name: string]: unknown } {
    if (this.#shown.kind === "run") return this.#shown.feed.info.parameters;
    return this.#shown.kind === "plan" ? this.#shown.planned.parameters : {};
  }

  get alive(): boolean {
    return this.#shown.kind === "run" && this.#shown.feed.alive;
  }

  get visible(): boolean {
    return this.#panel.visible;
  }

  get active(): boolean {
    return this.#panel.active;
  }

  bringUp(preserveFocus: boolean): void {
    this.#panel.reveal(undefined, preserveFocus);
  }

  close(): void {
    this.#panel.dispose();
  }

  /** Follows its run no more. The panel itself stays: the next window restores it. */
  stopFollowing(): void {
    this.#clear();
  }

  showNothing(message: string): void {
    this.#clear();
    this.#shown = { kind: "nothing", message };
    this.#send();
  }

  showPlan(planned: PlannedRun): void {
    this.#clear();
    this.#shown = { kind: "plan", planned };
    this.#panel.title = labelText(planned.flow);
    this.#send();
  }

  async showRun(path: string): Promise<void> {
    const plan = this.#shown.kind === "plan" ? this.#shown.planned.plan : undefined;
    if (this.runPath === path) return;
    this.#clear();
    const generation = this.#generation;
    const isCurrent = () => generation === this.#generation;
    try {
      const feed = await RunFeed.open(path, {
        events: (events) => isCurrent() && this.#gather(events),
        changed: () => {
          if (!isCurrent()) return;
          this.#send();
          this.#sendReveal();
        },
        failed: (error) => isCurrent() && this.#fail(error),
      });
      if (!isCurrent()) return feed.dispose();
      this.#shown = { kind: "run", feed, plan };
      this.#panel.title = labelText(`${feed.info.flow} · ${feed.info.name}`);
    } catch (error) {
      if (isCurrent()) this.#fail(error);
    }
  }

  /** Shows a node or a tab, as soon as the page can. */
  reveal(node: string | undefined, tab?: Tab): void {
    this.#reveal = {
      type: "reveal",
      ...(node === undefined ? {} : { node }),
      ...(tab === undefined ? {} : { tab }),
    };
    this.#sendReveal();
  }

  #clear(): void {
    this.#generation++;
    if (this.#shown.kind === "run") this.#shown.feed.dispose();
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#gathered = [];
    this.#reveal = undefined;
  }

  #fail(error: unknown): void {
    this.#host.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const gone = (error as NodeJS.ErrnoException).code === "ENOENT"; // any error may be asked
    this.showNothing(
      gone ? "This run has been deleted." : `This run can't be read: ${(error as Error).message}`,
    ); // fs and JSON throw errors only
  }

  #receive(message: PageMessage): void {
    switch (message.type) {
      case "ready":
        this.#ready = true;
        this.#send();
        this.#sendReveal();
        return;
      case "request":
        void this.#answer(message);
        return;
      case "action":
        void this.#host.act(message.action, this);
        return;
      case "page-error":
        this.#host.log.error(`In the panel: ${message.message}\n${message.stack ?? ""}`);
        return;
      default:
        message satisfies never;
    }
  }

  async #answer({ id, request }: Extract<PageMessage, { type: "request" }>): Promise<void> {
    if (this.#shown.kind !== "run") {
      this.#post({ type: "answer", id, answer: { kind: "error", message: "There is no run yet." } });
      return;
    }
    const { path, view, info } = this.#shown.feed;
    const answer = await answerRequest(
      request,
      { path, view },
      { trusted: vscode.workspace.isTrusted, cli: () => this.#host.cliFor(info.file) },
    );
    if (answer.kind === "error") this.#host.log.error(`${request.kind}: ${answer.message}`);
    this.#post({ type: "answer", id, answer });
  }

  /** Sends all that is shown. */
  #send(): void {
    this.#gathered = [];
    if (!this.#ready) return;
    const shown = this.#shown;
    switch (shown.kind) {
      case "nothing":
        this.#post({ type: "empty", message: shown.message });
        return;
      case "plan": {
        const { planned } = shown;
        const run = headerOfPlan(planned);
        this.#post({
          type: "snapshot",
          snapshot: { run, plan: planned.plan, view: undefined, logs: [], logsLeftOut: 0 },
        });
        return;
      }
      case "run":
        if (shown.feed.looked) this.#post({ type: "snapshot", snapshot: shown.feed.snapshot(shown.plan) });
        return;
      default:
        shown satisfies never;
    }
  }

  #sendReveal(): void {
    if (this.#reveal === undefined || !this.#ready) return;
    if (this.#shown.kind === "run" && !this.#shown.feed.looked) return;
    this.#post(this.#reveal);
    this.#reveal = undefined;
  }

  #gather(events: readonly RunEvent[]): void {
    if (!this.#ready) return;
    for (const event of events) this.#gathered.push(event);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      if (this.#ready && this.#gathered.length > 0) this.#post({ type: "events", events: this.#gathered });
      this.#gathered = [];
    }, gatherTime);
  }

  #post(message: HostMessage): void {
    void this.#panel.webview.postMessage(message);
  }
}
