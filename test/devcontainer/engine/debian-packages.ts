import { readFile } from "node:fs/promises";
import { runCommand } from "./run-command.ts";

const quiet = { DEBIAN_FRONTEND: "noninteractive" };

/** Installs packages on this machine; it has to be Debian's, and we root. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  await runCommand("apt-get", ["update", "-qq"], { env: quiet });
  await runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], {
    env: quiet,
  });
}

const sources = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"];

/** Where this machine gets Debian's packages from. */
export async function debianMirror(): Promise<string> {
  for (const file of sources) {
    const text = await readFile(file, "utf8").catch(() => "");
    const [, uri] = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+)/m.exec(text) ?? [];
    if (uri !== undefined) return uri;
  }
  throw new Error(`None of ${sources.join(", ")} says where this machine gets Debian's packages from.`);
}
