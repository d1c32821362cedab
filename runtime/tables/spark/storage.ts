import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { log } from "../../authoring/log.ts";
import { pathVersion } from "../../disk/file-version.ts";
import type { WrittenFolders } from "../../disk/written-folders.ts";
import { madeOnce } from "../made-once.ts";
import { replaceFolder } from "../parquet-folder.ts";
import type { Row, Session, Table } from "../session.ts";
import { columnsShape } from "../shape.ts";
import type { ShownPath } from "../shown-path.ts";
import type { Connection } from "./connection.ts";
import { inParts } from "./in-parts.ts";
import type { LocalCsv } from "./local-csv.ts";
import { parquetRelation } from "./parquet-relation.ts";
import { schemaSql } from "./plan.ts";
import type { Command, Relation } from "./plan-messages.ts";
import { removeFolder } from "./remove-kept.ts";
import { writePath } from "./server-path.ts";
import type { RowsToWrite, TablePlace } from "./table-place.ts";
import { uploadedRows } from "./uploaded-rows.ts";

/**
 * The server doesn't see this machine's files: they are sent to it, its tables lie in a folder that it has by a URL,
 * and what is for this machine is fetched, some rows at a time.
 */
export class Storage implements TablePlace {
  readonly #url: string;
  readonly #connection: Connection;
  readonly #embedded: Session;
  readonly #run: string | undefined;
  /** Where files that are sent lie: they go with the run, or else with the session. */
  readonly #sendFolder: string;
  #hasSent = false;
  /** By what they were. */
  readonly #sentFiles = new Map<string, Promise<Relation>>();

  /**
   * @param url of the folder, without a slash behind.
   * @param run the id of the run that the session is of, if it is.
   */
  constructor(url: string, connection: Connection, embedded: Session, run: string | undefined) {
    this.#url = url;
    this.#connection = connection;
    this.#embedded = embedded;
    this.#run = run;
    this.#sendFolder = run ?? `session-${randomUUID()}`;
  }

  async check(): Promise<void> {} // what is wrong with the storage its first table tells

  async close(): Promise<void> {
    if (this.#run !== undefined || !this.#hasSent) return;
    const folder = `${this.#url}/${this.#sendFolder}`;
    await removeFolder(this.#connection, folder).catch((error: Error) =>
      log.warn(`${folder}, which the session has sent files to, stays: ${error.message}`),
    );
  }

  async readCsv(csv: LocalCsv): Promise<Relation> {
    return this.#sent(await csv.key(), () => this.#embedded.readCsv(csv.path, csv.options), csv.shown);
  }

  async readParquet(path: string, shown: string): Promise<Relation> {
    const version = JSON.stringify(await pathVersion(path));
    return this.#sent(version, () => this.#embedded.readParquet(path), shown);
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
      let parts = 0;
      for await (const part of inParts(rows.batches({ timestamps: "microseconds" }))) {
        const file = join(folder, `part-${String(parts++).padStart(5, "0")}.parquet`);
        const table = await this.#embedded.fromRows(rows.columns, part);
        await table.handle(() => file);
      }
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

  /**
   * A table of the embedded engine as the server reads it, which doesn't see the file. It is sent once. Of what is too
   * large to be sent at once, each part is written to the storage before the next is read.
   * @param version names the file's content, in all likelihood.
   */
  async #sent(version: string, table: () => Promise<Table>, shown: string): Promise<Relation> {
    return madeOnce(this.#sentFiles, version, async () => {
      const here = await table();
      const shape = columnsShape(here.columns);
      const what = `Sending ${shown}`;
      const folder = `${this.#url}/${this.#sendFolder}/sent-${randomUUID()}.parquet`;
      let waiting: readonly Row[] | undefined;
      let isWritten = false;
      const write = async (rows: readonly Row[]) => {
        const input = await uploadedRows(this.#connection, shape, rows, what);
        const client = await this.#connection.client();
        await client.command(appending(input, folder), this.#connection.context(what));
        isWritten = true;
        this.#hasSent = true;
      };
      for await (const part of inParts(here.batches({ timestamps: "microseconds" }))) {
        if (waiting !== undefined) await write(waiting);
        waiting = part;
      }
      if (!isWritten) return uploadedRows(this.#connection, shape, waiting ?? [], what);
      if (waiting !== undefined) await write(waiting);
      return parquetRelation([folder], schemaSql(shape));
    });
  }
}

/** Adds rows to a folder of Parquet. */
function appending(input: Relation, folder: string): Command {
  const saveType = { case: "path" as const, value: writePath(folder) };
  return { commandType: { case: "writeOperation", value: { input, source: "parquet", saveType, mode: 1 } } };
}
