import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadedFlow, loadFlow } from "../discovery/load-flow.ts";
import { resolveFlow } from "./resolve-flow.ts";

/** Loads a flow to look at it: its bundle goes when `look` has ended, and the folder gets no `.millrace/`. */
export async function withInspectedFlow<T>(
  reference: string,
  look: (loaded: LoadedFlow) => Promise<T>,
): Promise<T> {
  const file = await resolveFlow(reference, process.cwd());
  const bundles = await mkdtemp(join(tmpdir(), "millrace-bundle-"));
  try {
    return await look(await loadFlow(file, bundles));
  } finally {
    await rm(bundles, { recursive: true, force: true });
  }
}
