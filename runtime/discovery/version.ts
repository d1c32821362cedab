import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolder } from "./runtime-modules.ts";

export function millraceVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
    version: string;
  }; // our own
  return version;
}
