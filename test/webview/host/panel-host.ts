/// <reference lib="dom" />
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { LogLines } from "../../../runtime/events/log-lines.ts";
import { emptyRunView, foldEvents } from "../../../runtime/events/run-view.ts";
import { viewToJson } from "../../../runtime/events/run-view-json.ts";
import { bundlePanel } from "../../../webview/bundle-panel.mjs";
import type {
  Answer,
  HostMessage,
  PageMessage,
  PageRequest,
  RunHeader,
  Snapshot,
} from "../../../webview/contract.ts";
import type { ExampleRun } from "./example-runs.ts";
import { type ThemeName, themes } from "./themes.ts";

export const chromiumPath =
  process.env.CHROMIUM_PATH ??
  ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));

const origin = "https://panel.test";
const nonce = "bm9uY2U";
const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${origin} 'nonce-${nonce}'; img-src data: blob:; font-src ${origin}; worker-src blob:`;

/** A browser with the panel's bundle, for many pages. */
export class PanelBrowser {
  readonly #browser: Browser;
  readonly #folder: string;

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  static async start(options: { readonly minify?: boolean; readonly args?: readonly string[] } = {}) {
    const folder = await mkdtemp(join(tmpdir(), "millrace-panel-"));
    await bundlePanel({ outdir: folder, minify: options.minify ?? false });
    const browser = await chromium.launch({
      ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", ...(options.args ?? [])],
    });
    return new PanelBrowser(browser, folder);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Opens the page as VS Code would: its content policy, its variables, its API. */
  async open(options: {
    readonly theme?: ThemeName;
    readonly width?: number;
    readonly height?: number;
    readonly zoom?: number;
    readonly state?: unknown;
    readonly reducedMotion?: boolean;
  }): Promise<PanelPage> {
    const zoom = options.zoom ?? 1;
    const context = await this.#browser.newContext({
      viewport: {
        width: Math.round((options.width ?? 1280) / zoom),
        height: Math.round((options.height ?? 760) / zoom),
      },
      deviceScaleFactor: zoom,
      reducedMotion: (options.reducedMotion ?? true) ? "reduce" : "no-preference",
      locale: "en-GB",
      timezoneId: "UTC",
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    // Functions that tests run in the page come through tsx, which names inner ones with this.
    await page.addInitScript("globalThis.__name = (target) => target");
    await page.route(`${origin}/**`, async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === "") {
        await route.fulfill({
          contentType: "text/html",
          body: pageHtml(options.theme ?? "dark", options.state),
        });
      } else {
        const contentType = name.endsWith(".css") ? "text/css" : "text/javascript";
        await route.fulfill({ contentType, body: await readFile(join(this.#folder, name)) });
      }
    });
    const panel = new PanelPage(page);
    await panel.load();
    return panel;
  }
}

/** The page with a host that answers it. Failures in the page are kept, for tests to find. */
export class PanelPage {
  readonly page: Page;
  readonly messages: PageMessage[] = [];
  readonly failures: string[] = [];
  #answer: (request: PageRequest) => Answer | Promise<Answer> = () => ({
    kind: "error",
    message: "There is nothing here.",
  });
  #ready: () => void = () => {};

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.failures.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.failures.push(message.text());
    });
  }

  async load(): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#ready = resolve;
    });
    await this.page.exposeFunction("tellHost", (message: PageMessage) => this.#receive(message));
    await this.page.goto(`${origin}/`);
    await ready;
  }

  /** As after VS Code's Reload Window: the page starts anew with what it kept by setState. */
  async reload(): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#ready = resolve;
    });
    await this.page.reload();
    await ready;
  }

  async send(message: HostMessage): Promise<void> {
    // As text: the types of playwright unfold a message's without end.
    await this.page.evaluate((text) => window.postMessage(JSON.parse(text), "*"), JSON.stringify(message));
  }

  /** Shows a run as far as a number of its events, the rest can follow by `send`. */
  async show(
    run: ExampleRun,
    options: {
      readonly upTo?: number;
      readonly header?: Partial<RunHeader>;
      readonly plan?: Snapshot["plan"];
    } = {},
  ): Promise<void> {
    this.answerWith(run);
    await this.send({ type: "snapshot", snapshot: snapshotOf(run, options) });
  }

  answerWith(run: ExampleRun, result?: Answer): void {
    this.#answer = (request) => {
      if (request.kind === "result") return result ?? { kind: "error", message: "No result is kept." };
      const content = run.artifacts[request.key];
      return content === undefined
        ? { kind: "error", message: `There is no artifact '${request.key}'.` }
        : { kind: "artifact", content };
    };
  }

  /** Lets a host answer the page's requests. */
  answerBy(answer: (request: PageRequest) => Answer | Promise<Answer>): void {
    this.#answer = answer;
  }

  actions() {
    return this.messages.flatMap((message) => (message.type === "action" ? [message.action] : []));
  }

  /** Saves what the page shows, to be looked at. */
  async screenshot(name: string): Promise<void> {
    const folder = process.env.MILLRACE_SCREENSHOTS ?? join(tmpdir(), "millrace-screenshots");
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async #receive(message: PageMessage): Promise<void> {
    this.messages.push(message);
    if (message.type === "ready") this.#ready();
    if (message.type === "page-error") this.failures.push(`${message.message}\n${message.stack}`);
    if (message.type === "request") {
      await this.send({ type: "answer", id: message.id, answer: await this.#answer(message.request) });
    }
  }
}

export function snapshotOf(
  run: ExampleRun,
  options: { readonly upTo?: number; readonly header?: Partial<RunHeader>; readonly plan?: Snapshot["plan"] },
): Snapshot {
  const events = run.events.slice(0, options.upTo);
  const [first] = run.events;
  const started = first?.type === "run-started" ? first : undefined;
  return {
    run: {
      id: "2026-06-01-wise-otter",
      name: started?.runName ?? "preview",
      flow: started?.flow ?? "Flow",
      file: "/home/me/flows/example.flow.ts",
      parameters: { threshold: 0.8, input: "sample", method: "exact" },
      session: "duckdb",
      host: "devbox",
      container: true,
      alive: false,
      ...options.header,
    },
    plan: options.plan,
    view: events.length === 0 ? undefined : viewToJson(foldEvents(emptyRunView(), events)),
    logs: new LogLines().lines(events),
    logsLeftOut: 0,
  };
}

function pageHtml(theme: ThemeName, state: unknown): string {
  const { bodyClass, variables } = themes[theme];
  const set = Object.entries(variables).map(
    ([name, value]) =>
      `document.documentElement.style.setProperty("--vscode-${name}", ${JSON.stringify(value)});`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta property="csp-nonce" content="${nonce}">
  <title>Millrace</title>
  <link rel="stylesheet" href="${origin}/panel.css">
  <script nonce="${nonce}">
    ${set.join("\n    ")}
    function acquireVsCodeApi() {
      return {
        postMessage: (message) => { window.tellHost(message); },
        getState: () => JSON.parse(sessionStorage.getItem("state") ?? ${JSON.stringify(JSON.stringify(state ?? null))}),
        setState: (state) => { sessionStorage.setItem("state", JSON.stringify(state)); },
      };
    }
  </script>
</head>
<body class="${bodyClass}">
  <script nonce="${nonce}" src="${origin}/main.js"></script>
</body>
</html>`;
}
