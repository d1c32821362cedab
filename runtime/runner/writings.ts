import { basename } from "node:path";
import type { Author } from "../authoring/context.ts";
import { baseOf } from "../disk/base-folder.ts";
import { outsideWriters } from "../disk/outside-writers.ts";
import { takeBack, writersOf } from "../disk/written-folders.ts";

/** Who a run's bodies are to what they write outside of it: see {@link WrittenFolders}. */
export class Writings {
  readonly #runFolder: string;
  readonly #runAttempt: number;
  /** Task runs that wrote something in an earlier attempt. */
  readonly #earlier: ReadonlySet<string>;
  readonly #standing: string[] = [];

  private constructor(runFolder: string, runAttempt: number, earlier: ReadonlySet<string>) {
    this.#runFolder = runFolder;
    this.#runAttempt = runAttempt;
    this.#earlier = earlier;
  }

  /** @param runAttempt which attempt of the run begins, from 1. */
  static async read(runFolder: string, runAttempt: number): Promise<Writings> {
    const earlier =
      runAttempt === 1
        ? new Set<string>()
        : new Set([...(await writersOf(runFolder, baseOf(runFolder))), ...(await outsideWriters(runFolder))]);
    return new Writings(runFolder, runAttempt, earlier);
  }

  /** What a task run wrote stands: its result is taken from an earlier attempt. */
  stands(taskRun: string): void {
    if (this.#earlier.has(taskRun)) this.#standing.push(taskRun);
  }

  /** @param attempt which try of the task run, from 1. */
  author(taskRun: string, attempt: number, inputs?: string): Author {
    return {
      run: basename(this.#runFolder),
      runAttempt: this.#runAttempt,
      taskRun,
      attempt,
      ...(inputs === undefined ? {} : { inputs }),
      standing: [...this.#standing],
    };
  }

  /** Lets a body that starts again find what was there before it wrote. */
  async begin(author: Author): Promise<void> {
    if (author.attempt === 1 && !this.#earlier.has(author.taskRun)) return;
    await takeBack(baseOf(this.#runFolder), this.#runFolder, author);
  }
}
