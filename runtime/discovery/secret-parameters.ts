import type { FlowOptions } from "../authoring/flow.ts";
import { UsageError } from "../errors/user-error.ts";
import { knowSecret, maskValue } from "../secrets/known-secrets.ts";
import { secretMark, shownSecret } from "../secrets/parts-of-secret.ts";

/** Whether a parameter was kept without what it was, or a part of it. */
export function isLost(value: unknown): boolean {
  if (typeof value === "string") return value.includes(secretMark);
  return typeof value === "object" && value !== null && Object.entries(value).flat().some(isLost);
}

/** A schema as far as it matters here: what `.meta()` says of it and of what it wraps, as `.optional()` does. */
interface Schema {
  meta?(): { readonly secret?: unknown } | undefined;
  readonly _zod?: { readonly def?: { readonly innerType?: unknown } };
}

/** Whether a parameter's schema has `.meta({ secret: true })`: its value is neither shown nor kept. */
export function isSecret(schema: unknown): boolean {
  for (
    let at = schema as Schema | undefined;
    at !== undefined;
    at = at._zod?.def?.innerType as Schema | undefined
  )
    if (at.meta?.()?.secret === true) return true;
  return false;
}

/** Parameters as they may be shown and kept: of the secrets among them a mark, or a database's URL without its password. */
export function withoutSecrets(
  { parameters }: FlowOptions,
  values: { readonly [name: string]: unknown },
): Record<string, unknown> {
  const kept: Record<string, unknown> = { ...values };
  for (const [name, schema] of Object.entries(parameters?.shape ?? {}))
    if (kept[name] !== undefined && kept[name] !== null && isSecret(schema))
      kept[name] = shownSecret(kept[name]);
  return maskValue(kept);
}

/** Makes values of secret parameters known as secrets. */
export function knowSecretParameters(
  { parameters }: FlowOptions,
  values: { readonly [name: string]: unknown },
): void {
  for (const [name, schema] of Object.entries(parameters?.shape ?? {}))
    if (isSecret(schema)) knowSecret(values[name]);
}

/**
 * The parameters of a run that goes on: as they were kept, with the secrets that are given again.
 * @throws {UsageError} for a secret that isn't given, and for what would change what the run has done already.
 */
export function withSecrets(
  { parameters }: FlowOptions,
  run: { readonly id: string; readonly parameters: { readonly [name: string]: unknown } },
  given: { readonly [name: string]: unknown },
): Record<string, unknown> {
  const other = Object.keys(given).find(
    (name) => !isSecret(parameters?.shape[name]) && !isLost(run.parameters[name]),
  );
  if (other !== undefined)
    throw new UsageError(
      `The parameter '${other}' of the run '${run.id}' can't change: only secrets are given again. Start a new run.`,
    );
  const all = { ...run.parameters, ...given };
  const missing = Object.keys(all).filter((name) => isLost(all[name]));
  if (missing.length === 0) return all;
  const example = JSON.stringify(Object.fromEntries(missing.map((name) => [name, "..."])));
  throw new UsageError(
    `The run '${run.id}' had a secret, which isn't kept: ${missing.join(", ")}. Give it again: --parameters '${example}'.`,
  );
}
