import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EventReader } from "../../runtime/store/event-reader.ts";
import { readRun } from "../../runtime/store/read-run.ts";
import { runPaths } from "../../runtime/store/run-folder.ts";
import { FlowFolder, type Outcome, text } from "./flow-fixture.ts";

const ran = `
const ran = (name: string) => appendFileSync("ran.txt", name + " ");
`;

function whatRan(folder: FlowFolder): string {
  const names = folder.read("ran.txt").trim().split(" ").sort().join(" ");
  folder.write({ "ran.txt": "" });
  return names;
}

/** Seqs of a run's events have no gaps, whatever it went through. */
function assertNoGaps({ events }: Outcome): void {
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_, index) => index + 1),
  );
}

describe("resuming a run", () => {
  const flow = `${ran}
const load = task("Load", (n: number) => { ran("load" + n); return { rows: "x".repeat(5000), n }; });
const fix = task("Fix", (data: { n: number }) => { ran("fix"); if (!existsSync("fixed")) throw new Error("not yet"); return data.n; });
const after = task("After", (n: number) => { ran("after"); return n + 1; });
const side = task("Side", (data: { n: number }) => { ran("side"); return data.n; });
const inner = flow({ name: "Inner", parameters: z.object({ n: z.number() }) }, ({ n }) => side({ n }));
export default flow({ name: "F", parameters: z.object({ by: z.number().default(1) }) }, async ({ by }) => {
  const loaded = load(by);
  const other = side(load(2));
  const last = after(fix(loaded));
  const sub = inner({ n: other });
  log.info("result", await last + await sub + by);
});
`;

  it("runs what failed and all below it again, and takes the rest from its results", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "" });
    const first = await folder.run(["--by", "3"]);
    assert.equal(first.code, 1);
    assert.equal(whatRan(folder), "fix load2 load3 side side");
    folder.write({ fixed: "" });
    const second = await folder.resume();
    assert.equal(second.code, 0, second.stderr + second.log);
    assert.equal(whatRan(folder), "after fix");
    assertNoGaps(second);
    assert.equal(second.run.info.attempt, 2);
    assert.equal(second.run.info.parameters.by, 3);
    assert.equal(
      second.log
        .slice(second.log.indexOf("INFO    | millrace.engine - Resuming"))
        .replace("Task run 'After-0' - F", "Task run 'After-0' - F"),
      text`
        INFO    | millrace.engine - Resuming flow run 'NAME' for flow 'F', attempt 2
        INFO    | Flow run 'NAME' - Took the result of task run 'Load-0' from an earlier attempt
        INFO    | Flow run 'NAME' - Took the result of task run 'Load-1' from an earlier attempt
        INFO    | Flow run 'NAME' - Took the result of task run 'Side-0' from an earlier attempt
        INFO    | Flow run 'NAME' - Created task run 'Fix-0' for task 'Fix'
        INFO    | Flow run 'NAME' - Created task run 'After-0' for task 'After'
        INFO    | Flow run 'NAME' - Created subflow run 'Inner-0' for flow 'Inner'
        INFO    | Flow run 'Inner-0' - Took the result of task run 'Side-0' from an earlier attempt
        INFO    | Flow run 'Inner-0' - Finished in state Completed('All states completed.')
        INFO    | Task run 'Fix-0' - Finished in state Completed()
        INFO    | Task run 'After-0' - Finished in state Completed()
        INFO    | Flow run 'NAME' - result 9
        INFO    | Flow run 'NAME' - Finished in state Completed('All states completed.')`,
    );
  });

  it("of a completed run is refused, but for a part that is to run again", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "", fixed: "" });
    assert.equal((await folder.run()).code, 0);
    whatRan(folder);
    const refused = await folder.resume();
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /has completed: there is nothing to resume\. '--from <task run>' runs a part of it again\./,
    );
    const part = await folder.resume(["--from", "Load-1"]);
    assert.equal(part.code, 0, part.stderr);
    assert.equal(whatRan(folder), "load2 side");
    assertNoGaps(part);
  });

  it("runs the code as it is now, and again what a changed argument calls for", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "" });
    await folder.run();
    whatRan(folder);
    folder.write({
      "test.flow.ts": flow
        .replace(`if (!existsSync("fixed")) throw new Error("not yet");`, "")
        .replace("load(2)", "load(20)"),
    });
    const resumed = await folder.resume();
    assert.equal(resumed.code, 0);
    assert.equal(whatRan(folder), "after fix load20 side side");
    assert.match(resumed.log, /result 23/);
  });

  it("runs again what depends on results that an attempt in between replaced", async () => {
    const folder = new FlowFolder({
      "ran.txt": "",
      "test.flow.ts": `${ran}
const counter = task("Counter", () => { ran("counter"); return readFileSync("ran.txt", "utf8").length; });
const use = task("Use", (n: number) => { ran("use"); return n; });
const last = task("Last", () => { ran("last"); if (!existsSync("fixed")) throw new Error("no"); });
export default flow({ name: "F" }, async () => {
  const n = counter();
  await n;
  if (existsSync("kill")) process.kill(process.pid, "SIGKILL");
  use(n);
  last();
});
`,
    });
    await folder.run();
    assert.equal(whatRan(folder), "counter last use");
    folder.write({ kill: "" });
    const killed = await folder.resume(["--from", "Counter-0"]);
    assert.equal(killed.signal, "SIGKILL");
    assert.equal(whatRan(folder), "counter");
    const { rmSync } = await import("node:fs");
    rmSync(join(folder.path, "kill"));
    folder.write({ fixed: "" });
    const resumed = await folder.resume();
    assert.equal(resumed.code, 0);
    assert.equal(whatRan(folder), "last use");
  });

  it("is for one process at a time", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const wait = task("Wait", async () => { if (!existsSync("go")) throw new Error("not yet"); while (!existsSync("end")) await sleep(10); });
export default flow({ name: "F" }, () => { wait(); });
`,
    });
    await folder.run();
    folder.write({ go: "" });
    const processes = [1, 2, 3].map(() => folder.start(["resume", "latest"]));
    const refused: Outcome[] = [];
    const ended = processes.map(async (process) => {
      const outcome = await process.ended;
      if (outcome.code !== 0) refused.push(outcome);
      if (refused.length === 2) folder.write({ end: "" });
      return outcome;
    });
    const outcomes = await Promise.all(ended);
    assert.deepEqual(outcomes.map(({ code }) => code === 0).sort(), [false, false, true]);
    for (const { stderr } of refused) {
      assert.match(
        stderr,
        /^error: The run .*(is being run by process \d+ on .*\. Cancel it first, or wait until it has ended\.|is running\.)/,
      );
    }
    for (const outcome of outcomes) if (outcome.code === 0) assertNoGaps(outcome);
  });

  it("runs again what a power cut took the result of", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "" });
    const { run, view } = await folder.run();
    whatRan(folder);
    const stored = view.taskRuns.get("Load-1")?.result?.stored;
    const file = typeof stored === "object" && "file" in stored ? stored.file : "";
    truncateSync(join(run.path, file), 100);
    folder.write({ fixed: "" });
    const resumed = await folder.resume();
    assert.equal(resumed.code, 0, resumed.log);
    assert.equal(whatRan(folder), "after fix load2 side");
  });

  it("repairs a torn last line", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "" });
    const { run } = await folder.run();
    const { events } = runPaths(run.path);
    appendFileSync(events, `{"seq":999,"time":1,"type":"lo`);
    folder.write({ fixed: "" });
    const resumed = await folder.resume();
    assert.equal(resumed.code, 0);
    assertNoGaps(resumed);
  });

  it("goes on from wherever the events' file was cut", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "", fixed: "" });
    const { run } = await folder.run();
    const { events, info } = runPaths(run.path);
    const { ended, state, tasks, ...open } = JSON.parse(readFileSync(info, "utf8"));
    const size = readFileSync(events).length;
    for (const share of [0, 0.3, 0.6, 0.95]) {
      truncateSync(events, Math.floor(size * share));
      const { writeFileSync } = await import("node:fs");
      writeFileSync(info, JSON.stringify({ ...open, host: { ...open.host, pid: 2 ** 22 } }));
      assert.equal((await readRun(run.path)).state.name, "Crashed");
      const resumed = await folder.resume();
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.match(resumed.log, /result 5/);
      assertNoGaps(resumed);
    }
  });
});

