import { randomUUID } from "node:crypto";
import type { SparkUrl } from "../session-url.ts";
import { Connection } from "./connection.ts";
import { freshName } from "./plan.ts";
import type { Relation } from "./plan-messages.ts";
import { text } from "./spark-types.ts";

/**
 * Removes the tables that a run keeps in its session's storage, by the server, which alone reaches it: a database of
 * that folder is made and dropped, and its folder goes with it. Nothing is there any more once it has ended; a folder
 * that isn't there is none.
 * @param run its id: the name of its folder in the storage.
 * @throws {TableError} if the server can't be reached, or can't remove it.
 */
export async function removeKeptTables(url: SparkUrl, run: string): Promise<void> {
  if (url.storage === undefined) return;
  const connection = new Connection({ url, sessionId: randomUUID(), owner: true });
  try {
    await removeFolder(connection, `${url.storage}/${run}`);
  } finally {
    await connection.close();
  }
}

/** Has the server remove a folder that it has by a URL, with all that is in it. */
export async function removeFolder(connection: Connection, folder: string): Promise<void> {
  const client = await connection.client();
  const database = `spark_catalog.${freshName()}`;
  const commands = [
    `CREATE DATABASE ${database} LOCATION ${text(folder)}`,
    `DROP DATABASE ${database} CASCADE`,
  ];
  for (const query of commands) {
    const relation: Relation = { relType: { case: "sql", value: { query } } };
    for await (const _ of client.arrowBatches(relation, connection.context(`Removing ${folder}`))) void _;
  }
}
