import {
  type DataType as ArrowType,
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Map_,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import type { ParsedType } from "../column-types.ts";

/** The Arrow type that Spark takes and gives for a column type. */
export function arrowType(type: ParsedType): ArrowType {
  switch (type.kind) {
    case "boolean":
      return new Bool();
    case "byte":
      return new Int8();
    case "short":
      return new Int16();
    case "integer":
      return new Int32();
    case "long":
      return new Int64();
    case "float":
      return new Float32();
    case "double":
      return new Float64();
    case "string":
      return new Utf8();
    case "date":
      return new DateDay();
    case "timestamp":
      return new TimestampMicrosecond("UTC");
    case "binary":
      return new Binary();
    case "decimal":
      return new Decimal(type.scale, type.precision, 128);
    case "array":
      return new List(new Field("element", arrowType(type.item), true));
    case "struct":
      return new Struct(type.fields.map((field) => new Field(field.name, arrowType(field.type), true)));
    case "map":
      return new Map_(
        new Field(
          "entries",
          new Struct<{ key: ArrowType; value: ArrowType }>([
            new Field("key", arrowType(type.key), false),
            new Field("value", arrowType(type.value), true),
          ]),
          false,
        ),
      );
  }
}
