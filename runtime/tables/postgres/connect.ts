import type { Client } from "pg";
import type { DatabaseUrl } from "./database-url.ts";
import { loadDriver } from "./driver.ts";
import { postgresError } from "./postgres-error.ts";

/** How long a server may take to answer, milliseconds. */
const connectTimeout = 15_000;

/**
 * Gives `work` a connection of its own, which ends with it. When the signal is aborted, or the server goes, it
 * is broken off, and the server rolls back what was not committed.
 * @param work gets a signal that is aborted when the connection is over, whatever it is doing.
 * @param what begins the error's sentence, such as "Writing movie_matches".
 * @throws {TableError} with what the server or the system said.
 */
export async function withConnection<T>(
  url: DatabaseUrl,
  what: string,
  signal: AbortSignal,
  work: (client: Client, over: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const driver = await loadDriver();
  const client = driver.client({
    connectionString: url.connectionString,
    connectionTimeoutMillis: connectTimeout,
    application_name: "millrace",
    keepAlive: true,
  });
  let breakOff: (error: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    breakOff = reject;
  });
  broken.catch(() => {}); // told through the race below
  client.on("error", breakOff);
  client.on("end", () => breakOff(new Error("Connection terminated")));
  const onAbort = () => breakOff(signal.reason);
  signal.addEventListener("abort", onAbort);
  const over = new AbortController();
  try {
    return await Promise.race([connected(client, () => work(client, over.signal)), broken]);
  } catch (error) {
    signal.throwIfAborted();
    throw postgresError(error, what, url.shown);
  } finally {
    signal.removeEventListener("abort", onAbort);
    over.abort();
    // Without waiting: what is under way is of no use any more.
    client.end().catch(() => {});
    client.on("error", () => {});
  }
}

async function connected<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.connect();
  return work();
}
