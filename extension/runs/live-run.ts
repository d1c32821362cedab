import { rootFlowRun } from "../../runtime/events/run-event.ts";
import { emptyRunView, foldEvents } from "../../runtime/events/run-view.ts";
import { hasEnded, makeState } from "../../runtime/events/states.ts";
import { EventReader } from "../../runtime/store/event-reader.ts";
import { countTasks, type RunSummary, showCrash } from "../../runtime/store/read-run.ts";
import { isRunnerAlive, readRunInfo, runPaths } from "../../runtime/store/run-folder.ts";

/** A run that has not ended, read further each time it is asked. */
export class LiveRun {
  readonly #path: string;
  readonly #reader: EventReader;
  readonly #view = emptyRunView();

  constructor(path: string) {
    this.#path = path;
    this.#reader = new EventReader(runPaths(path).events);
  }

  /** The run as it stands, and whether there is more to come. */
  async look(): Promise<{ readonly summary: RunSummary; readonly alive: boolean }> {
    const info = await readRunInfo(this.#path);
    const alive = await isRunnerAlive(this.#path, info);
    // Read after that: what a process wrote before its end counts.
    foldEvents(this.#view, await this.#reader.read());
    const root = this.#view.flowRuns.get(rootFlowRun);
    if (!alive && info.state === undefined && !(root !== undefined && hasEnded(root.state)))
      showCrash(this.#view, info);
    const now = this.#view.flowRuns.get(rootFlowRun);
    const summary: RunSummary = {
      id: info.id,
      name: info.name,
      flow: info.flow,
      state: info.state ?? now?.state ?? makeState("Pending"),
      started: info.started,
      ended: info.ended ?? now?.ended,
      attempt: info.attempt,
      tasks: info.tasks ?? countTasks(this.#view),
      parameters: info.parameters,
      file: info.file,
      session: info.session,
      host: info.host.name,
      container: info.host.container,
      path: this.#path,
    };
    return { summary, alive };
  }
}
