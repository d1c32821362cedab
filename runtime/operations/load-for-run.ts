import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleFlow } from "../discovery/bundle-flow.ts";
import { type LoadedFlow, loadFlow } from "../discovery/load-flow.ts";
import { makeStore } from "../store/run-folder.ts";

/**
 * Loads a flow with its bundle in the store of the run's folder, where its threads find it.
 * @param base that folder; where it is only known by what is chosen once the flow is loaded, the bundle that is loaded
 *   here is a temporary one, and the store gets the same.
 */
export async function loadForRun<Choices extends { readonly base: string }>(
  file: string,
  base: string | undefined,
  choose: (loaded: LoadedFlow) => Choices | Promise<Choices>,
): Promise<{ readonly loaded: LoadedFlow; readonly choices: Choices }> {
  if (base !== undefined) {
    const loaded = await loadFlow(file, await bundlesOf(base));
    return { loaded, choices: await choose(loaded) };
  }
  const bundles = await mkdtemp(join(tmpdir(), "millrace-bundle-"));
  try {
    const here = await loadFlow(file, bundles);
    const choices = await choose(here);
    const bundle = await bundleFlow(file, await bundlesOf(choices.base));
    return { loaded: { ...here, bundle }, choices };
  } finally {
    await rm(bundles, { recursive: true, force: true });
  }
}

async function bundlesOf(base: string): Promise<string> {
  return join(await makeStore(base), "bundles");
}
