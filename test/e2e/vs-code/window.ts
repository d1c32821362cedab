import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, FrameLocator, Locator, Page } from "playwright-core";
import { launchBrowser } from "./browser.ts";
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
    const { context, page } = await launchBrowser(vsCode, profile);
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
    // Its whole title: the palette has a command that was used lately before others whose titles begin like it.
    const whole = new RegExp(`^${title.replaceAll(/[^\w\s]/g, "\\$&")}$`);
    const label = this.page.locator(".label-name", { hasText: whole });
    const row = this.#rows.filter({ has: label }).first();
    await this.#untilDone(async () => {
      await this.#openList("F1", `>${title}`);
      // The palette doesn't refresh itself while extensions register.
      await row.click({ timeout: 1_500 });
    });
  }

  /** Whether the palette offers a command. */
  async offers(title: string): Promise<boolean> {
    await this.#openList("F1", `>${title}`);
    await this.#rows.first().waitFor();
    const count = await this.#rows.filter({ hasText: title }).count();
    await this.page.keyboard.press("Escape");
    return count > 0;
  }

  async openFile(name: string): Promise<void> {
    await this.#untilDone(async () => {
      await this.#openList("Control+P", name);
      await this.#rows.filter({ hasText: name }).first().click({ timeout: 3_000 });
    });
    await this.page.locator(".tab.active", { hasText: name.split("/").at(-1) ?? name }).waitFor();
  }

  get #rows(): Locator {
    return this.page.locator(".quick-input-list .monaco-list-row");
  }

  /** Opens the list at the top by its key. What still closes from before may close the list with it: once more then. */
  async #openList(key: string, text: string): Promise<void> {
    await this.#untilDone(async () => {
      await this.page.keyboard.press(key);
      await this.page.locator(".quick-input-widget input").fill(text, { timeout: 1_500 });
    });
  }

  /** Tries again what a window that is still at work may undo. */
  async #untilDone(step: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await step();
        return;
      } catch (error) {
        if (tries === 12) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
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

  /** Saves what the window shows in a dark, a light and a high-contrast theme. */
  async screenshot(name: string): Promise<void> {
    for (const [theme, { media, className }] of Object.entries(themes)) {
      await this.page.emulateMedia(media);
      await this.page.locator(`.monaco-workbench.${className}`).waitFor();
      await this.page.screenshot({ path: join(screenshots, `${name}-${theme}.png`), animations: "disabled" });
    }
  }
}

/** What the browser says that the user prefers; the workbench follows it. */
const themes = {
  "high-contrast": { media: { colorScheme: "dark", forcedColors: "active" }, className: "hc-black" },
  dark: { media: { colorScheme: "dark", forcedColors: "none" }, className: "vs-dark" },
  light: { media: { colorScheme: "light", forcedColors: "none" }, className: "vs" },
} as const;
