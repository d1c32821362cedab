import { readFileSync, readlinkSync } from "node:fs";

/** What a small file of the system says; nothing where it isn't there, or isn't for us. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

export function readlinkText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
