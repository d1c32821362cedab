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

/** Where this machine gets Debian's packages from. */
export async function debianMirror(): Promise<string> {
  const sources = await readFile("/etc/apt/sources.list.d/debian.sources", "utf8").catch(() => "");
  return /^URIs:\s*(\S+)/m.exec(sources)?.[1] ?? "http://deb.debian.org/debian";
}
