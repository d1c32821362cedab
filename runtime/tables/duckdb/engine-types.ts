import type * as DuckDb from "@duckdb/node-api";
import type { ParsedType, SimpleName } from "../column-types.ts";
import { quoted } from "./quoting.ts";

type Api = typeof DuckDb;

const simpleTypes: { readonly [N in SimpleName]: string } = {
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
};

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

/**
 * The column type for a type of the engine's. Types that Spark doesn't have become the nearest one that it
 * has, and values are cast to it: what an integer column adds up to is a `long` in both engines.
 * @param unsigned what the largest unsigned numbers become.
 */
export function fromEngineType(
  api: Api,
  type: DuckDb.DuckDBType,
  unsigned: ParsedType = { kind: "long" },
): ParsedType {
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
    case id.UBIGINT:
      return unsigned;
    case id.BIGINT:
    case id.UINTEGER:
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
        item: fromEngineType(
          api,
          (type as DuckDb.DuckDBListType | DuckDb.DuckDBArrayType).valueType,
          unsigned,
        ), // what its id says
      };
    case id.STRUCT: {
      const { entryNames, entryTypes } = type as DuckDb.DuckDBStructType; // what its id says
      return {
        kind: "struct",
        fields: entryTypes.map((entry, i) => ({
          name: entryNames[i] ?? "",
          type: fromEngineType(api, entry, unsigned),
        })),
      };
    }
    case id.MAP: {
      const { keyType, valueType } = type as DuckDb.DuckDBMapType; // what its id says
      return {
        kind: "map",
        key: fromEngineType(api, keyType, unsigned),
        value: fromEngineType(api, valueType, unsigned),
      };
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
