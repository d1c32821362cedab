import { UsageError } from "../errors/user-error.ts";
import type { ParameterField } from "../events/parameter-field.ts";
import { secretMark } from "../secrets/parts-of-secret.ts";

/**
 * What an option's text means for its parameter. The flow's schema checks it after that.
 * @throws {UsageError} for text that can't be read as the parameter's type.
 */
export function fromOption(field: ParameterField, given: unknown): unknown {
  if (Array.isArray(given)) {
    return given.map((item: unknown) =>
      typeof item === "string" ? fromText(field, field.items ?? "string", item) : item,
    );
  }
  return typeof given === "string" ? fromText(field, field.type, given) : given;
}

function fromText(field: ParameterField, type: ParameterField["type"], given: string): unknown {
  switch (type) {
    case "number":
    case "integer":
      return readNumber(field, given);
    case "boolean":
      if (given === "true") return true;
      if (given === "false") return false;
      throw new UsageError(`Parameter '${field.name}' is ${shown(field, given)}: give true or false.`);
    case "array":
    case "json":
      return readJson(field, given);
    case "bigint":
    case "date":
      return given; // the schema reads it
    case "string":
      return readChoice(field, given);
  }
}

function readNumber(field: ParameterField, given: string): number {
  const value = Number(given);
  if (given.trim() !== "" && Number.isFinite(value)) return value;
  throw new UsageError(`Parameter '${field.name}' is ${shown(field, given)}: give a number.`);
}

function readJson(field: ParameterField, given: string): unknown {
  try {
    return JSON.parse(given);
  } catch (error) {
    const why = field.secret ? "" : ` (${(error as Error).message})`; // JSON.parse throws nothing else
    throw new UsageError(`Parameter '${field.name}' is ${shown(field, given)}: give JSON${why}.`);
  }
}

function readChoice(field: ParameterField, given: string): unknown {
  const { choices } = field;
  if (choices === undefined) return given;
  return choices.find((choice) => String(choice) === given) ?? given;
}

function shown(field: ParameterField, given: string): string {
  return field.secret ? secretMark : `'${given}'`;
}
