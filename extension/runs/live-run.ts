import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import type { RunSummary } from "../../runtime/events/run-summary.ts";
import { currentTaskRuns, emptyRunView, foldEvents } from "../../runtime/events/run-view.ts";
import { makeState } from "../../runtime/events/states.ts";
import { countTasks } from "../../runtime/events/task-counts.ts";
import { EventReader } from "../../runtime/store/event-reader.ts";
import { damageText, showCrash, summaryOf } from "../../runtime/store/read-run.ts";
import { readRunInfo, runPaths } from "../../runtime/store/run-folder.ts";
import type { RunInfo } from "../../runtime/store/run-info.ts";
import { RunnerWatch } from "../../runtime/store/run-liveness.ts";
import { mostShown } from "../../runtime/store/task-run-limit.ts";

/** A run that has not ended, read further each time it is asked. */
export class LiveRun {
  readonly #path: string;
  readonly #reader: EventReader;
  readonly #watch: RunnerWatch;
  readonly #view = emptyRunView();

  constructor(path: string) {
    this.#path = path;
    this.#reader = new EventReader(runPaths(path).events, mostShown);
    this.#watch = new RunnerWatch(path);
  }

  /** The run as it stands, and whether there is more to come. */
  async look(): Promise<{ readonly summary: RunSummary; readonly info: RunInfo; readonly alive: boolean }> {
    const info = await readRunInfo(this.#path);
    const liveness = await this.#watch.look(info);
    // Read after that: what a process wrote before its end counts.
    for await (const events of this.#reader.batches()) foldEvents(this.#view, events);
    if (liveness === "gone") showCrash(this.#view, info);
    const root = this.#view.flowRuns.get(rootFlowRun);
    const summary = summaryOf(this.#path, info, {
      state: info.state ?? root?.state ?? makeState("Pending"),
      ended: root?.ended,
      tasks: info.tasks ?? countTasks(currentTaskRuns(this.#view)),
      liveness,
      damages: this.#reader.damages.map(damageText),
    });
    return { summary, info, alive: liveness !== "gone" };
  }

  /** Whether the process, which seemed to be gone, is there after all: it was stopped, and has woken up. */
  async isBack(): Promise<boolean> {
    return (await this.#watch.look(await readRunInfo(this.#path))) === "alive";
  }
}
