import { cancellation } from "../../authoring/log.ts";
import { resource } from "../../authoring/resource.ts";
import type { Table } from "../session.ts";
import { withConnection } from "./connect.ts";
import { parseDatabaseUrl } from "./database-url.ts";
import type { WriteMode } from "./write-mode.ts";
import { writeTable } from "./write-table.ts";

/** A PostgreSQL database that tables can be written to. The flow opens it, tasks get it as an argument. */
export interface Database extends AsyncDisposable {
  /** Its URL, without a password. */
  readonly url: string;
  /**
   * Writes a table's rows, by COPY, in one transaction: on any error nothing has changed. Rows go through memory a
   * batch at a time. Types: `byte` is a smallint, `timestamp` a timestamptz (to the millisecond), `array<...>` an
   * array, structs and maps are jsonb, the others PostgreSQL's own of that name. Names keep their case.
   * @param name `table` or `schema.table`.
   * @returns how many rows were written.
   * @throws {TableError} that names the row and column of a value that the server can't hold.
   */
  writeTable(name: string, table: Table, options?: { readonly mode?: WriteMode }): Promise<number>;
}

const database = resource({
  name: "postgres",
  setup: async (url: string) => {
    const parsed = parseDatabaseUrl(url);
    // Better now than after the work whose result should go there.
    await withConnection(parsed, "Connecting to PostgreSQL", cancellation(), (client) =>
      client.query("SELECT 1"),
    );
    return { connectionString: url };
  },
  attach: ({ connectionString }: { connectionString: string }): Database => {
    const url = parseDatabaseUrl(connectionString);
    return {
      url: url.shown,
      writeTable: (name, table, { mode = "overwrite" } = {}) =>
        withConnection(url, `Writing ${name} to PostgreSQL`, cancellation(), (client, over) =>
          writeTable(client, { name, table, mode }, over),
        ),
      [Symbol.asyncDispose]: async () => {}, // replaced by the run's own
    };
  },
});

/**
 * Opens a PostgreSQL database: `postgres://user@host:5432/database`. A password that isn't in the URL is taken
 * from PGPASSWORD or `~/.pgpass`. That the server answers and takes the user is checked now.
 */
export const postgres: (url: string) => Promise<Database> = database;
