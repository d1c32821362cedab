import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Bundles the panel's page to `main.js` and `panel.css` in a folder. The layout's worker goes into `main.js` as
 * text, since a webview may start workers from blobs only.
 */
export async function bundlePanel({ outdir, minify, onBundled }) {
  const absWorkingDir = dirname(here);
  const options = {
    absWorkingDir,
    bundle: true,
    minify,
    target: "chrome122",
    legalComments: "none",
    logLevel: "warning",
  };
  const worker = await build({
    ...options,
    entryPoints: [join(here, "graph", "layout", "layout-worker.ts")],
    format: "iife",
    write: false,
    metafile: true,
  });
  const [file] = worker.outputFiles;
  const built = await build({
    ...options,
    entryPoints: { main: join(here, "main.ts"), panel: join(here, "panel.css") },
    format: "iife",
    outdir,
    define: { LAYOUT_WORKER_SOURCE: JSON.stringify(file.text) },
    metafile: true,
  });
  onBundled?.(worker.metafile, built.metafile);
  const sizes = Object.entries(built.metafile.outputs).map(([path, { bytes }]) => [
    path.split("/").pop(),
    bytes,
  ]);
  return Object.fromEntries(sizes);
}
