import type { LoadedFlow } from "../discovery/load-flow.ts";
import { UsageError } from "../errors/user-error.ts";
import { previewFlow } from "../runner/preview-flow.ts";
import { findSecret, missingSecrets } from "../secrets/find-secret.ts";
import { captureOutput } from "../worker/capture-output.ts";

/**
 * Sees to it that the secrets that the flow's body asks for are there before the run starts, as far as a preview can
 * tell. The body is only called for it where its code names one that isn't there.
 * @throws {UsageError} that names those that are missing.
 */
export async function checkSecrets(
  loaded: LoadedFlow,
  parameters: { readonly [name: string]: unknown },
): Promise<void> {
  if (loaded.secrets.every((name) => findSecret(name) !== undefined)) return;
  captureOutput("stdout"); // what a body prints in a preview is printed nowhere
  const { secrets = [] } = await previewFlow(loaded, parameters);
  const missing = secrets.filter(({ isThere }) => !isThere).map(({ name }) => name);
  if (missing.length > 0) throw new UsageError(missingSecrets(missing));
}
