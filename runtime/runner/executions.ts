import { join } from "node:path";
import { sha256 } from "../crossing/bytes.ts";
import { toStoredPath } from "../crossing/result-file.ts";
import { digestTree } from "../disk/tree-digest.ts";
import type { RunNode } from "./run-node.ts";

/**
 * Digest of what a run is made from: of the executions above it and of tables that it is given.
 * @param tables from {@link tableIdentity}.
 * @returns undefined if one of them didn't complete: that is never the same; `""` if there are none.
 */
export function usedExecutions(above: Iterable<RunNode>, tables: readonly string[]): string | undefined {
  const used: string[] = [...tables];
  for (const { id, execution } of above) {
    if (execution === undefined) return undefined;
    used.push(`${id}\0${execution}`);
  }
  return used.length === 0 ? "" : sha256(Buffer.from(used.join("\n"))).slice(0, 32);
}

/**
 * What a table is known again by. A file that an execution left has a name that no other has; one that was written
 * just to be handed on counts by its content, since it is written again by each attempt.
 * @param ownFiles beginning of the names of the files that were written for it, relative to the run's folder.
 */
export async function tableIdentity(handle: unknown, ownFiles: string, runFolder: string): Promise<string> {
  if (typeof handle !== "object" || handle === null || !("path" in handle)) return JSON.stringify(handle);
  const path = toStoredPath(String(handle.path), runFolder);
  if (!path.startsWith(`./${ownFiles}`)) return JSON.stringify({ ...handle, path });
  const { sha256, bytes } = await digestTree(join(runFolder, path));
  return `${sha256} ${bytes}`;
}
