// Builds VS Code's part into dist/: the extension host's modules and the panel's page.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./freshness.mjs";
import { writeManifest } from "./manifest.mjs";
import { rememberBundled } from "./notices.mjs";

/** What the extension host loads: an entry that is small, and parts that load when they are first needed. */
export async function buildExtension() {
  await writeManifest();
  const esbuild = await import("esbuild");
  rmSync(join(root, "dist", "extension"), { recursive: true, force: true });
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: { main: "extension/main.ts" },
    outdir: "dist/extension",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    external: ["vscode"],
    minify: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
  });
  rememberBundled("extension", metafile);
}

/** The panel's page: one script, one style sheet. */
export async function buildPanel() {
  const { bundlePanel } = await import("../webview/bundle-panel.mjs");
  rmSync(join(root, "dist", "webview"), { recursive: true, force: true });
  const onBundled = (...metafiles) => rememberBundled("panel", ...metafiles);
  await bundlePanel({ outdir: join(root, "dist", "webview"), minify: true, onBundled });
}
