import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "./engine.ts";
import { tableError } from "./engine-error.ts";
import { literal, quoted } from "./quoting.ts";
import { type StoredColumns, storeTable } from "./stored-table.ts";

/** A table that is too large for the engine's memory, in a folder of Parquet files, part by part. */
export class TemporaryFiles {
  readonly folder: string;
  readonly #engine: Engine;
  #parts = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.folder = join(engine.tempFolder, `millrace-${randomUUID()}`);
  }

  /** Adds rows behind those before. */
  async add(rows: StoredColumns): Promise<void> {
    // Names in order, so that the rows are read in theirs.
    const file = join(this.folder, `part-${String(this.#parts++).padStart(7, "0")}.parquet`);
    const name = `_millrace_part_${randomUUID()}`;
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await this.#engine.use(async (connection, api) => {
        await storeTable(connection, api, { ...rows, name }, rows.values);
        try {
          await connection.run(
            `COPY ${quoted(name)} TO ${literal(file)} (FORMAT parquet, COMPRESSION snappy)`,
          );
        } finally {
          await connection.run(`DROP TABLE ${quoted(name)}`);
        }
      });
    } catch (error) {
      this.#engine.signal?.throwIfAborted();
      throw tableError(error, "Keeping a table in temporary files");
    }
  }

  async delete(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
