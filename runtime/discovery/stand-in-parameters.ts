import type { z } from "zod";
import type { FlowOptions } from "../authoring/flow.ts";
import { UsageError } from "../errors/user-error.ts";
import type { ParameterField } from "../events/parameter-field.ts";
import { asSchemaTakes } from "./as-schema-takes.ts";
import { checkNames, describeIssue, parameterFields, parseParameters } from "./parameters.ts";

/**
 * Parameters for a preview: what is given is checked and defaults are filled in as for a run, and what is
 * missing or unknown gets a value of its type.
 * @param unknown whether a given value can't be known before a run.
 * @returns the parameters, and the names of those that got a stand-in.
 * @throws {UsageError} that names each given parameter that is wrong.
 */
export async function standInParameters(
  options: FlowOptions,
  given: { readonly [name: string]: unknown },
  unknown: (value: unknown) => boolean = () => false,
): Promise<{ readonly values: Record<string, unknown>; readonly standIns: readonly string[] }> {
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => !unknown(value)));
  const fields = await parameterFields(options);
  const missing = fields.filter(({ name, required }) => (name in given ? !(name in known) : required));
  if (missing.length === 0) return { values: parseParameters(options, given), standIns: [] };
  const standIns = Object.fromEntries(missing.map((field) => [field.name, standInValue(field)]));
  return {
    values: parseWith(options, known, standIns),
    standIns: missing.map(({ name }) => name),
  };
}

/** A stand-in may break the schema's rules, which is no fault of what was given. */
function parseWith(
  options: FlowOptions,
  known: Record<string, unknown>,
  standIns: Record<string, unknown>,
): Record<string, unknown> {
  checkNames(options, known);
  const shape: { readonly [name: string]: z.ZodType } = options.parameters?.shape ?? {};
  const whole = options.parameters?.safeParse({
    ...(asSchemaTakes(options.parameters, known) as Record<string, unknown>), // an object stays one
    ...standIns,
  });
  if (whole?.success) return whole.data;
  const values: Record<string, unknown> = { ...standIns };
  const problems: string[] = [];
  for (const [name, schema] of Object.entries(shape)) {
    if (name in standIns) continue;
    const parsed = schema.safeParse(asSchemaTakes(schema, known[name]));
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        ...parsed.error.issues.map((issue) =>
          describeIssue({ ...issue, path: [name, ...issue.path] }, known),
        ),
      );
  }
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return values;
}

function standInValue(field: ParameterField): unknown {
  if (field.choices?.[0] !== undefined) return field.choices[0];
  switch (field.type) {
    case "string":
      return `<${field.name}>`;
    case "number":
    case "integer":
      return field.minimum ?? Math.min(0, field.maximum ?? 0);
    case "bigint":
      return 0n;
    case "date":
      return new Date(0);
    case "boolean":
      return false;
    case "array":
      return [];
    case "json":
      return {};
  }
}
