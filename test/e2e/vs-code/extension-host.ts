import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import { launchBrowser } from "./browser.ts";
import type { VsCodeServer } from "./server.ts";
import type { Installation } from "./set-up.ts";

export interface SuitesResult {
  readonly passed: boolean;
  /** What the suites wrote, and the workbench meanwhile. */
  readonly output: string;
}

/**
 * Opens a folder and has VS Code run a module in its extension host, as `@vscode/test-electron` does on a desktop.
 * @param extension the folder of the extension under development that the module belongs to.
 * @param suites the module; it exports `run()`, which rejects when a suite fails.
 */
export async function runInExtensionHost(
  vsCode: Installation,
  server: VsCodeServer,
  {
    folder,
    extension,
    suites,
  }: { readonly folder: string; readonly extension: string; readonly suites: string },
): Promise<SuitesResult> {
  const profile = await mkdtemp(join(tmpdir(), "millrace-e2e-browser-"));
  const { context, page } = await launchBrowser(vsCode, profile);
  try {
    const lines: string[] = [];
    const ended = new Promise<number>((resolve) => {
      // By these names the workbench's smoke test driver calls back.
      void page.exposeFunction("codeAutomationLog", (_type: string, args: unknown[]) => {
        lines.push(format(...args));
      });
      void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
    });
    const remote = (path: string) => `vscode-remote://${new URL(server.url).host}${path}`;
    const payload = JSON.stringify([
      ["extensionDevelopmentPath", remote(extension)],
      ["extensionTestsPath", remote(suites)],
    ]);
    await page.goto(
      `${server.url}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(payload)}`,
    );
    return { passed: (await ended) === 0, output: lines.join("\n") };
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}