describe("kill -9 of the runner at any moment", () => {
  // 20 tasks in four layers; each appends its name to ran.txt when it has run, just before it ends.
  const flow = `
const step = task("Step", async (n: number, above: readonly number[]) => {
  const end = performance.now() + 8;
  while (performance.now() < end) await sleep(1);
  appendFileSync("ran.txt", n + " ");
  return above.reduce((a, b) => (a * 31 + b) % 1_000_003, n + 1);
});
export default flow({ name: "F" }, async () => {
  let layer = [step(0, []), step(1, []), step(2, []), step(3, []), step(4, [])];
  let n = 5;
  for (let depth = 0; depth < 3; depth++) layer = layer.map((_, i) => step(n++, [layer[i], layer[(i + 1) % 5], layer[(i + 2) % 5]]));
  writeFileSync("result.txt", JSON.stringify(await Promise.all(layer)));
});
`;

  it("leaves a run that shows as Crashed and resumes to the same result; what had ended doesn't run again", async function () {
    this.timeout(60_000);
    const reference = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "" });
    assert.equal((await reference.run()).code, 0);
    const expected = reference.read("result.txt");
    let seed = 12_345;
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return seed / 0x7fff_ffff;
    };
    const oneKill = async (wait: number) => {
      const folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "" });
      let attempt = folder.start(["run", "test.flow.ts"]);
      for (let kills = 0; kills < 2; kills++) {
        // Some before the run has its folder, most while tasks run.
        await sleep(150 + wait * (kills + 1));
        attempt.process.kill("SIGKILL");
        await attempt.ended.catch(() => {}); // killed before it printed anything
        const runs = join(folder.path, ".millrace", "runs");
        const started = (() => {
          try {
            return readdirSync(runs).some((name) => !name.startsWith("."));
          } catch {
            return false;
          }
        })();
        if (!started) {
          attempt = folder.start(["run", "test.flow.ts"]);
          continue;
        }
        const before = await readRun(folder.latest());
        if (before.state.name === "Completed") break;
        assert.equal(before.state.name, "Crashed");
        const ended = [...before.view.taskRuns.values()]
          .filter((task) => task.state.name === "Completed")
          .map((task) => task.id.slice(5));
        const ranBefore = folder.read("ran.txt");
        attempt = folder.start(["resume", "latest"]);
        const resumed = kills === 1 ? await attempt.ended : undefined;
        if (resumed === undefined) continue;
        assert.equal(resumed.code, 0, resumed.stderr);
        const repeated = folder.read("ran.txt").slice(ranBefore.length).trim().split(" ");
        assert.deepEqual(
          repeated.filter((n) => ended.includes(n)),
          [],
        );
      }
      const last = await attempt.ended.catch(() => undefined);
      if (last?.run.state.name !== "Completed") assert.equal((await folder.resume()).code, 0);
      assert.equal(folder.read("result.txt"), expected);
      const events = await new EventReader(runPaths(folder.latest()).events).read();
      assert.deepEqual(
        events.map((event) => event.seq),
        events.map((_, i) => i + 1),
      );
    };
    for (let i = 0; i < 6; i++) await Promise.all([oneKill(random() * 130), oneKill(random() * 130)]);
  });
});
