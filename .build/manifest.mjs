// Writes the extension's part of package.json from extension/manifest/. `--check` only says whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./freshness.mjs";
import { isMain } from "./is-main.mjs";

/** The extension's fields of package.json, as extension/manifest/ declares them. */
export async function fieldsOfExtension() {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(root, "extension", "manifest", "contributes.ts")],
    bundle: true,
    write: false,
    format: "esm",
    logLevel: "warning",
  });
  const source = Buffer.from(outputFiles[0].contents).toString("base64");
  const { extensionFields } = await import(`data:text/javascript;base64,${source}`);
  return extensionFields();
}

/** package.json's text with the extension's fields. */
export async function manifestText() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // Its own fields first, as they were; the extension's after them.
  const fields = await fieldsOfExtension();
  for (const name of Object.keys(fields)) delete manifest[name];
  manifest.engines = { ...manifest.engines, vscode: "^1.105.0" };
  return `${JSON.stringify({ ...manifest, ...fields }, undefined, 2)}\n`;
}

export async function writeManifest() {
  const file = join(root, "package.json");
  const text = await manifestText();
  if (readFileSync(file, "utf8") === text) return false;
  writeFileSync(file, text);
  return true;
}

if (isMain(import.meta.url)) {
  if (process.argv.includes("--check")) {
    if (readFileSync(join(root, "package.json"), "utf8") !== (await manifestText())) {
      console.error(
        "package.json doesn't say what extension/manifest/ declares: run 'node .build/manifest.mjs'.",
      );
      process.exit(1);
    }
  } else {
    await writeManifest();
  }
}
