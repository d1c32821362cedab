import { type LogLine, LogLines } from "../../runtime/events/log-lines.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { emptyRunView, foldEvents, type RunView } from "../../runtime/events/run-view.ts";
import { viewToJson } from "../../runtime/events/run-view-json.ts";
import { followEvents } from "../../runtime/store/event-reader.ts";
import { showCrash } from "../../runtime/store/read-run.ts";
import { isRunnerAlive, type RunInfo, readRunInfo, runPaths } from "../../runtime/store/run-folder.ts";
import type { Plan, Snapshot } from "../../webview/contract.ts";
import { KeptLines } from "./kept-lines.ts";
import { headerOfRun } from "./snapshot.ts";

const mostLogLines = 100_000;
/** Milliseconds between two looks at whether the run's process is alive. */
const aliveInterval = 500;

export interface FeedListener {
  /** What follows the last snapshot. */
  events(events: readonly RunEvent[]): void;
  /** Something changed that events don't tell: a new snapshot is due. */
  changed(): void;
  failed(error: unknown): void;
}

/** One run's events, followed and folded for its panel. */
export class RunFeed {
  readonly path: string;
  readonly #listener: FeedListener;
  readonly #stop = new AbortController();
  readonly #view = emptyRunView();
  readonly #logLines = new LogLines();
  readonly #logs = new KeptLines<LogLine>(mostLogLines);
  #info: RunInfo;
  #alive: boolean;
  #looked = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(path: string, info: RunInfo, alive: boolean, listener: FeedListener) {
    this.path = path;
    this.#info = info;
    this.#alive = alive;
    this.#listener = listener;
  }

  /** @throws when the run's folder can't be read. */
  static async open(path: string, listener: FeedListener): Promise<RunFeed> {
    const info = await readRunInfo(path);
    const feed = new RunFeed(path, info, await isRunnerAlive(path, info), listener);
    void feed.#follow();
    return feed;
  }

  get info(): RunInfo {
    return this.#info;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get view(): RunView {
    return this.#view;
  }

  /** Whether what there was at the beginning has been read. */
  get looked(): boolean {
    return this.#looked;
  }

  snapshot(plan: Plan | undefined): Snapshot {
    return {
      run: headerOfRun(this.#info, this.#alive),
      plan,
      view: viewToJson(this.#view),
      logs: this.#logs.lines,
      logsLeftOut: this.#logs.leftOut,
    };
  }

  dispose(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    try {
      for await (const events of followEvents(runPaths(this.path).events, { signal })) {
        if (signal.aborted) return;
        foldEvents(this.#view, events);
        this.#logs.add(this.#logLines.lines(events));
        if (!this.#looked) {
          this.#looked = true;
          this.#watchRunner();
          this.#listener.changed();
        } else if (events.length > 0) {
          this.#listener.events(events);
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#listener.failed(error);
    }
  }

  /** Whether the process is there is in no event. Goes on after the end: the run may be resumed. */
  #watchRunner(): void {
    const look = async () => {
      try {
        const info = await readRunInfo(this.path);
        const alive = await isRunnerAlive(this.path, info);
        const { attempt, state } = this.#info;
        const different =
          alive !== this.#alive || info.attempt !== attempt || info.state?.name !== state?.name;
        this.#info = info;
        this.#alive = alive;
        if (!alive && info.state === undefined) showCrash(this.#view, info);
        if (different) this.#listener.changed();
      } catch (error) {
        this.#listener.failed(error);
        return;
      }
      if (!this.#stop.signal.aborted) this.#timer = setTimeout(look, aliveInterval);
    };
    void look();
  }
}
