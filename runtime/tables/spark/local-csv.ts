import { createHash } from "node:crypto";
import { rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { freshPath } from "../../disk/fresh-path.ts";
import { makeFolder } from "../../disk/make-folder.ts";
import { syncFile } from "../../disk/sync.ts";
import { csvReadingKey } from "../csv-reading.ts";
import { noFile } from "../no-file.ts";
import type { CsvOptions, RejectedRow, Session } from "../session.ts";
import type { Source } from "../source.ts";

/**
 * A CSV file of this machine. The embedded engine reads it, so that a row is good or bad by the same rules on
 * every engine and bad ones are named by their line, and writes it as Parquet for Spark, once.
 */
export class LocalCsv {
  readonly source: Source;
  readonly options: CsvOptions;
  readonly #embedded: Session;

  constructor(source: Source, options: CsvOptions, embedded: Session) {
    this.source = source;
    this.options = options;
    this.#embedded = embedded;
  }

  get path(): string {
    return this.source.path;
  }

  /** The path as errors name it. */
  get shown(): string {
    return this.source.shown;
  }

  async checkHeader(): Promise<void> {
    await this.#embedded.readCsv(this.path, this.options);
  }

  async rejects(): Promise<RejectedRow[]> {
    await this.source.place();
    return this.#embedded.rejects(await this.#embedded.readCsv(this.path, this.options));
  }

  /** Names the file as it is now, with how it is read: the same for the same content in all likelihood. */
  async key(): Promise<string> {
    const about = await stat(this.path, { bigint: true }).catch(async (error: NodeJS.ErrnoException) => {
      throw await noFile(this.path, this.shown, error);
    });
    const { dev, ino, size, mtimeNs, ctimeNs } = about;
    const reading = csvReadingKey(this.options);
    return createHash("sha256")
      .update(JSON.stringify([`${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`, reading]))
      .digest("hex")
      .slice(0, 40);
  }

  /** Writes it as a Parquet file that is there as a whole or not at all. Threads may do the same at the same time. */
  async writeParquet(file: string): Promise<void> {
    const table = await this.#embedded.readCsv(this.path, this.options);
    const copy = await this.#embedded.sql`SELECT * FROM ${table}`;
    const fresh = freshPath(file);
    await makeFolder(dirname(file));
    try {
      await copy.handle(() => fresh);
      await syncFile(fresh); // a resume takes what is there under this name for whole
      await rename(fresh, file);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  }

  /** Where its Parquet lies in a folder for such. */
  async fileIn(folder: string): Promise<string> {
    return join(folder, `csv-${await this.key()}.parquet`);
  }
}
