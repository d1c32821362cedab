import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { RunFeed } from "../../../extension/panel/run-feed.ts";
import { FolderRuns } from "../../../extension/runs/folder-runs.ts";
import type { RunEventBody } from "../../../runtime/events/run-event.ts";
import { makeState } from "../../../runtime/events/states.ts";
import { writeBeat } from "../../../runtime/processes/heartbeat.ts";
import { thisProcess } from "../../../runtime/processes/known-process.ts";
import { EventWriter } from "../../../runtime/store/event-writer.ts";
import { createRunFolder, runPaths } from "../../../runtime/store/run-folder.ts";
import { temporaryFolder } from "../../runner/flow-fixture.ts";

const events: readonly RunEventBody[] = [
  { type: "run-started", attempt: 1, flow: "F", runName: "wise-otter", threads: 1, parameters: {} },
  { type: "flow-run-state", flowRun: ".", state: makeState("Running") },
  { type: "task-run-created", taskRun: "Load-0", name: "Load-0", task: "Load", flowRun: ".", inputs: "" },
  { type: "task-run-state", taskRun: "Load-0", state: makeState("Running"), attempt: 1 },
];

/** A run that goes on in another container. */
async function runElsewhere(): Promise<{ base: string; path: string; beat: () => void }> {
  const base = temporaryFolder();
  const { path } = await createRunFolder(base, {
    name: "wise-otter",
    flow: "F",
    file: "/f.flow.ts",
    folder: "/",
    parameters: {},
    session: "duckdb",
    attempt: 1,
    host: { ...(await thisProcess()), id: "elsewhere" },
    versions: { millrace: "0", node: "0" },
    started: Date.now(),
  });
  const writer = await EventWriter.open(runPaths(path).events, {
    onWritten: () => {},
    onFailure: assert.fail,
    onReaderFailure: () => assert.fail(),
  });
  for (const event of events) writer.append(event);
  await writer.close();
  let beats = 0;
  return { base, path, beat: () => writeBeat(runPaths(path).heartbeat, "a", ++beats) };
}

describe("A run of another container in VS Code", () => {
  it("is listed as one that may be gone, then as crashed when its heartbeat stands still, and as running when it is back", async () => {
    const { base, beat } = await runElsewhere();
    const runs = new FolderRuns(base);
    const told: string[] = [];
    const look = async () => {
      await runs.look("all");
      const [run] = runs.summaries;
      assert.ok(run);
      const text = `${run.state.name} ${run.unsure ?? false} ${runs.isAlive(run.path)}`;
      if (told.at(-1) !== text) told.push(text);
    };
    while (!told.at(-1)?.startsWith("Crashed")) {
      await look();
      await sleep(100);
    }
    beat();
    while (!told.at(-1)?.startsWith("Running")) await look();
    beat();
    while (told.at(-1) !== "Running false true") {
      await look();
      beat();
    }
    assert.deepEqual(told, [
      "Running true true",
      "Crashed false false",
      "Running true true",
      "Running false true",
    ]);
  });

  it("is shown in its panel so, too, with what of its events is damaged", async () => {
    const { path, beat } = await runElsewhere();
    const told: string[] = [];
    const feed = await RunFeed.open(path, {
      events: () => {},
      changed: () => {
        const { view, run } = feed.snapshot(undefined);
        const states = [...(view?.flowRuns ?? []), ...(view?.taskRuns ?? [])].map(
          ({ id, state }) => `${id} ${state.name}`,
        );
        told.push(`${run.alive} ${states.join(", ")} ${view?.damages.join() ?? ""}`.trim());
      },
      failed: (error) => assert.fail(error as Error),
    });
    try {
      const until = async (count: number) => {
        while (told.length < count) await sleep(20);
      };
      await until(2);
      beat();
      await until(3);
      const { events: file } = runPaths(path);
      const size = readFileSync(file, "utf8").split("\n").length;
      appendFileSync(file, "no event\n");
      await until(4);
      assert.deepEqual(told, [
        "true . Running, Load-0 Running",
        "false . Crashed, Load-0 Crashed",
        "true . Running, Load-0 Running",
        `true . Running, Load-0 Running Line ${size} of the run's events.jsonl can't be read: it isn't JSON. What comes after it isn't shown.`,
      ]);
    } finally {
      feed.dispose();
    }
  });
});
