import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { Installation } from "./set-up.ts";

/** Starts a browser with an empty profile, quiet and without a network of its own. */
export async function launchBrowser(
  vsCode: Installation,
  profile: string,
): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
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
  return { context, page: context.pages()[0] ?? (await context.newPage()) };
}
