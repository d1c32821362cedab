// What `npm pack` and `npm publish` run first: from a fresh clone, too, a package has what `files` lists, built. The
// package.json that goes into it has no fields of VS Code's; `postpack` writes them again.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";
import { fieldsOfExtension } from "./manifest.mjs";
import { noticesFile, runtimeNotices } from "./notices.mjs";

await build();
writeFileSync(join(root, "dist", noticesFile), runtimeNotices());

const file = join(root, "package.json");
const manifest = JSON.parse(readFileSync(file, "utf8"));
const { keywords } = manifest;
for (const name of Object.keys(await fieldsOfExtension())) delete manifest[name];
delete manifest.engines.vscode;
writeFileSync(file, `${JSON.stringify({ ...manifest, keywords }, undefined, 2)}\n`);
