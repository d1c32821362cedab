import type { ExactMethod, MinHashParams, SimilarityJoinOptions } from "../../matching/stages.ts";
import { TableError } from "../table-error.ts";
import type { Connection } from "./connection.ts";
import {
  deleteModel,
  exactJoin,
  fitMinHash,
  minHashJoin,
  removeComputed,
  sideRelation,
  vectorSide,
} from "./join-relation.ts";
import type { Command, Relation } from "./plan-messages.ts";

const what = "similarityJoin";

/** The pairs of a join, which the server keeps while the session lasts. */
export async function joinedPairs(
  connection: Connection,
  left: Relation,
  right: Relation,
  options: SimilarityJoinOptions,
): Promise<Relation> {
  const { method, featuresCol, leftId, rightId } = options;
  const l = sideRelation(left, leftId, featuresCol, method.name);
  const r = sideRelation(right, rightId, featuresCol, method.name);
  return method.name === "exact"
    ? exactPairs(connection, l, r, options, method)
    : minHashPairs(connection, l, r, options, method);
}

/** Each side is read several times: it is computed once. */
async function exactPairs(
  connection: Connection,
  left: Relation,
  right: Relation,
  options: SimilarityJoinOptions,
  method: ExactMethod,
): Promise<Relation> {
  const [l, r] = await Promise.all([computed(connection, left), computed(connection, right)]);
  try {
    return await computed(connection, exactJoin(l, r, options, method));
  } finally {
    void forget(connection, [removeComputed(l), removeComputed(r)]);
  }
}

/** Spark asks for each vector several times: it is made once. */
async function minHashPairs(
  connection: Connection,
  left: Relation,
  right: Relation,
  options: SimilarityJoinOptions,
  params: MinHashParams,
): Promise<Relation> {
  const [l, r, model] = await Promise.all([
    computed(connection, vectorSide(left)),
    computed(connection, vectorSide(right)),
    fitted(connection, fitMinHash(params)),
  ]);
  try {
    return await computed(connection, minHashJoin(model, l, r, options));
  } finally {
    void forget(connection, [removeComputed(l), removeComputed(r), deleteModel(model)]);
  }
}

/**
 * Has the server compute a relation's rows once, and keep them while the session lasts. What needs no shuffle is
 * computed when it is first read.
 */
async function computed(connection: Connection, relation: Relation): Promise<Relation> {
  const command: Command = {
    commandType: { case: "checkpointCommand", value: { relation, local: true, eager: false } },
  };
  const client = await connection.client();
  const answer = await client.command(command, connection.context(what));
  const kept = answer?.case === "checkpointCommandResult" ? answer.value.relation : undefined;
  if (kept === undefined) throw new TableError(`${what}: Spark kept no rows.`);
  return { relType: { case: "cachedRemoteRelation", value: { relationId: kept.relationId } } };
}

/** @returns the id of the model that the server keeps. */
async function fitted(connection: Connection, fit: Command): Promise<string> {
  const client = await connection.client();
  const answer = await client.command(fit, connection.context(what));
  const info = answer?.case === "mlCommandResult" ? answer.value.resultType : undefined;
  const model = info?.case === "operatorInfo" ? info.value.objRef?.id : undefined;
  if (model === undefined) throw new TableError(`${what}: Spark gave no model.`);
  return model;
}

/** Frees what the server keeps, while others go on. What can't be freed now goes with the session; it never rejects. */
async function forget(connection: Connection, commands: readonly Command[]): Promise<void> {
  const client = await connection.client().catch(() => undefined);
  if (client === undefined) return;
  for (const command of commands) await client.command(command, connection.context(what)).catch(() => {});
}
