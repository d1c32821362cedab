import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CommandSchema, ExpressionSchema, RelationSchema } from "./protocol/spark-connect_pb.ts";

/** Spark Connect's messages as plain objects: a plan is made without the code that sends it. */
export type Relation = MessageInitShape<typeof RelationSchema>;
export type Command = MessageInitShape<typeof CommandSchema>;
export type Expression = MessageInitShape<typeof ExpressionSchema>;
export type Literal = Extract<NonNullable<Expression["exprType"]>, { case: "literal" }>["value"];
