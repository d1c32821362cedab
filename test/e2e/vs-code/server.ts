import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { installedExtension } from "./extension-package.ts";
import type { Installation } from "./set-up.ts";

export interface ServerOptions {
  readonly settings?: { readonly [id: string]: unknown };
  /** Folders have to be trusted first, as on a user's machine; without it all are. */
  readonly asksForTrust?: boolean;
  /** A module may be run in the extension host. */
  readonly forExtensionTests?: boolean;
}

/** Settings of a VS Code that asks and shows nothing by itself. */
export const quietSettings = {
  "workbench.startupEditor": "none",
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "telemetry.telemetryLevel": "off",
  "workbench.enableExperiments": false,
  "update.mode": "none",
  "security.workspace.trust.startupPrompt": "never",
  "window.autoDetectColorScheme": true,
};

/** A VS Code server with the extension in it, and nothing kept from earlier ones. */
export class VsCodeServer {
  readonly url: string;
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.url = url;
    this.folder = folder;
    this.#child = child;
  }

  static async start(vsCode: Installation, options: ServerOptions = {}): Promise<VsCodeServer> {
    const extensions = await installedExtension(vsCode);
    const folder = await mkdtemp(join(tmpdir(), "millrace-e2e-"));
    const data = join(folder, "data");
    await mkdir(join(data, "User"), { recursive: true });
    await writeFile(
      join(data, "User", "settings.json"),
      JSON.stringify({ ...quietSettings, ...options.settings }),
    );
    await writeFile(join(folder, "config.yaml"), "auth: none\ncert: false\n");
    const port = await freePort();
    const args = [
      vsCode.entry,
      "--config",
      join(folder, "config.yaml"),
      "--auth",
      "none",
      "--bind-addr",
      `127.0.0.1:${port}`,
      "--disable-telemetry",
      "--disable-update-check",
      ...(options.asksForTrust ? [] : ["--disable-workspace-trust"]),
      ...(options.forExtensionTests ? ["--vscode-option", "enable-smoke-test-driver"] : []),
      "--user-data-dir",
      data,
      "--extensions-dir",
      extensions,
    ];
    const env = { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
    const child = spawn(vsCode.node, args, { env, stdio: "ignore" });
    const url = `http://127.0.0.1:${port}`;
    for (let i = 0; !(await isUp(url)); i++) {
      if (i > 150) throw new Error(`VS Code's server doesn't answer at ${url}.`);
      await delay(200);
    }
    return new VsCodeServer(url, folder, child);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill();
    await ended;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
    server.on("error", reject);
  });
}
