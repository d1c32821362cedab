import type { FlowGraph } from "../../runtime/events/flow-graph.ts";
import { type LogLine, LogLines } from "../../runtime/events/log-lines.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { emptyRunView, foldEvents, type RunView } from "../../runtime/events/run-view.ts";
import { viewToJson } from "../../runtime/events/run-view-json.ts";
import { EventReader, followEvents } from "../../runtime/store/event-reader.ts";
import { damageText, showCrash } from "../../runtime/store/read-run.ts";
import { readRunInfo, runPaths } from "../../runtime/store/run-folder.ts";
import type { RunInfo } from "../../runtime/store/run-info.ts";
import { RunnerWatch } from "../../runtime/store/run-liveness.ts";
import { checkTaskRuns, mostShown } from "../../runtime/store/task-run-limit.ts";
import type { Snapshot } from "../../webview/contract.ts";
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
  readonly #watch: RunnerWatch;
  #info: RunInfo;
  #alive: boolean;
  #view = emptyRunView();
  #logs = new KeptLines<LogLine>(mostLogLines);
  /** Ends when the events are to be read anew. */
  #pass = new AbortController();
  #looked = false;
  #showsCrash = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    path: string,
    info: RunInfo,
    watch: RunnerWatch,
    alive: boolean,
    listener: FeedListener,
  ) {
    this.path = path;
    this.#info = info;
    this.#watch = watch;
    this.#alive = alive;
    this.#listener = listener;
  }

  /** @throws when the run's folder can't be read, or it has too many task runs. */
  static async open(path: string, listener: FeedListener): Promise<RunFeed> {
    const info = await readRunInfo(path);
    checkTaskRuns(path, info, mostShown);
    const watch = new RunnerWatch(path);
    const feed = new RunFeed(path, info, watch, (await watch.look(info)) !== "gone", listener);
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

  snapshot(plan: FlowGraph | undefined): Snapshot {
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
    const signal = AbortSignal.any([this.#stop.signal, this.#pass.signal]);
    const reader = new EventReader(runPaths(this.path).events, mostShown);
    const logLines = new LogLines();
    try {
      for await (const events of followEvents(reader, { signal })) {
        if (signal.aborted) return;
        foldEvents(this.#view, events);
        this.#logs.add(logLines.lines(events));
        const isDamaged = reader.damages.length !== this.#view.damages.length;
        if (isDamaged) this.#view.damages = reader.damages.map(damageText);
        if (!this.#looked) {
          this.#looked = true;
          this.#watchRunner();
          this.#listener.changed();
        } else if (isDamaged) {
          this.#listener.changed();
        } else if (events.length > 0) {
          this.#listener.events(events);
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#listener.failed(error);
    }
  }

  /** From the beginning: the view shows an end that nobody wrote, or the file was another one. */
  #readAnew(): void {
    this.#pass.abort();
    this.#pass = new AbortController();
    clearTimeout(this.#timer);
    this.#view = emptyRunView();
    this.#logs = new KeptLines<LogLine>(mostLogLines);
    this.#looked = false;
    this.#showsCrash = false;
    void this.#follow();
  }

  /** Whether the process is there is in no event. Goes on after the end: the run may be resumed, or wake up. */
  #watchRunner(): void {
    const { signal } = this.#pass;
    const look = async () => {
      try {
        const info = await readRunInfo(this.path);
        const alive = (await this.#watch.look(info)) !== "gone";
        if (signal.aborted) return;
        const { attempt, state } = this.#info;
        const different =
          alive !== this.#alive || info.attempt !== attempt || info.state?.name !== state?.name;
        this.#info = info;
        this.#alive = alive;
        if (alive && (this.#showsCrash || (different && this.#view.damages.length > 0))) {
          this.#readAnew();
          return;
        }
        if (!alive && (info.state === undefined || this.#view.damages.length > 0)) {
          showCrash(this.#view, info);
          this.#showsCrash = true;
        }
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
