import { createHash } from "node:crypto";
import type { Relation } from "./plan-messages.ts";
import type { CallContext, SparkClient } from "./spark-client.ts";

/** Uploads rows that are too many to go with each plan. The server keeps them while the session lasts. */
export async function cachedRelation(
  client: SparkClient,
  data: Uint8Array,
  schema: string,
  context: CallContext,
): Promise<Relation> {
  const { toBinary, create } = await import("@bufbuild/protobuf");
  const { LocalRelationSchema } = await import("./protocol/spark-connect_pb.ts");
  const bytes = toBinary(LocalRelationSchema, create(LocalRelationSchema, { data, schema }));
  const hash = createHash("sha256").update(bytes).digest("hex");
  await client.addArtifact(`cache/${hash}`, bytes, context);
  return { relType: { case: "cachedLocalRelation", value: { hash } } };
}
