// Packages Millrace's extension, unless that is done, and installs it in the VS Code that the container is open in.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { digestOf, root, unlessFresh } from "../.build/freshness.mjs";
import { makePackage, thisPlatform } from "../.build/package.mjs";

const sources = [
  "package.json",
  "package-lock.json",
  ".build",
  "runtime",
  "extension",
  "webview",
  "README.md",
];

const vsix = join(root, `millrace-${thisPlatform()}.vsix`);
const digest = existsSync(vsix) ? digestOf(sources) : `${digestOf(sources)} missing`;
await unlessFresh("node_modules/.millrace-packaged", digest, async () => {
  console.log("Packaging Millrace's extension...");
  await makePackage();
});

const code = findCode();
if (code === undefined) {
  // As with `devcontainer up` in a terminal.
  console.log(`No VS Code is in this container; its extension is ${vsix}.`);
  process.exit(0);
}
const { status } = spawnSync(code, ["--install-extension", vsix, "--force"], { stdio: "inherit" });
if (status !== 0) {
  console.error(
    `'${code} --install-extension' failed. Install ${vsix} by "Extensions: Install from VSIX...".`,
  );
  process.exit(1);
}
console.log('Millrace is installed: run "Millrace: Run Flow" from the command palette.');

/** VS Code's command where it is on the PATH, as in its terminals; else its server's own. */
function findCode() {
  const names = ["code", "code-insiders", "code-server", "codium", "cursor"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...servers()].find((path) => existsSync(path));
}

/** `<home>/bin/<commit>/bin/code-server`, or with the platform before the commit. */
function servers() {
  const homes = [
    "/vscode/vscode-server",
    join(homedir(), ".vscode-server"),
    join(homedir(), ".vscode-server-insiders"),
  ];
  const below = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);
  return homes.flatMap((home) =>
    below(join(home, "bin")).flatMap((folder) =>
      [folder, ...below(folder)].map((version) => join(version, "bin", "code-server")),
    ),
  );
}
