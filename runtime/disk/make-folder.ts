import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../errors/user-error.ts";
import { syncFolder } from "./sync.ts";

/** Something that is no folder stands where one has to be. */
class InTheWayError extends UserError {
  override readonly name = "InTheWayError";
  /** As `mkdir` has it, and the path, too. */
  readonly code = "EEXIST";
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(
      `The folder ${path} can't be made: a part of that path is a file. Move it away, or use another folder.`,
      { cause },
    );
    this.path = path;
  }
}

/**
 * Makes a folder and those above it that are missing, so that a power cut doesn't take them. Node's own `recursive` does so too, but tries for ever
 * where a folder that is there takes no others, as below /proc.
 * @param path absolute.
 * @returns the first that it made, undefined if all were there.
 * @throws what `mkdir` rejects with; {@link InTheWayError} where a part of the path is no folder.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let folder = path; folder !== dirname(folder) && !(await isFolder(folder)); folder = dirname(folder))
    missing.push(folder);
  let first: string | undefined;
  const naming: string[] = [];
  for (const folder of missing.reverse()) {
    try {
      await mkdir(folder);
      first ??= folder;
      naming.push(dirname(folder));
    } catch (error) {
      // Another process may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // mkdir rejects with nothing else
      if (!(await isFolder(folder))) throw new InTheWayError(folder, error);
    }
  }
  for (const folder of naming) await syncFolder(folder).catch(unlessUnreadable);
  return first;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // stat rejects with nothing else
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}

/** Who may put a folder into another needn't be able to read that. */
function unlessUnreadable(error: NodeJS.ErrnoException): void {
  if (error.code !== "EACCES") throw error;
}
