import { Command, Option } from "commander";
import { UsageError } from "../errors/user-error.ts";
import type { ParameterField } from "../events/parameter-field.ts";
import { fromOption } from "./option-value.ts";
import { noteText, print } from "./output.ts";

const parameterGroup = "The flow's parameters:";

/**
 * A command whose options are a flow's parameters, and those that `own` adds. A parameter comes before one of those
 * that has its name; an alias that is taken is left out.
 * @returns the command, and the flags that would be `own` but for the parameters.
 */
export function parameterCommand(
  name: string,
  description: string,
  fields: readonly ParameterField[],
  own: (command: Command) => Command,
): { readonly command: Command; readonly clashes: readonly string[] } {
  const command = new Command(name)
    .usage("[options]")
    .description(description)
    .configureOutput({ writeOut: print, writeErr: noteText })
    .exitOverride()
    .showSuggestionAfterError()
    .allowExcessArguments(false);
  const taken = new Set<string | undefined>(["-h", "--help"]);
  for (const field of fields) {
    if (taken.has(longFlag(field.name)) || !/^[A-Za-z][\w-]*$/.test(field.name)) continue;
    for (const option of parameterOptions(field, taken)) {
      command.addOption(option.helpGroup(parameterGroup));
      taken.add(option.short).add(option.long);
    }
  }
  command.optionsGroup("Options:");
  const clashes: string[] = [];
  for (const option of own(new Command()).options) {
    if (taken.has(option.long)) clashes.push(option.long ?? "");
    else command.addOption(option);
  }
  return { command, clashes };
}

/** What the parsed command's options say of the flow's parameters. */
export function givenParameters(
  command: Command,
  fields: readonly ParameterField[],
): Record<string, unknown> {
  const values = command.opts<Record<string, unknown>>();
  const isParameter = fields.some(({ name }) => longFlag(name) === "--parameters");
  const given = isParameter ? {} : readParameters(values.parameters);
  for (const field of fields) {
    const option = command.options.find(({ long }) => long === longFlag(field.name));
    if (option?.helpGroupHeading !== parameterGroup) continue;
    const value = values[option.attributeName()];
    if (value !== undefined) given[field.name] = fromOption(field, value);
  }
  return given;
}

/** What the parsed command's options say beside the flow's parameters. */
export function ownOptions(command: Command): Record<string, unknown> {
  const values = command.opts<Record<string, unknown>>();
  return Object.fromEntries(
    command.options
      .filter((option) => option.helpGroupHeading !== parameterGroup)
      .map((option) => [option.attributeName(), values[option.attributeName()]])
      .filter(([, value]) => value !== undefined),
  );
}

/** What the option `--parameters` says. @throws {UsageError} for what is no JSON object. */
export function readParameters(given: unknown): Record<string, unknown> {
  return typeof given === "string" ? readObject(given) : {};
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    // What it says repeats a part of the text, in which there may be a secret.
    const place = /position \d+/.exec((error as Error).message)?.[0]; // JSON.parse throws nothing else
    throw new UsageError(`--parameters is no JSON${place === undefined ? "" : `, at ${place}`}.`);
  }
  throw new UsageError(`--parameters is no JSON object: give one such as '{"n": 3}'.`);
}

function parameterOptions(field: ParameterField, taken: ReadonlySet<string | undefined>): Option[] {
  const alias = field.alias === undefined || taken.has(`-${field.alias}`) ? "" : `-${field.alias}, `;
  const value =
    field.type === "boolean" ? "[boolean]" : field.type === "array" ? "<value...>" : `<${field.type}>`;
  const option = new Option(`${alias}${longFlag(field.name)} ${value}`, describe(field));
  if (field.type !== "boolean") return [option];
  const negation = new Option(longFlag(field.name).replace("--", "--no-"), `${field.name}: false`).hideHelp();
  return taken.has(negation.long) ? [option] : [option, negation];
}

function describe(field: ParameterField): string {
  const notes = [
    field.choices === undefined ? undefined : `one of ${field.choices.join(", ")}`,
    range(field),
    field.required ? "required" : undefined,
    field.default === undefined || field.secret ? undefined : `default: ${defaultText(field)}`,
  ].filter((note) => note !== undefined);
  return [field.description, notes.length === 0 ? undefined : `(${notes.join("; ")})`]
    .filter((part) => part !== undefined)
    .join(" ");
}

function defaultText({ type, default: value }: ParameterField): string {
  return (type === "bigint" || type === "date") && typeof value === "string" ? value : JSON.stringify(value);
}

function range({ minimum, maximum }: ParameterField): string | undefined {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `from ${minimum}`;
  return maximum === undefined ? undefined : `up to ${maximum}`;
}

function longFlag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
