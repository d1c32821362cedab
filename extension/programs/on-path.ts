import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * Where a program is found by the PATH, first things first. Only absolute entries count: a relative one means
 * another folder wherever it is used, such as a workspace that has a program of that name ready.
 */
export function onPath(program: string, path = process.env.PATH ?? ""): string[] {
  const names = process.platform === "win32" ? [`${program}.exe`, `${program}.cmd`] : [program];
  return path
    .split(delimiter)
    .map((folder) => folder.replace(/^"(.*)"$/, "$1"))
    .filter(isAbsolute)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .filter((file) => existsSync(file));
}
