import type { FlowOptions } from "../authoring/flow.ts";
import { withoutSecrets } from "../discovery/secret-parameters.ts";
import { UsageError, UserError } from "../errors/user-error.ts";

/** By what people know a run again. */
export interface RunLabel {
  /** Default: one at random, such as `wise-otter`. */
  readonly name?: string;
  readonly tags: readonly string[];
}

/** A name stands in the run's id, which is a folder's name, and in commands that are shown to be copied. */
const longestName = 100;

/**
 * The run's name, given or made from its parameters by the flow's template, and its tags: the flow's and those given.
 * @param values parameters with defaults.
 * @throws {UsageError} for a name without any letter or digit; {UserError} for a template that names no parameter.
 */
export function labelOf(
  options: FlowOptions,
  values: { readonly [name: string]: unknown },
  given: { readonly name?: string | undefined; readonly tags?: readonly string[] | undefined },
): RunLabel {
  const name = given.name ?? nameByTemplate(options, values);
  const tags = [...new Set([...(options.tags ?? []), ...(given.tags ?? [])])];
  return { ...(name === undefined ? {} : { name: nameIn(name) }), tags };
}

function nameByTemplate(
  options: FlowOptions,
  parameters: { readonly [name: string]: unknown },
): string | undefined {
  const { runName } = options;
  if (runName === undefined) return undefined;
  // Names are shown wherever runs are: what is secret is not in them.
  const values = withoutSecrets(options, parameters);
  if (typeof runName === "function") return runName(values);
  return runName.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => {
    if (!(parameter in values))
      throw new UserError(
        `The runName of flow '${options.name}' is '${runName}', and the flow has no parameter '${parameter}'.`,
      );
    const value = values[parameter];
    return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
  });
}

/** What a folder, and a command line without quotes, can have: the rest becomes `-`. */
function nameIn(name: string): string {
  const kept = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^\w.-]+/g, "-")
    .replaceAll(/^[-.]+/g, "")
    .slice(0, longestName)
    .replaceAll(/[-.]+$/g, ""); // Windows takes no folder's name that ends in a dot
  if (/[A-Za-z0-9]/.test(kept) && kept !== "latest") return kept;
  throw new UsageError(`A run can't be named '${name}': give a name with letters or digits.`);
}
