import { existsSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { nearestName } from "../authoring/nearest-name.ts";
import { findFlowFiles, flowFilePattern } from "../discovery/find-flow-files.ts";
import { FlowReader } from "../discovery/flow-reader.ts";
import { packageFolder } from "../discovery/runtime-modules.ts";
import { UsageError } from "../errors/user-error.ts";

/**
 * The file of the flow that is meant: a path, the stem of a flow file below the folder, or a flow's name.
 * The flows that come with Millrace are found when the folder has none so called.
 * @throws {UsageError} where there is none or more than one.
 */
export async function resolveFlow(reference: string, folder: string): Promise<string> {
  const path = resolve(folder, reference);
  const isThere = existsSync(path);
  if (isThere && statSync(path).isFile()) return path;
  if (flowFilePattern.test(reference))
    throw new UsageError(isThere ? `${path} is no regular file.` : `There is no file ${path}.`);
  const candidates: string[] = [];
  for (const place of [folder, join(packageFolder, "runtime", "flows")]) {
    const files = await findFlowFiles(place);
    const byStem = files.filter((file) => stemOf(file) === reference);
    const found = byStem.length > 0 ? byStem : await filesOfFlow(files, reference, candidates);
    candidates.push(...files.map(stemOf));
    if (found.length > 1) {
      const list = found.map((file) => `  ${relative(folder, file)}`).join("\n");
      throw new UsageError(
        `'${reference}' could be any of these; give the path of the one that you mean:\n${list}`,
      );
    }
    if (found[0] !== undefined) return found[0];
  }
  const hint = nearestName(reference, candidates);
  throw new UsageError(
    `There is no flow '${reference}' below ${folder}.${hint === undefined ? "" : ` Did you mean '${hint}'?`} 'millrace list' shows the flows there are.`,
  );
}

async function filesOfFlow(files: readonly string[], name: string, candidates: string[]): Promise<string[]> {
  await using reader = new FlowReader();
  const found: string[] = [];
  for (const file of files) {
    // Only the default export can be run: a subflow's name means nothing here.
    const own = (await reader.read(file)).file.flow?.name;
    if (own !== undefined) candidates.push(own);
    if (own === name) found.push(file);
  }
  return found;
}

function stemOf(file: string): string {
  return basename(file).replace(flowFilePattern, "");
}
