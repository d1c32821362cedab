import { basename } from "node:path";
import { deleteRun, deleteRunFolder } from "../../runtime/store/prune.ts";
import { confirm, tell } from "../shown/notifications.ts";

/** Deletes runs after a question. What is running is left, and said. */
export async function deleteRuns(paths: readonly string[]): Promise<void> {
  const [first] = paths;
  if (first === undefined) return;
  const what = paths.length === 1 ? `the run '${basename(first)}'` : `${paths.length} runs`;
  const detail =
    "Its log, results and artifacts are deleted from the disk. What the flow wrote elsewhere stays.";
  if (!(await confirm(`Delete ${what}?`, detail, "Delete"))) return;
  const alive: string[] = [];
  for (const path of paths) if (!(await remove(path))) alive.push(basename(path));
  if (alive.length > 0) void tell(`Still running, and so not deleted: ${alive.join(", ")}.`);
}

async function remove(path: string): Promise<boolean> {
  try {
    return await deleteRun(path);
  } catch {
    // A run whose run.json can't be read can only be deleted as a folder.
    await deleteRunFolder(path);
    return true;
  }
}
