import { basename, dirname, join } from "node:path";
import type { WrittenFolders } from "../../disk/written-folders.ts";
import { replaceFolder } from "../parquet-folder.ts";
import type { Row, Session, Table } from "../session.ts";
import { columnsShape } from "../shape.ts";
import type { ShownPath } from "../shown-path.ts";
import type { Connection } from "./connection.ts";
import type { LocalCsv } from "./local-csv.ts";
import type { Relation } from "./plan-messages.ts";
import type { RowsToWrite, TablePlace } from "./table-place.ts";
import { uploadedRows } from "./uploaded-rows.ts";

/** So many rows of a table are fetched before they are written. */
const partRows = 100_000;

/**
 * The server doesn't see this machine's files: they are sent to it, its tables lie in a folder that it has by a URL,
 * and what is for this machine is fetched, some rows at a time.
 */
export class Storage implements TablePlace {
  readonly #url: string;
  readonly #connection: Connection;
  readonly #embedded: Session;

  /** @param url of the folder, without a slash behind. */
  constructor(url: string, connection: Connection, embedded: Session) {
    this.#url = url;
    this.#connection = connection;
    this.#embedded = embedded;
  }

  async check(): Promise<void> {} // what is wrong with the storage its first table tells

  async readCsv(csv: LocalCsv): Promise<Relation> {
    return this.#sent(await this.#embedded.readCsv(csv.path, csv.options), csv.shown);
  }

  async readParquet(path: string, shown: string): Promise<Relation> {
    return this.#sent(await this.#embedded.readParquet(path), shown);
  }

  async readsAlike(): Promise<boolean> {
    return true; // it reads what is sent
  }

  async writeFolder(
    { path, shown }: ShownPath,
    written: WrittenFolders | undefined,
    rows: RowsToWrite,
  ): Promise<void> {
    await replaceFolder(path, shown, written, async (folder) => {
      let part: Row[] = [];
      let parts = 0;
      const write = async () => {
        const file = join(folder, `part-${String(parts++).padStart(5, "0")}.parquet`);
        const table = await this.#embedded.fromRows(rows.columns, part);
        await table.handle(() => file);
        part = [];
      };
      for await (const batch of rows.batches({ timestamps: "microseconds" })) {
        for (const row of batch) part.push(row);
        if (part.length >= partRows) await write();
      }
      if (part.length > 0 || parts === 0) await write();
    });
  }

  isKept(path: string): boolean {
    return (
      path.startsWith(`${this.#url}/`) && /^[^/]+\/[^/]+\.parquet$/.test(path.slice(this.#url.length + 1))
    );
  }

  async keep({ path: local }: ShownPath, rows: RowsToWrite): Promise<string> {
    // A run's results lie in <run>/results/.
    const path = `${this.#url}/${basename(dirname(dirname(local)))}/${basename(local)}`;
    await rows.write(path, path);
    return path;
  }

  /** A table of the embedded engine as the server reads it, which doesn't see the file. */
  async #sent(table: Table, shown: string): Promise<Relation> {
    const rows: Row[] = [];
    for await (const batch of table.batches({ timestamps: "microseconds" }))
      for (const row of batch) rows.push(row);
    return uploadedRows(this.#connection, columnsShape(table.columns), rows, `Sending ${shown}`);
  }
}
