import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadedFlow, loadFlow } from "../discovery/load-flow.ts";
import { parameterFields } from "../discovery/parameters.ts";
import type { InspectedFlow } from "../events/inspected-flow.ts";
import { previewFlow } from "../runner/preview-flow.ts";
import { makeStore } from "../store/run-folder.ts";
import { findBase } from "./find-base.ts";
import { loadEnvFile } from "./load-env-file.ts";
import { resolveFlow } from "./resolve-flow.ts";

/**
 * What a form and a graph need to know of a flow before it runs.
 * @param base a folder whose `.millrace/` keeps the bundle, which a run there will use; without it nothing is kept.
 */
export async function inspectFlow(reference: string, folder: string, base?: string): Promise<InspectedFlow> {
  if (base === undefined) return withInspectedFlow(reference, folder, inspected);
  await loadEnvFile(base);
  const file = await resolveFlow(reference, folder);
  return inspected(await loadFlow(file, join(await makeStore(base), "bundles")));
}

async function inspected(loaded: LoadedFlow): Promise<InspectedFlow> {
  const { options } = loaded.flow.definition;
  return {
    flow: loaded.name,
    description: options.description ?? null,
    file: loaded.bundle.file,
    parameters: await parameterFields(options),
    plan: await previewFlow(loaded, {}),
  };
}

/** Loads a flow to look at it: its bundle goes when `look` has ended, and the folder gets no `.millrace/`. */
export async function withInspectedFlow<T>(
  reference: string,
  folder: string,
  look: (loaded: LoadedFlow) => Promise<T>,
): Promise<T> {
  await loadEnvFile(findBase(folder));
  const file = await resolveFlow(reference, folder);
  const bundles = await mkdtemp(join(tmpdir(), "millrace-bundle-"));
  try {
    return await look(await loadFlow(file, bundles));
  } finally {
    await rm(bundles, { recursive: true, force: true });
  }
}
