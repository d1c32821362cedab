import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cli } from "../cli/cli.ts";
import { FlowFolder, runFlow, text } from "./flow-fixture.ts";
import { greedyFlow, greedyLoops } from "./greedy-loops.ts";

const smallHeap = { env: { NODE_OPTIONS: "--max-old-space-size=80" } };

const advice =
  "The task ran out of memory. Give it less at a time, or more: NODE_OPTIONS=--max-old-space-size=<megabytes>.";

describe("the process that threads are in", () => {
  for (const [what, loop] of Object.entries(greedyLoops)) {
    it(`may run out of memory: ${what} fail one task, all else goes on`, async () => {
      const folder = new FlowFolder({ "test.flow.ts": greedyFlow(loop) });
      const outcome = await folder.run(["--threads", "2"], smallHeap);
      assert.equal(
        outcome.states,
        text`
          . Failed('1/6 states failed.')
          Greedy-0 Crashed('${advice}')
          Slow-0 Completed()
          Fine-0 Completed()
          Fine-1 Completed()
          Fine-2 Completed()
          Fine-3 Completed()`,
      );
      assert.equal(outcome.code, 1);
      assert.doesNotMatch(outcome.stderr, /Last few GCs|FATAL ERROR/);
    });
  }

  it("may be killed under its tasks: they run again, each alone, and the one that kills it again is to blame", async () => {
    const outcome = await runFlow(
      `
const kills = task("Kills", async () => { appendFileSync("ran.txt", "kills "); await sleep(300); process.kill(process.pid, "SIGKILL"); });
const beside = task("Beside", async () => { appendFileSync("ran.txt", "beside "); await sleep(1_500); return 1; });
const next = task("Next", (n: number) => n + 1);
export default flow({ name: "F" }, async () => {
  kills();
  const result = await next(beside());
  log.info("result", result, readFileSync("ran.txt", "utf8"));
});
`,
      "--threads",
      "2",
    );
    assert.equal(
      outcome.states,
      text`
        . Failed('1/3 states failed.')
        Kills-0 Crashed('The task ended its process (SIGKILL), as the system does when memory runs out. Give it less at a time, or the machine more.')
        Beside-0 Completed()
        Next-0 Completed()`,
    );
    assert.match(outcome.log, /result 2 (kills beside|beside kills) (kills beside|beside kills) \n/);
    assert.match(
      outcome.log,
      /WARNING \| Task run 'Beside-0' - .*One of the tasks that ran ended its process \(SIGKILL\).* It runs again, with nothing beside it\./,
    );
  });

  it("keeps what it said last in the run's folder, and a retry has a new process", async () => {
    const outcome = await runFlow(
      `
const crashes = task({ name: "Crashes", retries: 1 }, async () => {
  if (currentTaskRun().attempt === 2) return "ran";
  (await import("node:fs")).writeSync(2, "free(): invalid pointer\\n");
  await sleep(50);
  process.kill(process.pid, "SIGSEGV");
  await sleep(60_000); // the signal may reach the process's main thread a little later than this one would return
});
export default flow({ name: "F" }, () => { crashes(); });
`,
    );
    assert.equal(outcome.states, ". Completed('All states completed.')\nCrashes-0 Completed()");
    assert.equal(readFileSync(join(outcome.run.path, "last-words.txt"), "utf8"), "free(): invalid pointer\n");
    assert.equal(
      outcome.log
        .split("\n")
        .filter((line) => /^(WARNING|ERROR)|Retry/.test(line))
        .join("\n")
        .replace(/exception: \w+/, "exception: NAME"),
      text`
        ERROR   | millrace.engine - The tasks' process is gone: one of them ended its process (SIGSEGV). It last said: 'free(): invalid pointer'. What it wrote last is in FOLDER/.millrace/runs/${outcome.run.info.id.replace(outcome.run.info.name, "NAME")}/last-words.txt.
        INFO    | Task run 'Crashes-0' - Task run failed with exception: NAME("The task ended its process (SIGSEGV). It last said: 'free(): invalid pointer'.") - Retry 1/1 will start immediately`,
    );
  });

  it("tells what the run's own process died of, when it is looked at", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const fine = task("Fine", () => 1);
export default flow({ name: "F" }, async () => { await fine(); const kept: unknown[] = []; for (;;) kept.push(1); });
`,
    });
    const outcome = await folder.run(["--threads", "1"], smallHeap);
    assert.equal(outcome.signal, "SIGABRT");
    const words = join(outcome.run.path, "last-words.txt");
    while (!existsSync(words)) await sleep(10); // written by whoever outlives it, a moment later
    const { stdout } = await cli(["show", "latest"], { cwd: folder.path });
    assert.match(
      stdout,
      /State +Crashed\("The run's process \d+ .* is gone\. It last said: 'FATAL ERROR: Allocation failed - JavaScript heap out of memory'\. 'millrace resume/,
    );
    assert.ok(
      !existsSync(join(outcome.run.path, "fatal-error.json")),
      "the environment's variables are left behind",
    );
  });

  it("ends with the run, with threads in system calls and what their tasks started", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
import { execSync, spawn } from "node:child_process";
const pipe = task({ name: "Pipe", timeout: 300 }, () => readFileSync("pipe", "utf8"));
const child = task({ name: "Child", timeout: 300 }, () => { execSync("sleep 61.25; true"); });
const spawned = task({ name: "Spawned", timeout: 300 }, async () => {
  const shell = spawn("sh", ["-c", "sleep 62.25; true"]);
  await new Promise((resolve) => shell.on("exit", resolve));
});
const next = task("Next", () => 1);
export default flow({ name: "F" }, () => { pipe(); child(); spawned(); for (let i = 0; i < 3; i++) next(); });
`,
    });
    execFileSync("mkfifo", [join(folder.path, "pipe")]);
    const outcome = await folder.run(["--threads", "3"]);
    assert.equal(outcome.code, 1);
    assert.equal(
      outcome.states,
      text`
        . Failed('3/6 states failed.')
        Pipe-0 TimedOut('Task run exceeded timeout of 0.3 second(s)', type=FAILED)
        Child-0 TimedOut('Task run exceeded timeout of 0.3 second(s)', type=FAILED)
        Spawned-0 TimedOut('Task run exceeded timeout of 0.3 second(s)', type=FAILED)
        Next-0 Completed()
        Next-1 Completed()
        Next-2 Completed()`,
    );
    assert.deepEqual(running("sleep 6[12].25"), []);
  }).timeout(30_000);

  it("ends with the run's process, however that ends", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
import { spawn } from "node:child_process";
const endless = task("Endless", () => { spawn("sleep", ["63.25"]); log.info("spinning"); for (;;); });
export default flow({ name: "F" }, () => { endless(); });
`,
    });
    const started = folder.start(["run", "test.flow.ts", "--threads", "1"]);
    await started.until((event) => event.type === "log" && event.message === "spinning");
    assert.equal(running("sleep 63.25").length, 1);
    const threads = running(`task-host.js 1`, started.process.pid);
    assert.equal(threads.length, 1);
    started.kill("SIGKILL");
    await started.ended;
    // They hear of it a moment later.
    while (threads.some(isAlive) || running("sleep 63.25").length > 0) await sleep(10);
  });
});

/** Processes whose command line matches; only those below a process if one is named. */
function running(pattern: string, parent?: number): number[] {
  const below = parent === undefined ? [] : ["-P", String(parent)];
  try {
    const found = execFileSync("pgrep", [...below, "-f", pattern], { encoding: "utf8" });
    return found.trim().split("\n").map(Number);
  } catch {
    return []; // none matches
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
