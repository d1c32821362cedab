import type { ParsedType } from "../column-types.ts";
import type { DataType } from "./protocol/spark-connect_pb.ts";

/**
 * The column type for a type of Spark's. Types that columns don't have become the nearest one that they have.
 * @returns the type, and whether values have to be cast to it.
 */
export function fromSparkType(given: DataType | undefined): {
  readonly type: ParsedType;
  readonly cast: boolean;
} {
  const kind = given?.kind;
  switch (kind?.case) {
    case "boolean":
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "float":
    case "double":
    case "string":
    case "date":
    case "timestamp":
    case "binary":
      return { type: { kind: kind.case }, cast: false };
    case "null":
      return { type: { kind: "integer" }, cast: true };
    case "timestampNtz":
      return { type: { kind: "timestamp" }, cast: true };
    case "decimal":
      return {
        type: { kind: "decimal", precision: kind.value.precision ?? 10, scale: kind.value.scale ?? 0 },
        cast: false,
      };
    case "array": {
      const item = fromSparkType(kind.value.elementType);
      return { type: { kind: "array", item: item.type }, cast: item.cast };
    }
    case "struct": {
      const fields = kind.value.fields.map(({ name, dataType }) => ({ name, ...fromSparkType(dataType) }));
      return {
        type: { kind: "struct", fields: fields.map(({ name, type }) => ({ name, type })) },
        cast: fields.some((field) => field.cast),
      };
    }
    case "map": {
      const key = fromSparkType(kind.value.keyType);
      const value = fromSparkType(kind.value.valueType);
      return { type: { kind: "map", key: key.type, value: value.type }, cast: key.cast || value.cast };
    }
    default:
      return { type: { kind: "string" }, cast: true };
  }
}

/** Spark's SQL for a type. */
export function sparkSqlType(type: ParsedType): string {
  switch (type.kind) {
    case "boolean":
    case "double":
    case "float":
    case "string":
    case "date":
    case "timestamp":
    case "binary":
      return type.kind.toUpperCase();
    case "byte":
      return "TINYINT";
    case "short":
      return "SMALLINT";
    case "integer":
      return "INT";
    case "long":
      return "BIGINT";
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "array":
      return `ARRAY<${sparkSqlType(type.item)}>`;
    case "map":
      return `MAP<${sparkSqlType(type.key)},${sparkSqlType(type.value)}>`;
    case "struct":
      return `STRUCT<${type.fields.map((field) => `${named(field.name)}: ${sparkSqlType(field.type)}`).join(",")}>`;
  }
}

/** A name as Spark's SQL takes any name. */
export function named(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A text as Spark's SQL writes it. */
export function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
