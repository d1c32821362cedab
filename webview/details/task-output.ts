import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import type { TaskRunView } from "../../runtime/events/run-view.ts";
import { hasEnded } from "../../runtime/events/states.ts";
import { h } from "../elements/dom.ts";
import { formatClock, formatDuration } from "../format/durations.ts";
import { formatQuantity, shorten } from "../format/values.ts";
import { timeSpent } from "../graph/captions.ts";
import { button, iconButton } from "../toolkit.ts";
import { attemptTable } from "./attempt-table.ts";
import type { Output } from "./output.ts";
import { resultNodes } from "./result.ts";
import { facts } from "./sections.ts";

/** A task run: what came out of it, what went in, its tries. */
export function writeTask(output: Output, run: TaskRunView): void {
  const { sections } = output;
  const { model, host } = output.context;
  const ended = hasEnded(run.state);
  const canRerun = ended && !(model.header?.alive ?? false);
  output.setActions(`task ${run.id} ${canRerun} ${run.source?.line}`, () => {
    const { source } = run;
    return [
      ...(source === undefined
        ? []
        : [button("Open Source", () => output.openSource(source), { icon: "go-to-file" })]),
      ...(canRerun
        ? [
            button("Re-run from Here", () => host.act({ kind: "resume", from: run.id }), {
              icon: "run-from",
            }),
            iconButton("Debug from Here", "debug", () => host.act({ kind: "debug", from: run.id })),
          ]
        : []),
    ];
  });
  output.putOutcome(run.id, run.error, run.state.message);
  output.putCheck(run.id);
  sections.put(
    "Result",
    run.result === undefined ? undefined : `${run.id} ${run.ended} ${run.result.sha256}`,
    () => resultNodes(output.context, run),
  );
  output.putArtifacts((artifact) => artifact.taskRun === run.id && artifact.kind !== "check");
  output.putLog(new Set([run.id]));
  sections.put("Arguments", `${run.id} ${run.arguments.length} ${upstreamKey(output, run)}`, () =>
    run.arguments.length + run.upstream.length + run.resources.length === 0
      ? [h("p", { class: "quiet" }, "It was called without arguments.")]
      : [argumentFacts(output, run)],
  );
  const tries = run.attempts.map((a) => `${a.attempt} ${a.started} ${a.ended} ${a.state.name}`).join();
  sections.put("Attempts", `${run.id} ${tries}`, () => [attemptTable(run)]);
  sections.put("Run", `${run.id} ${run.ended} ${run.adopted}`, () => [
    facts([
      ["Task", run.task],
      ["Created", formatClock(run.created)],
      ["Waited", waited(run)],
      ["Ended", run.ended === undefined ? undefined : formatClock(run.ended)],
      ["Ran for", spentText(run)],
      ["Tags", run.tags.join(", ")],
      ["In flow run", run.flowRun === rootFlowRun ? undefined : output.nodeLink(run.flowRun)],
      ["From an earlier attempt", run.adopted ? "yes, its result was taken over" : undefined],
      ["Declared at", run.source === undefined ? undefined : output.sourceLink(run.source)],
    ]),
  ]);
}

function upstreamKey(output: Output, run: TaskRunView): string {
  return run.upstream.map(({ run: id }) => output.context.model.view.taskRuns.get(id)?.result?.sha256).join();
}

/** Each argument, and of those that come from other runs: whose result it is. */
function argumentFacts(output: Output, run: TaskRunView): HTMLElement {
  const list: [string, Node | string][] = run.arguments.map((text, i) => [
    `[${i}]`,
    h("code", {}, shorten(text, 300)),
  ]);
  for (const upstream of run.upstream) {
    const preview = output.context.model.view.taskRuns.get(upstream.run)?.result?.preview;
    const from = h("span", {}, output.nodeLink(upstream.run));
    if (preview !== undefined) from.append(h("span", { class: "quiet" }, ` ${shorten(preview, 80)}`));
    list.push([upstream.argument === undefined ? "after" : `${upstream.argument} from`, from]);
  }
  for (const id of run.resources) list.push(["resource", output.nodeLink(id)]);
  return facts(list);
}

function waited(run: TaskRunView): string | undefined {
  const [first] = run.attempts;
  return first === undefined ? undefined : formatDuration(first.started - run.created);
}

function spentText(run: TaskRunView): string | undefined {
  const spent = timeSpent(run);
  if (spent === undefined) return undefined;
  const tries = run.attempts.length;
  return tries > 1
    ? `${formatDuration(spent)} in ${formatQuantity(tries, "attempt")}`
    : formatDuration(spent);
}
