import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { formats } from "../files/formats.ts";
import { type FileFinder, type InputFile, type InputPaths, inputFiles } from "../files/input-files.ts";
import { compressionOf, decode, decompress } from "../files/plain-file.ts";
import { fetchFile } from "../files/web-file.ts";
import { isUrl } from "../session-url.ts";
import type { ShownPath } from "../shown-path.ts";
import { noteUrlRead, type RunFolders, Source } from "../source.ts";
import { createBucketSecret } from "./bucket.ts";
import type { Engine } from "./engine.ts";
import { remoteError } from "./engine-error.ts";
import { literal, pathLiteral } from "./quoting.ts";

/** Finds the files that are to be read, and brings them to where the engine can read them. */
export class FileAccess {
  readonly finder: FileFinder = { glob: (pattern) => this.#glob(pattern) };
  readonly #engine: Engine;
  readonly #folder: string;
  readonly #run: RunFolders | undefined;
  #bucket: Promise<void> | undefined;

  /** @param folder what relative paths are relative to. */
  constructor(engine: Engine, folder: string, run: RunFolders | undefined) {
    this.#engine = engine;
    this.#folder = folder;
    this.#run = run;
  }

  /** The files that paths stand for. */
  async find(
    paths: InputPaths,
    format: (typeof formats)[keyof typeof formats],
  ): Promise<readonly InputFile[]> {
    this.#engine.signal?.throwIfAborted();
    return inputFiles(this.#folder, paths, format, this.finder);
  }

  /** Lets the engine reach files of a kind. */
  async reach(kind: InputFile["kind"]): Promise<void> {
    if (kind === "local") return;
    await this.#engine.need("httpfs");
    if (kind === "bucket") this.#bucket ??= this.#engine.use((connection) => createBucketSecret(connection));
    await this.#bucket;
  }

  /** Where a file can be read from this machine's disk, as it is. */
  async onDisk(file: InputFile): Promise<string> {
    return file.kind === "local" ? this.#placeOf(file) : this.#fetched(file);
  }

  /**
   * A copy of a file that isn't on this machine, is compressed or encoded; undefined where it is read as it is, at
   * {@link onDisk}.
   */
  async plainCopy(file: InputFile, encoding?: string): Promise<string | undefined> {
    let copy = file.kind === "local" ? undefined : await this.#fetched(file);
    const { signal } = this.#engine;
    const compression = await compressionOf(copy ?? file.path, file.shown);
    if (compression !== undefined) {
      const plain = this.temporary();
      await decompress(copy ?? (await this.#placeOf(file)), file.shown, compression, plain, signal);
      copy = plain;
    }
    if (encoding === undefined || /^utf-?8$/i.test(encoding)) return copy;
    const decoded = this.temporary();
    await decode(copy ?? (await this.#placeOf(file)), file.shown, encoding, decoded, signal);
    return decoded;
  }

  /** A path for a file that goes with the session. */
  temporary(): string {
    return join(this.#engine.tempFolder, `millrace-${randomUUID()}`);
  }

  /** Where a file of this machine can be read as it was. */
  async #placeOf(file: ShownPath): Promise<string> {
    return (await Source.of(file, "all", this.#run)).place();
  }

  /** A copy of a file that isn't on this machine. */
  async #fetched({ path, shown, kind }: InputFile): Promise<string> {
    noteUrlRead(shown);
    const file = this.temporary();
    if (kind === "web") {
      await fetchFile(path, shown, file, this.#engine.signal);
      return file;
    }
    await this.reach(kind);
    try {
      await this.#engine.use((connection) =>
        connection.run(
          `COPY (SELECT content FROM read_blob(${pathLiteral(path)})) TO ${literal(file)} (FORMAT blob)`,
        ),
      );
      return file;
    } catch (error) {
      throw remoteError(error, shown);
    }
  }

  async #glob(pattern: string): Promise<readonly string[]> {
    if (isUrl(pattern)) await this.reach("bucket");
    try {
      return await this.#engine.use(async (connection) => {
        const found = await connection.runAndReadAll(`SELECT file FROM glob(${literal(pattern)})`);
        return found.getRows().map(([file]) => String(file));
      });
    } catch (error) {
      throw remoteError(error, pattern);
    }
  }
}
