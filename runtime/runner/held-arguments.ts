import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { constantFile, type SharedConstant } from "../crossing/shared-constant.ts";
import { freshPath } from "../disk/fresh-path.ts";

/** Bytes of arguments that are held in memory at most, of all task runs that have not ended. */
const mostInMemory = 64 << 20;

/** Fewer bytes aren't worth a file. */
const leastInFile = 16 << 10;

/** The bytes of a task run's encoded arguments, for as long as it has not ended. */
export interface HeldArguments {
  readonly length: number;
  /** @throws what reading a file does: one that is gone is the disk's fault. */
  bytes(): Uint8Array;
  release(): void;
}

/**
 * Holds what task runs were called with until they have run: a flow may call thousands at once. What is beyond some
 * megabytes waits in files, for this user only.
 */
export class ArgumentStore {
  readonly #folder: string;
  readonly #shared = new Set<string>();
  #inMemory = 0;

  /** @param folder of the run's own, for temporary files. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param inMemory whatever the size: a secret is in no file. */
  hold(bytes: Uint8Array, { inMemory = false } = {}): HeldArguments {
    const fits =
      inMemory || bytes.byteLength < leastInFile || this.#inMemory + bytes.byteLength <= mostInMemory;
    return fits ? this.#inMemoryOf(bytes) : (this.#inFile(bytes) ?? this.#inMemoryOf(bytes));
  }

  /**
   * Keeps what many task runs are called with in one file, until the run ends.
   * @throws what writing a file does.
   */
  share(constant: SharedConstant, bytes: Uint8Array): void {
    if (this.#shared.has(constant.sha256)) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, basename(constantFile(constant.sha256)));
    const fresh = freshPath(file);
    writeFileSync(fresh, bytes, { mode: 0o600, flag: "wx" });
    renameSync(fresh, file);
    this.#shared.add(constant.sha256);
  }

  #inMemoryOf(bytes: Uint8Array): HeldArguments {
    this.#inMemory += bytes.byteLength;
    let held: Uint8Array | undefined = bytes;
    return {
      length: bytes.byteLength,
      bytes: () => {
        if (held === undefined) throw new Error("The arguments of a task run that has ended are gone.");
        return held;
      },
      release: () => {
        this.#inMemory -= held?.byteLength ?? 0;
        held = undefined;
      },
    };
  }

  /** @returns undefined where no file can be written: memory has to do. */
  #inFile(bytes: Uint8Array): HeldArguments | undefined {
    const file = freshPath(join(this.#folder, "arguments"));
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, bytes, { mode: 0o600, flag: "wx" });
    } catch {
      rmSync(file, { force: true });
      return undefined;
    }
    return {
      length: bytes.byteLength,
      bytes: () => readFileSync(file),
      release: () => rmSync(file, { force: true }),
    };
  }
}
