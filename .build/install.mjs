import { spawnSync } from "node:child_process";
import { digestOf, root, unlessFresh } from "./freshness.mjs";

/** Installs the packages of package-lock.json, unless they are. */
export async function install() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Millrace needs Node 20.19 or later; this is ${process.versions.node}.`);
    process.exit(1);
  }
  await unlessFresh("node_modules/.millrace-installed", digestOf(["package-lock.json"]), () => {
    console.log("Installing packages...");
    const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    const { status, error } = spawnSync("npm", args, {
      cwd: root,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    if (status !== 0) {
      console.error(`npm ${args.join(" ")} failed${error ? `: ${error.message}` : ""}.`);
      process.exit(1);
    }
  });
}
