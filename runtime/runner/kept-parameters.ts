import { isDeepStrictEqual } from "node:util";
import { toJson } from "../authoring/as-json.ts";
import type { FlowOptions } from "../authoring/flow.ts";
import { fromBytes, toBytes } from "../crossing/bytes.ts";
import { isSecret, withoutSecrets } from "../discovery/secret-parameters.ts";
import { secretsIn } from "../secrets/known-secrets.ts";
import type { RunInfo } from "../store/run-info.ts";

type Values = { readonly [name: string]: unknown };

/** A run's parameters in its `run.json`: as they are shown, and, where that isn't all, exactly. */
export function keptParameters(
  options: FlowOptions,
  given: Values,
  values: Values,
): Pick<RunInfo, "parameters" | "exact"> {
  const kept = withoutSecrets(options, given);
  const parameters = toJson(kept) as Values; // of an object it is one
  const defaults: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values))
    if (
      !(name in given) &&
      value !== undefined &&
      !isSecret(options.parameters?.shape[name]) &&
      canBeKept(value)
    )
      defaults[name] = value;
  if (Object.keys(defaults).length === 0 && isDeepStrictEqual(parameters, kept)) return { parameters };
  const bytes = toBytes({ given: kept, defaults }, `A parameter of the flow '${options.name}'`);
  return { parameters, ...(secretsIn(bytes).length > 0 ? {} : { exact: bytes.toString("base64") }) };
}

/** A default may be anything, and a function that gives one can be called again. */
function canBeKept(value: unknown): boolean {
  try {
    toBytes(value, "A default");
    return true;
  } catch {
    return false;
  }
}

/** What a run was given, and the defaults that it had besides: they may have been of its time, or by chance. */
export function parametersOf({ parameters, exact }: RunInfo): {
  readonly given: Values;
  readonly defaults: Values;
} {
  if (exact === undefined) return { given: parameters, defaults: {} };
  const { given, defaults } = fromBytes(Buffer.from(exact, "base64")) as {
    given?: unknown;
    defaults?: unknown;
  };
  return { given: isObject(given) ? given : parameters, defaults: isObject(defaults) ? defaults : {} };
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null;
}
