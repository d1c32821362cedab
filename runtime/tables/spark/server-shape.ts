import { TableError } from "../table-error.ts";
import type { Connection } from "./connection.ts";
import type { Relation } from "./plan-messages.ts";
import { saidBySpark } from "./spark-error.ts";
import { type SparkShape, shapeOfSchema } from "./spark-shape.ts";

/**
 * The columns that the server has for a relation.
 * @param what the error of another failure begins with.
 * @param refused the error for what the server says, where there is one of our own.
 */
export async function serverShape(
  connection: Connection,
  relation: Relation,
  what: string,
  refused: (said: string) => string | undefined,
): Promise<SparkShape> {
  const client = await connection.client();
  try {
    return shapeOfSchema(await client.schema(relation, connection.context(what)));
  } catch (error) {
    const message = refused(saidBySpark(error) ?? "");
    throw message === undefined ? error : new TableError(message);
  }
}
