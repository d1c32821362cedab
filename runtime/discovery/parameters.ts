import type { z } from "zod";
import type { FlowOptions } from "../authoring/flow.ts";
import { UsageError } from "../errors/user-error.ts";
import type { ParameterField } from "../events/parameter-field.ts";
import { secretMark } from "../secrets/parts-of-secret.ts";
import { isSecret, knowSecretParameters, withoutSecrets } from "./secret-parameters.ts";

/** The part of a JSON Schema that zod writes for a parameter. */
interface PropertySchema {
  readonly type?: string;
  readonly items?: PropertySchema;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly alias?: string;
}

/** The JSON Schema of what a flow takes. */
export async function parameterSchema(options: FlowOptions): Promise<{
  readonly properties?: Record<string, PropertySchema>;
  readonly required?: readonly string[];
}> {
  if (options.parameters === undefined) return { properties: {} };
  const { toJSONSchema } = await import("zod");
  // JSON Schema is wider than what zod writes of an object of parameters.
  return toJSONSchema(options.parameters, { io: "input", unrepresentable: "any" }) as never;
}

/** A flow's parameters, in the order of its schema. */
export async function parameterFields(options: FlowOptions): Promise<ParameterField[]> {
  const schema = await parameterSchema(options);
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    type: fieldType(property),
    items: property.type === "array" ? fieldType(property.items ?? {}) : undefined,
    alias: property.alias,
    description: property.description,
    required: required.has(name),
    default: shownDefault(property.default, isSecret(options.parameters?.shape[name])),
    choices: property.enum ?? (property.const === undefined ? undefined : [property.const]),
    // Bounds that only say "a safe integer" say nothing to a user.
    minimum: property.minimum === Number.MIN_SAFE_INTEGER ? undefined : property.minimum,
    maximum: property.maximum === Number.MAX_SAFE_INTEGER ? undefined : property.maximum,
    secret: isSecret(options.parameters?.shape[name]),
  }));
}

function shownDefault(value: unknown, secret: boolean): unknown {
  return secret && value !== undefined && value !== "" ? secretMark : value;
}

function fieldType(property: PropertySchema): ParameterField["type"] {
  switch (property.type) {
    case "string":
    case "number":
    case "integer":
    case "boolean":
    case "array":
      return property.type;
    default:
      return property.enum?.every((choice) => typeof choice === "string") ? "string" : "json";
  }
}

/**
 * Checks what a flow is to be run with and fills in the defaults. Secrets among it are known as such from then on.
 * @throws {UsageError} that names each parameter that is wrong.
 */
export function parseParameters(
  options: FlowOptions,
  given: { readonly [name: string]: unknown },
): Record<string, unknown> {
  const { parameters } = options;
  checkNames(options, given);
  if (parameters === undefined) return {};
  knowSecretParameters(options, given);
  const result = parameters.safeParse(given);
  if (result.success) {
    knowSecretParameters(options, result.data);
    return result.data;
  }
  const shown = withoutSecrets(options, given);
  throw new UsageError(result.error.issues.map((issue) => describeIssue(issue, shown)).join("\n"));
}

/** @throws {UsageError} that names what the flow has no parameter for. */
export function checkNames({ name, parameters }: FlowOptions, given: object): void {
  const unknown = Object.keys(given).filter((key) => !(key in (parameters?.shape ?? {})));
  if (unknown.length === 0) return;
  throw new UsageError(`The flow '${name}' has no parameter ${unknown.map((key) => `'${key}'`).join(", ")}.`);
}

/** What is wrong with a parameter, in a sentence. */
export function describeIssue(issue: z.core.$ZodIssue, given: { readonly [name: string]: unknown }): string {
  const [name] = issue.path;
  const value = typeof name === "string" ? given[name] : undefined;
  if (value === undefined) return `Parameter '${issue.path.join(".")}' is missing: ${issue.message}.`;
  return `Parameter '${issue.path.join(".")}' is ${JSON.stringify(value)}: ${issue.message}.`;
}
