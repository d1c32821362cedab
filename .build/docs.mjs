// `npm run docs`: a reference of all that can be imported, in docs/, made by TypeDoc. It reads TypeScript 6, not the 7
// that checks our types, so that both come by npx, to its own cache.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./freshness.mjs";
import { install } from "./install.mjs";
import { isMain } from "./is-main.mjs";

const packages = ["typedoc@0.28", "typescript@6.0"];
const options = {
  entryPoints: ["runtime/index.ts", "runtime/matching.ts", "runtime/testing.ts"],
  out: "docs",
  name: "Millrace",
  readme: "runtime/README.md",
  highlightLanguages: ["typescript", "javascript", "bash", "python", "json"],
  tsconfig: ".build/tsconfig.types.json",
  gitRevision: "main",
};

/** Makes the reference. @returns whether it could be made without a warning. */
function makeReference() {
  const args = Object.entries(options).flatMap(([name, value]) =>
    [value].flat().flatMap((each) => [`--${name}`, each]),
  );
  const { status } = spawnSync(
    "npx",
    [
      ...["--yes", ...packages.map((each) => `--package=${each}`), "typedoc"],
      ...["--validation.notExported", "false", "--disableSources", "--treatWarningsAsErrors", ...args],
    ],
    { cwd: root, stdio: "inherit", shell: process.platform === "win32" },
  );
  return status === 0;
}

if (isMain(import.meta.url)) {
  await install();
  if (!makeReference()) process.exit(1);
  console.log(`The reference is in ${join(root, options.out, "index.html")}.`);
}
