import { statSync } from "node:fs";
import { isInContainer } from "../processes/known-process.ts";

/** Whose a folder is and who wants to write to it, as far as it matters. */
export interface FolderUse {
  readonly readOnly: boolean;
  readonly owner: { readonly uid: number; readonly gid: number };
  /** The process's user; undefined where the system has none. */
  readonly uid: number | undefined;
  readonly container: boolean;
}

export function folderUse(folder: string, readOnly: boolean): FolderUse | undefined {
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner === undefined) return undefined;
  return { readOnly, owner, uid: process.getuid?.(), container: isInContainer() };
}

/** What to do about a folder that can't be written to; undefined where nothing is known of the reason. */
export function folderAdvice({ readOnly, owner, uid, container }: FolderUse): string | undefined {
  if (readOnly)
    return container
      ? "It is mounted read-only in this container: mount it without ':ro' or 'readonly'."
      : "It is on a file system that is mounted read-only: use another folder.";
  if (uid === undefined || uid === owner.uid) return undefined;
  const whose = `It belongs to user ${owner.uid}, and this process is user ${uid}.`;
  if (!container) return `${whose} Give yourself access, or use another folder.`;
  // A container of root's would leave files that the host's user can't delete.
  return owner.uid === 0
    ? `${whose} On the host, give the folder to the user whose it should be: sudo chown -R $(id -u) <folder>.`
    : `${whose} Start the container as that user: env UID=${owner.uid} GID=${owner.gid} docker compose run ...`;
}
