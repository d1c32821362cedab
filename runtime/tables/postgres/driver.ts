import type { Client, ClientConfig } from "pg";
import type { CopyStreamQuery } from "pg-copy-streams";

/** The parts of PostgreSQL's driver that are used. */
export interface Driver {
  client(config: ClientConfig): Client;
  copyFrom(statement: string): CopyStreamQuery;
}

let driver: Promise<Driver> | undefined;

/** The driver, loaded when it is first needed: a run that writes to no database starts without it. */
export function loadDriver(): Promise<Driver> {
  driver ??= load();
  return driver;
}

async function load(): Promise<Driver> {
  // CommonJS: bundled or not, their exports are the default, which TypeScript takes for another module.
  const [pg, copyStreams] = await Promise.all([import("pg"), import("pg-copy-streams")]);
  const { Client } = pg.default;
  const { from } = (copyStreams as unknown as { readonly default: typeof copyStreams }).default;
  return { client: (config) => new Client(config), copyFrom: (statement) => from(statement) };
}
