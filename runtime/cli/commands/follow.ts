import { findStoredRun } from "../../operations/find-run.ts";
import { followRun } from "../../operations/follow-run.ts";
import { readRun } from "../../store/read-run.ts";
import { baseOption } from "../base-option.ts";
import { exit, exitCodeOf } from "../exit.ts";
import { note } from "../output.ts";
import { reporter, type ShownOptions } from "../render/make-reporter.ts";

export interface FollowOptions extends ShownOptions {
  readonly dir?: string;
}

/** `millrace follow <run>`: shows a run as `run` shows its own. */
export async function followCommand(reference: string, options: FollowOptions): Promise<void> {
  const path = await findStoredRun(reference, baseOption(options.dir));
  const shown = await reporter(options);
  for await (const events of followRun(path)) shown.events(events);
  const { info, state, view } = await readRun(path);
  await shown.ended({ id: info.id, path, state });
  for (const damage of view.damages) note("%s", damage);
  // Nobody was left to write that into the events.
  if (state.type === "CRASHED" && info.state === undefined && view.seq > 0) note("%s", state.message);
  await exit(exitCodeOf(state));
}
