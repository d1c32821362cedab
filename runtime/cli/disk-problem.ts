import { dirname } from "node:path";
import { folderAdvice, folderUse } from "./folder-owner.ts";

/**
 * What an error of the file system means, where, and what to do about it.
 * @returns undefined for another kind of error, or one that only its own message can tell.
 */
export function diskProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("syscall" in error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException; // what has a syscall is one
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return `The disk is full${path === undefined ? "" : `: ${path} can't be written`}. Make room, then run the command again.`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      if (path === undefined) return undefined;
      return syscall === "mkdir" || syscall === "mkdtemp"
        ? `The folder ${path} can't be made, since ${dirname(path)} is not writable. ${advice(dirname(path), code)}`
        : `${path} may not be used (${syscall}: ${code}). ${advice(path, code)}`;
    case "EEXIST":
    case "ENOTDIR":
      return path === undefined
        ? undefined
        : `The folder ${path} can't be made: a part of that path is a file. Move it away, or use another folder.`;
    case "ENOENT":
      return syscall === "mkdir" && path !== undefined
        ? `The folder ${path} can't be made: ${dirname(path)} takes no folders. Use another folder.`
        : undefined;
    case "EIO":
      return `The disk failed${path === undefined ? "" : ` at ${path}`} (${syscall}: EIO). Once that is put right, run the command again.`;
    default:
      return undefined;
  }
}

function advice(path: string, code: string): string {
  const use = folderUse(path, code === "EROFS");
  return (use && folderAdvice(use)) ?? "Check its permissions, or use another folder.";
}
