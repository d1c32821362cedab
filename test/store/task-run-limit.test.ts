import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { RunFeed } from "../../extension/panel/run-feed.ts";
import { FolderRuns } from "../../extension/runs/folder-runs.ts";
import { mappedRows } from "../../runtime/cli/render/mapped-runs.ts";
import { emptyRunView, foldEvents } from "../../runtime/events/run-view.ts";
import { EventReader } from "../../runtime/store/event-reader.ts";
import { readRunAs } from "../../runtime/store/read-run.ts";
import { readRunInfo } from "../../runtime/store/run-folder.ts";
import { checkTaskRuns, mostShown } from "../../runtime/store/task-run-limit.ts";

const id = "20260101-000000000-odd-owl";
const refusal = (most: string) => ({
  name: "TooManyTaskRunsError",
  message: `The run '${id}' has more than ${most} task runs, too many to be shown. 'millrace logs ${id}' prints its log.`,
});

describe("a run with many task runs", () => {
  const base = mkdtempSync(join(tmpdir(), "millrace-large-"));
  const folder = join(base, ".millrace", "runs", id);
  after(() => rmSync(base, { recursive: true, force: true }));

  /** Makes the run anew: an attempt for each number of task runs. @param total what run.json says, of one that has ended. */
  function make(attempts: readonly number[], total?: number): void {
    mkdirSync(folder, { recursive: true });
    const state = { type: "COMPLETED", name: "Completed", message: "All states completed." };
    const end = total === undefined ? {} : { ended: 2, state, tasks: { total, completed: total } };
    const info = {
      ...{
        id,
        name: "odd-owl",
        flow: "F",
        file: "/f.flow.ts",
        folder: "/",
        parameters: {},
        session: "duckdb",
      },
      ...{ attempt: attempts.length, started: 1, versions: { millrace: "0.1.0", node: "v24.0.0" } },
      host: { id: "elsewhere", name: "elsewhere", container: false, pid: 4_000_000 },
      ...end,
    };
    writeFileSync(join(folder, "run.json"), JSON.stringify(info));
    const events = attempts.flatMap((count, i) => [
      { type: "run-started", attempt: i + 1, flow: "F", runName: "odd-owl", threads: 1, parameters: {} },
      ...Array.from({ length: count }, (_, n) => ({
        ...{
          type: "task-run-created",
          taskRun: `T-${n}`,
          name: `T-${n}`,
          task: "T",
          flowRun: ".",
          inputs: "",
        },
        mapped: { group: "T", index: n },
      })),
    ]);
    const lines = events.map((event, i) => `${JSON.stringify({ seq: i + 1, time: 1, ...event })}\n`);
    writeFileSync(join(folder, "events.jsonl"), lines.join(""));
  }

  it("is read up to a number of them in its attempts, and refused beyond it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }),
        fc.nat(12),
        fc.boolean(),
        async (attempts, most, hasEnded) => {
          make(attempts, hasEnded ? (attempts.at(-1) ?? 0) : undefined);
          const read = async () => {
            if (hasEnded) checkTaskRuns(folder, await readRunInfo(folder), most);
            const events = await new EventReader(join(folder, "events.jsonl"), most).read();
            return foldEvents(emptyRunView(), events).taskRuns.size;
          };
          if (Math.max(...attempts) > most) await assert.rejects(read, refusal(String(most)));
          else assert.equal(await read(), Math.max(...attempts));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is refused by the panel and listed with the reason, before its events fill the memory", async () => {
    make([mostShown + 1]);
    const runs = new FolderRuns(base);
    await runs.look("all");
    assert.deepEqual(
      runs.unreadable.map(({ error }) => error),
      [refusal("100,000").message],
    );
    const failed = await new Promise<unknown>((resolve, reject) => {
      const events = () => reject(new Error("It is shown."));
      RunFeed.open(folder, { events, changed: events, failed: resolve }).catch(reject);
    });
    assert.deepEqual(
      { name: (failed as Error).name, message: (failed as Error).message },
      refusal("100,000"),
    );
    make([0], 1_000_000);
    const listener = { events() {}, changed() {}, failed() {} };
    await assert.rejects(RunFeed.open(folder, listener), refusal("100,000"));
  });

  it("is told in one row where one call mapped them, in time that grows with their number only", async () => {
    make([mostShown]);
    const { view } = await readRunAs(folder, "gone");
    const runs = [...view.taskRuns.values()];
    const looked = { count: 0 };
    const counted = new Proxy(runs, {
      get(target, name, receiver) {
        if (typeof name === "string" && /^\d+$/.test(name)) looked.count++;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    const [row, ...others] = mappedRows(counted);
    assert.deepEqual([row?.kind === "map" && row.runs.length, others.length], [mostShown, 0]);
    assert.ok(looked.count <= 4 * mostShown, `${looked.count} looks`);
  });
});
