import type { Row } from "../session.ts";
import type { Shape } from "../shape.ts";
import type { Connection } from "./connection.ts";
import { schemaSql } from "./plan.ts";
import type { Relation } from "./plan-messages.ts";

/** Rows that go to the server with the plan; more are uploaded beside it. In bytes of Arrow. */
const largestInline = 1 << 20;

/** A relation of rows that come from here. */
export async function uploadedRows(
  connection: Connection,
  shape: Shape,
  rows: readonly Row[],
  what: string,
): Promise<Relation> {
  const { arrowStream } = await import("./arrow-write.ts");
  const data = arrowStream(shape.columns, shape.types, rows);
  const schema = schemaSql(shape);
  if (data.length <= largestInline) return { relType: { case: "localRelation", value: { data, schema } } };
  const { cachedRelation } = await import("./cached-relation.ts");
  return cachedRelation(await connection.client(), data, schema, connection.context(what));
}
