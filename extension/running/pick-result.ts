import type { RunView } from "../../runtime/events/run-view.ts";
import { iconOf } from "../runs/state-icons.ts";
import { tell } from "../shown/notifications.ts";
import { pickOne } from "../shown/questions.ts";
import { untilSeen } from "../until-seen.ts";
import { latestRunOf } from "./latest-task-run.ts";

/**
 * The task run whose output is meant: the last of a task's, or the one that the user picks.
 * @returns its id, or undefined when the question is dismissed or there is none.
 */
export async function pickResult(view: RunView, task: string | undefined): Promise<string | undefined> {
  const taskRuns = [...view.taskRuns.values()];
  if (task !== undefined) {
    const latest = latestRunOf(taskRuns, task);
    if (latest === undefined) void tell(`'${task}' did not run in the latest run of its flow.`);
    return latest?.id;
  }
  const items = taskRuns.map((run) => ({
    icon: iconOf(run.state).icon,
    label: run.name,
    description: run.result?.preview ?? run.state.name,
    id: run.id,
  }));
  const picked = await untilSeen(() => pickOne(items, { title: "Open Result", matchOnDescription: true }));
  return picked?.id;
}
