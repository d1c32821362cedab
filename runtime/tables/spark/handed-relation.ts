import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { PlanHandle } from "../session.ts";
import { freshName } from "./plan.ts";
import type { Relation } from "./plan-messages.ts";
import { RelationSchema } from "./protocol/spark-connect_pb.ts";

/** A relation in the form that another thread takes. */
export function relationToHand(relation: Relation): PlanHandle["plan"] {
  return Buffer.from(toBinary(RelationSchema, create(RelationSchema, relation))).toString("base64");
}

/** The relation of a plan that was handed on, with names of its own: those of one request may be in no other. */
export function handedRelation({ plan }: Pick<PlanHandle, "plan">): Relation {
  const relation = fromBinary(RelationSchema, Buffer.from(plan, "base64"));
  const names = new Map<string, string>();
  const rename = (text: string): string =>
    text.replace(/_millrace_[0-9a-z]+_\d+/g, (name) => {
      const fresh = names.get(name) ?? freshName();
      names.set(name, fresh);
      return fresh;
    });
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
    const parts = value as Record<string, unknown>; // a message's fields, or a list's items
    for (const [key, part] of Object.entries(parts)) {
      if (typeof part === "string") parts[key] = rename(part);
      else visit(part);
    }
  };
  visit(relation);
  return relation;
}
