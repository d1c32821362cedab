import { type Shape, shapeOf } from "../shape.ts";
import { project } from "./plan.ts";
import type { Relation } from "./plan-messages.ts";
import type { DataType } from "./protocol/spark-connect_pb.ts";
import { fromSparkType, named, sparkSqlType } from "./spark-types.ts";

/** The columns of Spark's rows. */
export interface SparkShape {
  readonly shape: Shape;
  /** Makes values of types that columns don't have into ones that they have. */
  readonly casts: ((input: Relation) => Relation) | undefined;
}

export function shapeOfSchema(schema: DataType | undefined): SparkShape {
  const fields = schema?.kind.case === "struct" ? schema.kind.value.fields : [];
  const read = fields.map(({ name, dataType }) => ({ name, ...fromSparkType(dataType) }));
  const shape = shapeOf(
    read.map(({ name }) => name),
    read.map(({ type }) => type),
  );
  if (!read.some((field) => field.cast)) return { shape, casts: undefined };
  const expressions = read.map(({ name, type, cast }) =>
    cast ? `CAST(${named(name)} AS ${sparkSqlType(type)}) AS ${named(name)}` : named(name),
  );
  return { shape, casts: (input) => project(input, expressions) };
}
