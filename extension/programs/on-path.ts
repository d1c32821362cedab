import { existsSync } from "node:fs";
import { posix, win32 } from "node:path";

/** What of the machine says where programs are. */
export interface ProgramPlaces {
  readonly platform: NodeJS.Platform;
  /** The variable PATH. */
  readonly path: string;
  exists(file: string): boolean;
}

/**
 * Where a program is found by the PATH, first things first. Only absolute entries count: a relative one means
 * another folder wherever it is used, such as a workspace that has a program of that name ready. On Windows only
 * programs count that can be started without its command interpreter, and not a script such as `docker.cmd`.
 */
export function onPath(program: string, { platform, path, exists }: ProgramPlaces = here()): string[] {
  const { delimiter, isAbsolute, join } = platform === "win32" ? win32 : posix;
  const name = platform === "win32" ? `${program}.exe` : program;
  return path
    .split(delimiter)
    .map((folder) => folder.replace(/^"(.*)"$/, "$1"))
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .filter((file) => exists(file));
}

function here(): ProgramPlaces {
  return { platform: process.platform, path: process.env.PATH ?? "", exists: existsSync };
}
