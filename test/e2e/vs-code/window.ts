import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type FrameLocator, type Locator, type Page } from "playwright-core";
import type { Installation } from "./set-up.ts";

const screenshots = process.env.MILLRACE_SCREENSHOTS ?? join(tmpdir(), "millrace-screenshots");

/** A VS Code window in a browser, driven as a user does: by its palette, its views, its keys. */
export class VsCodeWindow {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #profile: string;

  private constructor(page: Page, context: BrowserContext, profile: string) {
    this.page = page;
    this.#context = context;
    this.#profile = profile;
  }

  /** Opens a folder, or a `.code-workspace` file. */
  static async open(vsCode: Installation, url: string, workspace: string | undefined): Promise<VsCodeWindow> {
    const profile = await mkdtemp(join(tmpdir(), "millrace-e2e-browser-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: vsCode.chromium,
      viewport: { width: 1440, height: 900 },
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    const what = workspace?.endsWith(".code-workspace") ? "workspace" : "folder";
    const query = workspace === undefined ? "?ew=true" : `?${what}=${encodeURIComponent(workspace)}`;
    await page.goto(`${url}/${query}`);
    const window = new VsCodeWindow(page, context, profile);
    await window.ready();
    return window;
  }

  async ready(): Promise<void> {
    await this.page.locator(".part.sidebar .pane-header").first().waitFor({ timeout: 60_000 });
  }

  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent("load");
    await this.command("Developer: Reload Window");
    await loaded;
    await this.ready();
  }

  async close(): Promise<void> {
    await this.#context.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    for (let tries = 0; ; tries++) {
      await this.page.keyboard.press("F1");
      await this.page.locator(".quick-input-widget input").fill(`>${title}`);
      try {
        // The palette doesn't refresh itself while extensions register.
        await row.click({ timeout: 1_500 });
        return;
      } catch (error) {
        if (tries === 15) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
  }

  /** Whether the palette offers a command. */
  async offers(title: string): Promise<boolean> {
    await this.page.keyboard.press("F1");
    await this.page.locator(".quick-input-widget input").fill(`>${title}`);
    const rows = this.page.locator(".quick-input-list .monaco-list-row");
    await rows.first().waitFor();
    const count = await rows.filter({ hasText: title }).count();
    await this.page.keyboard.press("Escape");
    return count > 0;
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press("Control+P");
    await this.page.locator(".quick-input-widget input").fill(name);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click();
    await this.page.locator(".tab.active", { hasText: name.split("/").at(-1) ?? name }).waitFor();
  }

  /** The list or question that is open at the top. */
  get quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible");
  }

  /** Picks a line of the list that is open. */
  async pick(text: string | RegExp): Promise<void> {
    await this.quickInput.locator(".monaco-list-row", { hasText: text }).first().click();
  }

  /** Types into the question of this title. */
  async type(title: string, text: string): Promise<void> {
    await this.quickInput.locator(".quick-input-title", { hasText: new RegExp(`^${title}$`) }).waitFor();
    await this.quickInput.locator("input").first().fill(text);
  }

  /** Answers the question of this title. */
  async answer(title: string, text: string): Promise<void> {
    await this.type(title, text);
    await this.page.keyboard.press("Enter");
  }

  /** The lines of a tree view, as a reader sees them. */
  view(name: string): Locator {
    return this.page.locator(".pane", { has: this.page.locator(`.pane-header[aria-label*="${name}"]`) });
  }

  async viewLines(name: string): Promise<string[]> {
    const rows = await this.view(name).locator(".monaco-list-row").all();
    return Promise.all(
      rows.map(async (row) => {
        const parts = await row.locator(".label-name, .label-description").allInnerTexts();
        return parts.map((part) => part.trim()).join(" ");
      }),
    );
  }

  /** Shows Millrace's views. */
  async showViews(): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item [aria-label="Millrace"]').first();
    await tab.waitFor();
    if ((await this.page.locator(".sidebar .composite.title", { hasText: "Millrace" }).count()) === 0)
      await tab.click();
    await this.view("Flows").waitFor();
  }

  /** The document of the panel that is in front. */
  get panel(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready").last().frameLocator("iframe#active-frame");
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator(".notification-list-item, .notification-toast", { hasText: text }).first();
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }
}
