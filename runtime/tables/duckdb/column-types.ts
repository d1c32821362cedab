import type * as DuckDb from "@duckdb/node-api";
import { type ColumnType, TableError } from "../session.ts";
import { quoted } from "./quoting.ts";

type Api = typeof DuckDb;

const simpleTypes = {
  boolean: "BOOLEAN",
  byte: "TINYINT",
  short: "SMALLINT",
  integer: "INTEGER",
  long: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  string: "VARCHAR",
  date: "DATE",
  timestamp: "TIMESTAMP",
  binary: "BLOB",
} as const;

type SimpleName = keyof typeof simpleTypes;

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
      `${JSON.stringify(text)} is not a column type. There are: ${Object.keys(simpleTypes).join(", ")}, decimal(10,2), array<integer>, struct<a:integer,b:string>, map<string,double>.`,
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
  return Object.hasOwn(simpleTypes, name);
}

/** The engine's SQL for a type. */
export function sqlType(type: ParsedType): string {
  switch (type.kind) {
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "array":
      return `${sqlType(type.item)}[]`;
    case "map":
      return `MAP(${sqlType(type.key)}, ${sqlType(type.value)})`;
    case "struct":
      return `STRUCT(${type.fields.map((field) => `${quoted(field.name)} ${sqlType(field.type)}`).join(", ")})`;
    default:
      return simpleTypes[type.kind];
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

/**
 * The column type for a type of the engine's. Types that Spark doesn't have become the nearest one that it
 * has, and values are cast to it: what an integer column adds up to is a `long` in both engines.
 */
export function fromEngineType(api: Api, type: DuckDb.DuckDBType): ParsedType {
  const id = api.DuckDBTypeId;
  switch (type.typeId) {
    case id.BOOLEAN:
      return { kind: "boolean" };
    case id.TINYINT:
      return { kind: "byte" };
    case id.SMALLINT:
    case id.UTINYINT:
      return { kind: "short" };
    case id.INTEGER:
    case id.USMALLINT:
      return { kind: "integer" };
    case id.BIGINT:
    case id.UINTEGER:
    case id.UBIGINT:
    case id.HUGEINT:
    case id.UHUGEINT:
      return { kind: "long" };
    case id.FLOAT:
      return { kind: "float" };
    case id.DOUBLE:
      return { kind: "double" };
    case id.DATE:
      return { kind: "date" };
    case id.TIMESTAMP:
    case id.TIMESTAMP_S:
    case id.TIMESTAMP_MS:
    case id.TIMESTAMP_NS:
    case id.TIMESTAMP_TZ:
      return { kind: "timestamp" };
    case id.BLOB:
      return { kind: "binary" };
    case id.DECIMAL: {
      const { width, scale } = type as DuckDb.DuckDBDecimalType; // what its id says
      return { kind: "decimal", precision: width, scale };
    }
    case id.LIST:
    case id.ARRAY:
      return {
        kind: "array",
        item: fromEngineType(api, (type as DuckDb.DuckDBListType | DuckDb.DuckDBArrayType).valueType), // what its id says
      };
    case id.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDb.DuckDBStructType; // what its id says
      return {
        kind: "struct",
        fields: entryTypes.map((entry, i) => ({
          name: entryNames[i] ?? "",
          type: fromEngineType(api, entry),
        })),
      };
    }
    case id.MAP: {
      const { keyType, valueType } = type as DuckDb.DuckDBMapType; // what its id says
      return { kind: "map", key: fromEngineType(api, keyType), value: fromEngineType(api, valueType) };
    }
    default:
      return { kind: "string" };
  }
}

/** The engine's type object for a column type. */
export function toEngineType(api: Api, type: ParsedType): DuckDb.DuckDBType {
  switch (type.kind) {
    case "boolean":
      return api.BOOLEAN;
    case "byte":
      return api.TINYINT;
    case "short":
      return api.SMALLINT;
    case "integer":
      return api.INTEGER;
    case "long":
      return api.BIGINT;
    case "float":
      return api.FLOAT;
    case "double":
      return api.DOUBLE;
    case "string":
      return api.VARCHAR;
    case "date":
      return api.DATE;
    case "timestamp":
      return api.TIMESTAMP;
    case "binary":
      return api.BLOB;
    case "decimal":
      return api.DECIMAL(type.precision, type.scale);
    case "array":
      return api.LIST(toEngineType(api, type.item));
    case "map":
      return api.MAP(toEngineType(api, type.key), toEngineType(api, type.value));
    case "struct":
      return api.STRUCT(
        Object.fromEntries(type.fields.map((field) => [field.name, toEngineType(api, field.type)])),
      );
  }
}
