// `npm run package`: millrace-<platform>.vsix for this platform; `npm run package -- darwin-arm64` for another, and
// `npm run package -- all` for all. The native parts (DuckDB, esbuild) differ by platform, so each platform has a
// package of its own, that any machine makes.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, resolve } from "node:path";
import { build } from "./build.mjs";
import { buildExtension, buildPanel } from "./extension.mjs";
import { root } from "./freshness.mjs";
import { isMain } from "./is-main.mjs";
import { binariesBelow, binaryProblems } from "./native-binaries.mjs";
import { noticesFile, noticesText } from "./notices.mjs";

export const platforms = [
  "linux-x64",
  "linux-arm64",
  "alpine-x64",
  "alpine-arm64",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64",
  "win32-arm64",
];

/** What goes into the package beside the modules that it needs. */
const contents = ["CHANGELOG.md", "LICENSE", ".vscodeignore", "dist", "runtime/flows", "extension/media"];

/** Makes the package for a platform. @returns its path. */
export async function makePackage({ platform = thisPlatform(), out = root } = {}) {
  await build();
  await buildExtension();
  await buildPanel();
  const { createVSIX } = await import("@vscode/vsce");
  const stage = mkdtempSync(join(tmpdir(), "millrace-package-"));
  try {
    for (const path of contents) {
      if (existsSync(join(root, path))) cpSync(join(root, path), join(stage, path), { recursive: true });
    }
    writeFileSync(join(stage, "README.md"), pageOfExtension());
    installModules(stage, platform);
    const problems = binaryProblems(binariesBelow(stage), platform);
    if (problems.length > 0) throw new Error(`The package for ${platform}: ${problems.join(" ")}`);
    writeFileSync(join(stage, noticesFile), noticesText(stage));
    const {
      scripts: _scripts,
      devDependencies: _dev,
      files: _files,
      private: _private,
      ...manifest
    } = readJson(join(root, "package.json"));
    writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    mkdirSync(out, { recursive: true });
    const packagePath = join(resolve(out), `millrace-${platform}.vsix`);
    await createVSIX({
      cwd: stage,
      packagePath,
      target: platform,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
      skipLicense: true,
    });
    return packagePath;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** extension/README.md as it stands at the package's root, where its links start. */
function pageOfExtension() {
  const text = readFileSync(join(root, "extension", "README.md"), "utf8");
  return text.replaceAll(/\]\((?!https?:|#)([^)]+)\)/g, (_, path) => `](${posix.join("extension", path)})`);
}

/** Installs what the lock file names for a platform, without what only development needs. */
function installModules(stage, platform) {
  for (const file of ["package.json", "package-lock.json", ".npmrc"])
    cpSync(join(root, file), join(stage, file));
  const [name, cpu] = platform.split("-");
  const os = name === "alpine" ? "linux" : name;
  const args = ["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline", `--os=${os}`, `--cpu=${cpu}`];
  if (os === "linux") args.push(`--libc=${name === "alpine" ? "musl" : "glibc"}`);
  const { status } = spawnSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: stage,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm ${args.join(" ")} failed.`);
  rmSync(join(stage, "package-lock.json"));
  rmSync(join(stage, ".npmrc"));
}

export function thisPlatform() {
  const isMusl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
  return `${isMusl ? "alpine" : process.platform}-${process.arch}`;
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

if (isMain(import.meta.url)) {
  const [asked = thisPlatform()] = process.argv.slice(2);
  if (asked !== "all" && !platforms.includes(asked)) {
    console.error(`There is no package for '${asked}'. Name one of ${platforms.join(", ")}, or all.`);
    process.exit(2);
  }
  for (const platform of asked === "all" ? platforms : [asked]) {
    const path = await makePackage({ platform });
    console.log(`${path}: ${(statSync(path).size / 2 ** 20).toFixed(1)} MB`);
  }
}
