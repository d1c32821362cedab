import { type Liveness, ProcessWatch } from "../processes/liveness.ts";
import { runPaths } from "./run-folder.ts";
import type { RunInfo } from "./run-info.ts";

/** What is known of the process of a run that has not ended. One that has ended has none. */
export class RunnerWatch {
  readonly #watch: ProcessWatch;

  constructor(runFolder: string) {
    this.#watch = new ProcessWatch(runPaths(runFolder).heartbeat);
  }

  async look(info: RunInfo): Promise<Liveness> {
    return info.state === undefined ? this.#watch.look(info.host) : "gone";
  }
}

/** Whether the process that runs the run is alive. Takes some seconds where it can't be asked. */
export async function isRunnerAlive(runFolder: string, info: RunInfo): Promise<boolean> {
  if (info.state !== undefined) return false;
  return (await new ProcessWatch(runPaths(runFolder).heartbeat).decide(info.host)) === "alive";
}
