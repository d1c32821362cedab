import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../../disk/make-folder.ts";
import type { WrittenFolders } from "../../disk/written-folders.ts";
import { madeOnce } from "../made-once.ts";
import { areAllFiles, parquetFiles } from "../parquet-files.ts";
import { replaceFolder } from "../parquet-folder.ts";
import type { Session } from "../session.ts";
import { csvShape, type Shape } from "../shape.ts";
import type { ShownPath } from "../shown-path.ts";
import { TableError } from "../table-error.ts";
import type { Connection } from "./connection.ts";
import type { LocalCsv } from "./local-csv.ts";
import { parquetRelation } from "./parquet-relation.ts";
import { schemaSql } from "./plan.ts";
import type { Relation } from "./plan-messages.ts";
import { readPath } from "./server-path.ts";
import { saidBySpark } from "./spark-error.ts";
import { shapeOfSchema } from "./spark-shape.ts";
import type { RowsToWrite, TablePlace } from "./table-place.ts";

/** The server sees this machine's files under the same paths: tables are files that both read and write. */
export class SharedFiles implements TablePlace {
  readonly #connection: Connection;
  readonly #embedded: Session;
  readonly #workFolder: string;
  readonly #written = new Map<string, Promise<void>>();

  /** @param workFolder where tables on their way to the server lie. */
  constructor(connection: Connection, embedded: Session, workFolder: string) {
    this.#connection = connection;
    this.#embedded = embedded;
    this.#workFolder = workFolder;
  }

  async check(): Promise<void> {
    const client = await this.#connection.client();
    const file = join(this.#workFolder, "seen");
    await makeFolder(this.#workFolder);
    await writeFile(file, "Spark sees this file.\n");
    const options = { format: "text", paths: [readPath(file)] };
    const relation: Relation = {
      relType: { case: "read", value: { readType: { case: "dataSource", value: options } } },
    };
    try {
      await client.schema(relation, this.#connection.context("Opening the session"));
    } catch (error) {
      if (saidBySpark(error)?.includes("[PATH_NOT_FOUND]"))
        throw new TableError(
          `Opening the session: the Spark server doesn't see the files of this machine (it was asked for ${file}). ` +
            "Have it see them under the same paths, or give the session a folder that it can keep tables in: sc://host:port/;storage=s3a://bucket/folder.",
        );
      throw error;
    }
  }

  async readCsv(csv: LocalCsv): Promise<Relation> {
    const file = await csv.fileIn(this.#workFolder);
    await madeOnce(this.#written, file, async () => {
      if (!existsSync(file)) await csv.writeParquet(file);
    });
    return parquetRelation([file], schemaSql(csvShape(csv.options)));
  }

  async readParquet(path: string, shown: string, schema: string | undefined): Promise<Relation> {
    const files = await parquetFiles(path, shown);
    return parquetRelation((await areAllFiles(path)) ? [path] : files, schema);
  }

  async readsAlike(path: string, { columns }: Shape): Promise<boolean> {
    const relation = await this.readParquet(path, path, undefined);
    const client = await this.#connection.client();
    try {
      const { shape, casts } = shapeOfSchema(await client.schema(relation, this.#connection.context(path)));
      return casts === undefined && JSON.stringify(shape.columns) === JSON.stringify(columns);
    } catch (error) {
      if (/PARQUET_TYPE_ILLEGAL|UNSUPPORTED_TIME_TYPE/.test(saidBySpark(error) ?? "")) return false;
      throw error;
    }
  }

  async writeFolder(
    { path, shown }: ShownPath,
    written: WrittenFolders | undefined,
    rows: RowsToWrite,
  ): Promise<void> {
    await replaceFolder(path, shown, written, (folder) => this.#write(rows, folder, shown));
  }

  isKept(): boolean {
    return false; // what is in a run's folder has its digest
  }

  async keep({ path, shown }: ShownPath, rows: RowsToWrite): Promise<string> {
    await makeFolder(dirname(path));
    if (rows.fetched === undefined) {
      await this.#write(rows, path, shown);
      return path;
    }
    // Few rows that are here already needn't go to the server to be written.
    await rm(path, { recursive: true, force: true }); // an earlier attempt's may be the server's folder
    const table = await this.#embedded.fromRows(rows.columns, rows.fetched);
    await table.handle(() => path);
    return path;
  }

  async close(): Promise<void> {} // the session's work folder goes with it

  async #write(rows: RowsToWrite, path: string, shown: string): Promise<void> {
    await rows.write(path, shown);
    if (!existsSync(join(path, "_SUCCESS")))
      throw new TableError(
        `Writing ${shown}: the Spark server wrote it to its own files, which aren't this machine's. Give the session a folder for tables: sc://host:port/;storage=s3a://bucket/folder, and write results that are to stay there to a URL.`,
      );
  }
}
