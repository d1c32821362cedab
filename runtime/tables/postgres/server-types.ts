import type { ParsedType } from "../column-types.ts";

const simpleTypes = {
  boolean: "boolean",
  byte: "smallint",
  short: "smallint",
  integer: "integer",
  long: "bigint",
  float: "real",
  double: "double precision",
  string: "text",
  date: "date",
  timestamp: "timestamp with time zone",
  binary: "bytea",
} as const;

/** PostgreSQL's type for a column. Structs and maps become JSON; so do arrays of them. */
export function serverType(type: ParsedType): string {
  switch (type.kind) {
    case "decimal":
      return `numeric(${type.precision},${type.scale})`;
    case "array":
      return isJson(type.item) ? "jsonb" : `${serverType(type.item)}[]`;
    case "struct":
    case "map":
      return "jsonb";
    default:
      return simpleTypes[type.kind];
  }
}

/** Whether values of a type are written as JSON. */
export function isJson(type: ParsedType): boolean {
  if (type.kind === "array") return isJson(type.item);
  return type.kind === "struct" || type.kind === "map";
}
