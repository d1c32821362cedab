import type { ColumnType } from "./session.ts";
import { TableError } from "./table-error.ts";

const simpleNames = [
  "boolean",
  "byte",
  "short",
  "integer",
  "long",
  "float",
  "double",
  "string",
  "date",
  "timestamp",
  "binary",
] as const;

export type SimpleName = (typeof simpleNames)[number];

/** A column's type, taken apart. */
export type ParsedType =
  | { readonly kind: SimpleName }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "array"; readonly item: ParsedType }
  | { readonly kind: "struct"; readonly fields: readonly { name: string; type: ParsedType }[] }
  | { readonly kind: "map"; readonly key: ParsedType; readonly value: ParsedType };

/**
 * Takes a type's name apart.
 * @throws {TableError} if it isn't one.
 */
export function parseColumnType(text: ColumnType): ParsedType {
  let at = 0;
  const fail = () =>
    new TableError(
      `${JSON.stringify(text)} is not a column type. There are: ${simpleNames.join(", ")}, decimal(10,2), array<integer>, struct<a:integer,b:string>, map<string,double>.`,
    );
  const take = (token: string) => {
    if (!text.startsWith(token, at)) throw fail();
    at += token.length;
  };
  const fieldName = (): string => {
    const match = /^(?:`((?:[^`]|``)+)`|([^:`<>,]+)):/.exec(text.slice(at));
    if (match === null) throw fail();
    at += match[0].length;
    return match[1]?.replaceAll("``", "`") ?? match[2] ?? "";
  };
  const type = (): ParsedType => {
    const name = /^[a-z]+/.exec(text.slice(at))?.[0] ?? "";
    at += name.length;
    if (isSimple(name)) return { kind: name };
    switch (name) {
      case "decimal": {
        const match = /^\((\d+),(\d+)\)/.exec(text.slice(at));
        if (match === null) throw fail();
        at += match[0].length;
        return { kind: "decimal", precision: Number(match[1]), scale: Number(match[2]) };
      }
      case "array": {
        take("<");
        const item = type();
        take(">");
        return { kind: "array", item };
      }
      case "map": {
        take("<");
        const key = type();
        take(",");
        const value = type();
        take(">");
        return { kind: "map", key, value };
      }
      case "struct": {
        take("<");
        const fields: { name: string; type: ParsedType }[] = [];
        do {
          if (fields.length > 0) at++;
          fields.push({ name: fieldName(), type: type() });
        } while (text[at] === ",");
        take(">");
        return { kind: "struct", fields };
      }
      default:
        throw fail();
    }
  };
  const parsed = type();
  if (at !== text.length) throw fail();
  return parsed;
}

function isSimple(name: string): name is SimpleName {
  return (simpleNames as readonly string[]).includes(name); // a wider array, to look any text up
}

/** Whether a row holds a type's values whole: its Date has milliseconds, a timestamp microseconds. */
export function isWholeInRows(type: ParsedType): boolean {
  switch (type.kind) {
    case "timestamp":
      return false;
    case "array":
      return isWholeInRows(type.item);
    case "struct":
      return type.fields.every((field) => isWholeInRows(field.type));
    case "map":
      return isWholeInRows(type.key) && isWholeInRows(type.value);
    case "boolean":
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "float":
    case "double":
    case "string":
    case "date":
    case "binary":
    case "decimal":
      return true;
    default:
      return type satisfies never;
  }
}

export function typeName(type: ParsedType): ColumnType {
  switch (type.kind) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "array":
      return `array<${typeName(type.item)}>`;
    case "map":
      return `map<${typeName(type.key)},${typeName(type.value)}>`;
    case "struct":
      return `struct<${type.fields.map((field) => `${fieldText(field.name)}:${typeName(field.type)}`).join(",")}>`;
    default:
      return type.kind;
  }
}

function fieldText(name: string): string {
  return /^[^:`<>,]+$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}
