import type { RunSummary } from "../../runtime/events/run-summary.ts";
import type { RunTarget } from "../manifest/commands.ts";
import type { RunIndex } from "../runs/run-index.ts";
import { ago } from "../runs/run-times.ts";
import { iconOf } from "../runs/state-icons.ts";
import { tell } from "../shown/notifications.ts";
import { pickOne } from "../shown/questions.ts";
import { untilSeen } from "../until-seen.ts";

/**
 * The run that a command means: what it was called on, the only one there is, or the one that the user picks.
 * @returns undefined when the question is dismissed or there is none.
 */
export async function pickRun(
  target: RunTarget | undefined,
  runs: RunIndex,
  question: { readonly title: string; readonly none: string; readonly which: (run: RunSummary) => boolean },
): Promise<string | undefined> {
  if (target?.runPath !== undefined) return target.runPath;
  await runs.refresh();
  const candidates = runs.runs.filter(question.which);
  if (candidates.length === 0) {
    void tell(question.none);
    return undefined;
  }
  if (candidates.length === 1) return candidates[0]?.path;
  const items = candidates.map((run) => ({
    icon: iconOf(run.state).icon,
    label: run.flow,
    description: `${run.name} · ${run.state.name} · ${ago(run.started, Date.now())}`,
    path: run.path,
  }));
  const picked = await untilSeen(() =>
    pickOne(items, {
      title: question.title,
      matchOnDescription: true,
    }),
  );
  return picked?.path;
}
