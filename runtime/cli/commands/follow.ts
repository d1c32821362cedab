import { readRun } from "../../store/read-run.ts";
import { exit, exitCodeOf } from "../exit.ts";
import { findStoredRun } from "../find-stored-run.ts";
import { followRun } from "../follow-run.ts";
import { note } from "../output.ts";
import { reporter } from "../render/run-reporter.ts";

export interface FollowOptions {
  readonly log?: boolean;
  readonly dir?: string;
  readonly json?: boolean;
}

/** `millrace follow <run>`: shows a run as `run` shows its own. */
export async function followCommand(reference: string, options: FollowOptions): Promise<void> {
  const path = await findStoredRun(reference, options.dir);
  const shown = await reporter({ json: options.json ?? false, log: options.log ?? false });
  for await (const events of followRun(path)) shown.events(events);
  const { info, state, view } = await readRun(path);
  shown.ended({ id: info.id, state });
  for (const damage of view.damages) note("%s", damage);
  // Nobody was left to write that into the events.
  if (state.type === "CRASHED" && info.state === undefined && view.seq > 0) note("%s", state.message);
  await exit(exitCodeOf(state));
}
