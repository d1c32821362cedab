import type { TaskRunView } from "../../runtime/events/run-view.ts";
import { h } from "../elements/dom.ts";
import { formatClock, formatDuration } from "../format/durations.ts";
import { statusText } from "../state/status.ts";
import { statusIcon } from "../state/status-icon.ts";

/** Each try of a task run: its state, when it began, how long it took and on which thread. */
export function attemptTable(run: TaskRunView): HTMLElement {
  if (run.attempts.length === 0) return h("p", { class: "quiet" }, "It has not run yet.");
  return h(
    "table",
    { class: "small-table" },
    h(
      "thead",
      {},
      h("tr", {}, ...["#", "State", "Started", "Took", "Thread"].map((name) => h("th", {}, name))),
    ),
    h(
      "tbody",
      {},
      ...run.attempts.map((attempt) =>
        h(
          "tr",
          {},
          h("td", {}, String(attempt.attempt)),
          h(
            "td",
            {},
            h("span", { class: "with-icon" }, statusIcon(attempt.state.name), statusText(attempt.state.name)),
          ),
          h("td", {}, formatClock(attempt.started)),
          h("td", {}, attempt.ended === undefined ? "" : formatDuration(attempt.ended - attempt.started)),
          h("td", {}, attempt.thread === undefined ? "" : String(attempt.thread)),
        ),
      ),
    ),
  );
}
