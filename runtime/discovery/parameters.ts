import type { z } from "zod";
import { toJson } from "../authoring/as-json.ts";
import type { FlowOptions } from "../authoring/flow.ts";
import { UsageError } from "../errors/user-error.ts";
import type { ParameterField } from "../events/parameter-field.ts";
import { secretMark } from "../secrets/parts-of-secret.ts";
import { asSchemaTakes } from "./as-schema-takes.ts";
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
async function parameterSchema(options: FlowOptions): Promise<{
  readonly properties?: Record<string, PropertySchema>;
  readonly required?: readonly string[];
}> {
  if (options.parameters === undefined) return { properties: {} };
  const { toJSONSchema } = await import("zod");
  const { shape } = options.parameters;
  try {
    return jsonSchemaOf(toJSONSchema, options.parameters);
  } catch {
    // A default that no JSON is, say: then each parameter by itself.
    const properties: Record<string, PropertySchema> = {};
    const required: string[] = [];
    for (const [name, schema] of Object.entries(shape)) {
      properties[name] = jsonSchemaOr(toJSONSchema, schema);
      if (!schema.safeParse(undefined).success) required.push(name);
    }
    return { properties, required };
  }
}

type ToJsonSchema = typeof z.toJSONSchema;

function jsonSchemaOr(toJSONSchema: ToJsonSchema, schema: z.core.$ZodType): PropertySchema {
  try {
    return jsonSchemaOf(toJSONSchema, schema);
  } catch {
    return {}; // any JSON
  }
}

function jsonSchemaOf(toJSONSchema: ToJsonSchema, schema: z.core.$ZodType) {
  // JSON Schema is wider than what zod writes of an object of parameters.
  return toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { type } = zodSchema._zod.def;
      if (type === "bigint" || type === "date") Object.assign(jsonSchema, { type }); // what no JSON is: ours
    },
  }) as never;
}

/** A default as JSON says it, of a schema or of what it wraps. */
function jsonDefault(schema: unknown): unknown {
  for (let at = schema as DefaultSchema | undefined; at?._zod?.def !== undefined; ) {
    const { type, innerType, in: first } = at._zod.def;
    if (type === "default" || type === "prefault") return toJson(at._zod.def.defaultValue);
    at = innerType ?? first;
  }
  return undefined;
}

interface DefaultSchema {
  readonly _zod?: {
    readonly def?: {
      readonly type: string;
      readonly defaultValue?: unknown;
      readonly innerType?: DefaultSchema;
      readonly in?: DefaultSchema;
    };
  };
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
    default: shownDefault(
      jsonDefault(options.parameters?.shape[name]),
      isSecret(options.parameters?.shape[name]),
    ),
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
    case "bigint":
    case "date":
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
  const result = parameters.safeParse(asSchemaTakes(parameters, given));
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
  return `Parameter '${issue.path.join(".")}' is ${JSON.stringify(toJson(value))}: ${issue.message}.${hintFor(issue)}`;
}

/** How to give what a JSON value, or a text of the command line, can't be. */
function hintFor(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type") return "";
  if (issue.expected === "date") return " Give a date such as 2024-01-31 or 2024-01-31T12:00:00Z.";
  return issue.expected === "bigint"
    ? ' Give a whole number; in JSON, a large one as a text: "9007199254740993".'
    : "";
}
