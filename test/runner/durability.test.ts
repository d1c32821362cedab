import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FlowFolder, type Outcome, runFlow, temporaryFolder, text } from "./flow-fixture.ts";

/** Seq of a task run's first event with that state. */
function seqOf({ events }: Outcome, taskRun: string, name: string): number {
  return (
    events.find(
      (event) => event.type === "task-run-state" && event.taskRun === taskRun && event.state.name === name,
    )?.seq ?? Number.NaN
  );
}

describe("a run's events", () => {
  it("are on disk before anything builds on them, numbered without gaps", async () => {
    const outcome = await runFlow(`
import { readdirSync } from "node:fs";
const step = task("Step", (n: number, above: readonly number[] = []) => {
  const run = ".millrace/runs/" + readdirSync(".millrace/runs")[0];
  const written = readFileSync(run + "/events.jsonl", "utf8");
  return above.filter((m) => !written.includes('"taskRun":"Step-' + m + '","state":{"type":"COMPLETED"')).length === 0 ? n : Promise.reject(new Error("not on disk"));
});
export default flow({ name: "F" }, () => {
  const first = step(0), second = step(1), third = step(2, [first, second]);
  step(3, [third, first]);
});
`);
    assert.equal(outcome.code, 0, outcome.log);
    assert.deepEqual(
      outcome.events.map((event) => event.seq),
      outcome.events.map((_, index) => index + 1),
    );
    for (const [downstream, upstream] of [
      [2, 0],
      [2, 1],
      [3, 2],
    ]) {
      assert.ok(
        seqOf(outcome, `Step-${downstream}`, "Running") > seqOf(outcome, `Step-${upstream}`, "Completed"),
      );
    }
    const upstream = outcome.view.taskRuns.get("Step-2")?.upstream;
    assert.deepEqual(upstream, [
      { run: "Step-0", argument: "[1][0]" },
      { run: "Step-1", argument: "[1][1]" },
    ]);
  });

  it("that can't be written for want of space end the run with a clear error; with space it can be resumed", async function () {
    const disk = join(temporaryFolder(), "disk");
    mkdirSync(disk);
    // Only root may mount; elsewhere this stays unproven.
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", disk]).status !== 0) this.skip();
    try {
      const folder = new FlowFolder({
        "test.flow.ts": `
const loud = task("Loud", (n: number) => { if (!existsSync("quiet")) for (let i = 0; i < 50; i++) log.info("x".repeat(200)); appendFileSync("ran.txt", n + " "); return n; });
export default flow({ name: "F" }, () => { let last = loud(0); for (let i = 1; i < 100; i++) last = loud.withOptions({ waitFor: [last] })(i); });
`,
      });
      const full = await folder.run([], { dir: disk });
      assert.equal(full.code, 1);
      assert.match(
        full.stderr,
        /^error: The run can't be written to .*: ENOSPC: no space left on device, write\. It was stopped\. Once that is put right, 'millrace resume \S+' goes on with it, unless the folder is gone\.\n$/,
      );
      assert.equal(full.run.state.name, "Crashed");
      const before = folder.read("ran.txt").trim().split(" ").length;
      assert.ok(before < 100);
      folder.write({ quiet: "", "ran.txt": "" });
      spawnSync("mount", ["-o", "remount,size=3m", disk]);
      const ended = [...full.view.taskRuns.values()].filter((task) => task.state.type === "COMPLETED").length;
      const resumed = await folder.resume([], { dir: disk });
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.equal(folder.read("ran.txt").trim().split(" ").length, 100 - ended);
    } finally {
      spawnSync("umount", [disk]);
    }
  });

  it("of a run whose folder is deleted under it: the run ends with a clear error", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const wait = task("Wait", async () => { await sleep(20_000, undefined, { signal: cancellation() }); });
export default flow({ name: "F" }, () => { wait(); });
`,
    });
    const process = folder.start(["run", "test.flow.ts"]);
    await process.untilState("Wait-0", "Running");
    rmSync(folder.latest(), { recursive: true });
    const said = await new Promise<string>((resolve) => {
      let stderr = "";
      process.process.stderr?.on("data", (part: string) => {
        stderr += part;
      });
      process.process.on("close", (code) => resolve(`${code} ${stderr}`));
      process.ended.catch(() => {}); // its run can't be read any more
    });
    assert.match(
      said,
      /^1 error: The run can't be written to .*: ENOENT: no such file or directory, .* It was stopped\. /,
    );
  });
});

describe("a store", () => {
  it("that can't be made is told as what it is", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `\nexport default flow({ name: "F" }, () => {});\n`,
      ".millrace": "a file",
    });
    const outcome = await folder.run();
    assert.equal(outcome.code, 1);
    assert.match(
      outcome.stderr,
      /^error: The folder .*\.millrace can.t be made: a part of that path is a file/,
    );
    assert.doesNotMatch(outcome.stderr, /^\s+at /m);
  });
});

describe("limits", () => {
  it("hold for all task runs of a tag at once, also where threads are free", async () => {
    const outcome = await runFlow(
      `
const query = task({ name: "Query", tags: ["db", "slow"] }, (_: number) => sleep(15));
const free = task("Free", (_: number) => sleep(5));
const inner = flow({ name: "Inner", concurrency: { db: 5, late: 1 } }, () => { query.map([6, 7, 8]); query.withOptions({ tags: ["late"] }).map([1, 2, 3]); });
export default flow({ name: "F", concurrency: { db: 2 } }, () => {
  query.map([1, 2, 3, 4, 5]);
  free.map([1, 2, 3, 4, 5]);
  inner({});
});
`,
      "--threads",
      "5",
    );
    assert.equal(outcome.code, 0);
    const most = (isOne: (id: string) => boolean) => {
      let now = 0;
      let peak = 0;
      for (const event of outcome.events) {
        if (event.type !== "task-run-state" || !isOne(event.taskRun)) continue;
        now += event.state.name === "Running" ? 1 : -1;
        peak = Math.max(peak, now);
      }
      return peak;
    };
    const tagged = (tag: string) => (id: string) =>
      outcome.view.taskRuns.get(id)?.tags.includes(tag) ?? false;
    assert.equal(most(tagged("db")), 2);
    assert.equal(most(tagged("late")), 1);
    const all = most(() => true);
    assert.ok(all > 2 && all <= 5, `${all} at once`);
    const threads = new Set(
      [...outcome.view.taskRuns.values()].flatMap((task) => task.attempts.map(({ thread }) => thread)),
    );
    assert.deepEqual([...threads].sort(), [1, 2, 3, 4, 5]);
  });

  it("hold ten thousand task runs back, and each has its turn", async () => {
    const outcome = await runFlow(`
const noop = task({ name: "No-op", tags: ["one"] }, (n: number) => n);
export default flow({ name: "F", concurrency: { one: 1 } }, () => { for (let i = 0; i < 10_000; i++) noop(i); });
`);
    assert.equal(outcome.states.split("\n")[0], text`. Completed('All states completed.')`);
  });
});
