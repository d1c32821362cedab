import assert from "node:assert/strict";
import type { FlowGraph } from "../../../runtime/events/flow-graph.ts";
import { emptyRunView, foldEvents } from "../../../runtime/events/run-view.ts";
import { captionOf } from "../../../webview/graph/captions.ts";
import { collectItems, statusOfRun } from "../../../webview/graph/run-items.ts";
import {
  type Grouping,
  makeVisibleGraph,
  related,
  type VisibleGraph,
} from "../../../webview/graph/visible-graph.ts";
import { troubledRun, wideRun } from "../host/example-runs.ts";
import { RunScript } from "../host/run-script.ts";

const closed: Grouping = { opened: new Set(), closed: new Set(), grouped: true, only: undefined };

describe("the visible graph", () => {
  it("draws mapped runs as one node, subflows open, and edges between what is drawn", () => {
    const view = foldEvents(emptyRunView(), troubledRun().events);
    assert.equal(
      picture(makeVisibleGraph(collectItems(undefined, view), closed)),
      `List files (task)
Fetch (mapped, 12)
Load (task)
Index (task)
Notify (task)
Look up rates (task)
Clean (flow, open, 3)
  Parse (task)
  Check (task)
  Drop doubles (task)
List files -> Fetch
Fetch -> Clean
Parse -> Check
Parse -> Drop doubles
Clean -> Load
Fetch -> Load
Load -> Index
Index -> Notify
[Warehouse: Load, Index]`,
    );
  });

  it("draws a map before it is known how many task runs it has, then with them, and says how many", () => {
    const at = (seq: number) => ({ seq, time: seq });
    const view = foldEvents(emptyRunView(), [
      { ...at(1), type: "run-started", attempt: 1, flow: "F", runName: "r", threads: 1, parameters: {} },
      {
        ...at(2),
        type: "task-run-created",
        taskRun: "Load-0",
        name: "Load-0",
        task: "Load",
        flowRun: ".",
        inputs: "",
      },
      {
        ...at(3),
        type: "map-created",
        map: "Check[]-0",
        name: "Check[]-0",
        task: "Check",
        flowRun: ".",
        upstream: [{ run: "Load-0" }],
      },
      {
        ...at(4),
        type: "task-run-created",
        taskRun: "Sum-0",
        name: "Sum-0",
        task: "Sum",
        flowRun: ".",
        inputs: "",
        upstream: [{ run: "Check[]-0" }],
      },
    ]);
    const captions = () => {
      const graph = makeVisibleGraph(collectItems(undefined, view), closed);
      return [picture(graph), ...graph.nodes.map((node) => captionOf(view, node, 9).text)].join("\n");
    };
    assert.equal(
      captions(),
      `Load (task)
Check (mapped, 0)
Sum (task)
Load -> Check
Check -> Sum
Pending
Pending · one task run for each item
Pending`,
    );
    const item = {
      type: "task-run-created",
      task: "Check",
      flowRun: ".",
      inputs: "",
      upstream: [{ run: "Load-0" }],
    } as const;
    foldEvents(view, [
      {
        ...at(5),
        ...item,
        taskRun: "Check[]-0[0]",
        name: "Check[]-0[0]",
        mapped: { group: "Check[]-0", index: 0 },
      },
      {
        ...at(6),
        ...item,
        taskRun: "Check[]-0[1]",
        name: "Check[]-0[1]",
        mapped: { group: "Check[]-0", index: 1 },
      },
      {
        ...at(7),
        type: "map-state",
        map: "Check[]-0",
        state: { type: "RUNNING", name: "Running" },
        count: 2,
      },
    ]);
    assert.equal(
      captions(),
      `Load (task)
Check (mapped, 2)
Sum (task)
Load -> Check
Check -> Sum
Pending
Pending · 0 of 2 done
Pending`,
    );
  });

  it("draws what a node holds when it is opened, and nothing of it when it is closed", () => {
    const items = collectItems(undefined, foldEvents(emptyRunView(), troubledRun().events));
    const graph = makeVisibleGraph(items, {
      ...closed,
      opened: new Set(["map:Fetch[]-0"]),
      closed: new Set(["Clean-0"]),
    });
    const lines = picture(graph).split("\n");
    assert.equal(lines.filter((line) => line.startsWith("  Fetch-")).length, 12);
    assert.ok(lines.includes("Clean (flow, 3)"));
    assert.ok(!lines.includes("  Parse (task)"));
  });

  it("starts a large graph grouped by task and depth, with counts, and can draw all of it", () => {
    const items = collectItems(undefined, foldEvents(emptyRunView(), wideRun(30, 10).events));
    const grouped = makeVisibleGraph(items, closed);
    assert.equal(grouped.nodes.length, 12);
    assert.equal(picture(grouped).split("\n")[1], "Step 0 (alike, 30)");
    assert.equal(makeVisibleGraph(items, { ...closed, grouped: false }).nodes.length, 302);
  });

  it("has in the plan the nodes that the run will have, so that the picture stays", () => {
    const plan: FlowGraph = {
      flow: "Two",
      nodes: [
        { id: "Load-0", name: "Load-0", kind: "task", task: "Load" },
        { id: "Save-0", name: "Save-0", kind: "task", task: "Save" },
        { id: "db", name: "Warehouse", kind: "resource" },
      ],
      edges: [
        { from: "Load-0", to: "Save-0", argument: "[0]" },
        { from: "db", to: "Save-0" },
      ],
    };
    const script = new RunScript().start("Two", "calm-heron").task("Load-0").run("Load-0");
    const before = emptyRunView();
    const during = foldEvents(emptyRunView(), script.events);
    const planned = makeVisibleGraph(collectItems(plan, before), closed);
    assert.equal(picture(planned), picture(makeVisibleGraph(collectItems(plan, during), closed)));
    assert.equal(picture(planned), "Load (task)\nSave (task)\nLoad -> Save\n[Warehouse: Save]");
    assert.equal(statusOfRun(before, "Load-0"), "Planned");
    assert.equal(statusOfRun(during, "Load-0"), "Running");
    assert.equal(statusOfRun(during, "Save-0"), "Planned");
    foldEvents(
      during,
      new RunScript()
        .start("Two", "x")
        .flowState(".", "Failed")
        .events.map((event, i) => ({ ...event, seq: 10 + i })),
    );
    assert.equal(statusOfRun(during, "Save-0"), "NotRun");
  });

  it("finds what leads to a run and what comes from it", () => {
    const { items } = collectItems(undefined, foldEvents(emptyRunView(), troubledRun().events));
    assert.deepEqual([...related(items, ["Index-0"], "downstream")], ["Index-0", "Notify-0"]);
    assert.deepEqual([...related(items, ["Clean-0/Check-0"], "upstream")].sort(), [
      "Clean-0",
      "Clean-0/Check-0",
      "Clean-0/Parse-0",
      "Fetch-0",
      "List files-0",
    ]);
  });

  it("says of each node how it stands", () => {
    const { events } = troubledRun();
    const view = foldEvents(emptyRunView(), events);
    const now = (events.at(-1)?.time ?? 0) + 12_400;
    const { nodes } = makeVisibleGraph(collectItems(undefined, view), closed);
    assert.equal(
      nodes.map((node) => `${node.label}: ${captionOf(view, node, now).text}`).join("\n"),
      `List files: Completed · 80 ms
Fetch: Failed · 8 of 12 done · 1 failed
Load: Pending
Index: Pending
Notify: Pending
Look up rates: Cached · 60 ms
Clean: Running · 1 of 3 done · 1 failed
Parse: Completed · 1.1 s
Check: Failed · 20 ms
Drop doubles: Running · 12 s · 37 %`,
    );
  });
});

/** The graph as text: nodes inside others indented, edges, brackets. */
function picture({ nodes, edges, brackets }: VisibleGraph): string {
  const label = new Map(nodes.map((node) => [node.id, node.label]));
  const lines = nodes.map((node) => {
    const facts = [
      node.kind,
      ...(node.open ? ["open"] : []),
      ...(node.kind === "task" ? [] : [node.runs.length]),
    ];
    return `${node.parent === undefined ? "" : "  "}${node.label} (${facts.join(", ")})`;
  });
  for (const { from, to } of edges) lines.push(`${label.get(from)} -> ${label.get(to)}`);
  for (const bracket of brackets) {
    lines.push(`[${bracket.label}: ${bracket.nodes.map((id) => label.get(id)).join(", ")}]`);
  }
  return lines.join("\n");
}
