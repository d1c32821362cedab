import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readRun, summarize } from "../../runtime/store/read-run.ts";
import { runPaths } from "../../runtime/store/run-folder.ts";
import { cli } from "../cli/cli.ts";
import { FlowFolder, type StartedProcess, text } from "./flow-fixture.ts";

/** Has it that the run's process is in another container: it can't be asked, and its heartbeat tells. */
function moveElsewhere(run: string): void {
  for (const name of ["run.json", "lock-1"]) {
    const path = join(run, name);
    writeFileSync(path, readFileSync(path, "utf8").replace(/("id": ?)"[^"]* [^"]*"/, '$1"elsewhere"'));
  }
}

const steps = `
const step = task("Step", async (n: number, before?: number) => {
  appendFileSync("ran.txt", n + " ");
  await sleep(existsSync("slow") ? 300 : 0);
  return (before ?? 0) * 10 + n;
});
export default flow({ name: "F" }, async () => {
  let last = step(1);
  for (let n = 2; n <= 6; n++) last = step(n, last);
  writeFileSync("result.txt", String(await last));
});
`;

async function endOf(process: StartedProcess): Promise<string> {
  let stderr = "";
  process.process.stderr?.on("data", (part: string) => {
    stderr += part;
  });
  return new Promise((resolve) => {
    process.process.on("close", (code) => resolve(`${code} ${stderr}`));
    process.ended.catch(() => {}); // its run may be gone
  });
}

describe("a run whose process was stopped, and gone on with elsewhere", () => {
  for (const wakesUp of ["while the other runs", "when the other has ended"]) {
    it(`has one writer though it wakes up ${wakesUp}`, async () => {
      const folder = new FlowFolder({ "test.flow.ts": steps, "ran.txt": "", slow: "" });
      const first = folder.start(["run", "test.flow.ts"]);
      await first.untilState("Step-1", "Completed");
      first.kill("SIGSTOP");
      const run = folder.latest();
      moveElsewhere(run);
      const stopped = endOf(first);
      const second = folder.start(["resume", "latest"]);
      if (wakesUp === "while the other runs") {
        await second.until((event) => event.type === "task-run-state" && event.state.name === "Running");
        first.kill("SIGCONT");
        assert.match(
          await stopped,
          /^1 error: Another process has taken over the run .* This one has stopped\.\n$/,
        );
      }
      const resumed = await second.ended;
      first.kill("SIGCONT");
      assert.match(
        await stopped,
        /^1 error: Another process has taken over the run .* This one has stopped\.\n$/,
      );
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.equal(folder.read("result.txt"), "123456");
      const { state, info, view, damages } = await readRun(run);
      assert.deepEqual(
        [state.name, info.state?.name, info.attempt, damages],
        ["Completed", "Completed", 2, []],
      );
      const completed = [...view.taskRuns.values()].filter((task) => task.state.name === "Completed");
      assert.equal(completed.length, 6);
      const { stdout } = await cli(["follow", "latest", "--json"], { cwd: folder.path });
      const seqs = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).seq);
      assert.deepEqual(
        seqs,
        seqs.map((_, index) => index + 1),
      );
    });
  }
});

describe("a run that is looked at from elsewhere", () => {
  const busy = `
export default flow({ name: "F" }, async () => {
  console.log("begun");
  while (!existsSync("go")) await sleep(20);
  writeFileSync("busy", "");
  for (const end = performance.now() + 120_000; performance.now() < end; );
});
`;

  it("is alive while its body computes, whatever the clocks do; one look isn't sure; killed, it has crashed", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": busy,
      "jump.mjs": `
        const now = Date.now;
        const started = performance.now();
        Date.now = () => now() + (performance.now() - started > 1500 ? -7_200_000 : 3_600_000);
      `,
    });
    const process = folder.start(["run", "test.flow.ts"], {
      env: { NODE_OPTIONS: `--import ${join(folder.path, "jump.mjs")}` },
    });
    await process.until((event) => event.type === "log" && event.message === "begun");
    const run = folder.latest();
    folder.write({ go: "" });
    while (!existsSync(join(folder.path, "busy"))) await sleep(20);
    moveElsewhere(run);
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      const { state, alive } = await readRun(run);
      seen.push(`${state.name} ${alive}`);
      await sleep(700);
    }
    assert.deepEqual(new Set(seen), new Set(["Running true"]));
    const summary = await summarize(run);
    assert.deepEqual([summary.state.name, summary.unsure], ["Running", true]);
    const { stdout, stderr } = await cli(["runs"], { cwd: folder.path });
    assert.match(stdout, / Running\? /);
    assert.match(stderr, /^\?: it may be gone\. Its process can't be asked from here; /);
    const ended = endOf(process);
    process.kill("SIGKILL");
    await ended;
    assert.equal((await readRun(run)).state.name, "Crashed");
  });
});

describe("a run whose events are lost under it", () => {
  const wait = `
const wait = task("Wait", async () => { while (!existsSync("go")) await sleep(20); });
export default flow({ name: "F" }, () => { wait(); });
`;
  const events = (run: string) => runPaths(run).events;
  for (const [what, change, message] of [
    ["deleted", (run: string) => rmSync(events(run)), /ENOENT: no such file or directory/],
    ["emptied", (run: string) => truncateSync(events(run)), /events\.jsonl was emptied or cut short/],
    [
      "replaced",
      (run: string) => {
        writeFileSync(join(run, "copy"), readFileSync(events(run)));
        renameSync(join(run, "copy"), events(run));
      },
      /events\.jsonl was replaced by another file/,
    ],
    [
      "written over",
      (run: string) => writeFileSync(events(run), "x".repeat(100_000)),
      /events\.jsonl was changed by another program/,
    ],
  ] as const) {
    it(`(${what}) never says that it has completed`, async () => {
      const folder = new FlowFolder({ "test.flow.ts": wait });
      const process = folder.start(["run", "test.flow.ts"]);
      await process.untilState("Wait-0", "Running");
      const run = folder.latest();
      change(run);
      folder.write({ go: "" });
      const said = await endOf(process);
      assert.match(said, /^1 error: The run can't be written to /);
      assert.match(said, message);
      const { state, info } = await readRun(run);
      assert.deepEqual([state.name, info.state], ["Crashed", undefined]);
      const resumed = await cli(["resume", "latest"], { cwd: folder.path });
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.equal((await readRun(run)).state.name, "Completed");
    });
  }
});

describe("a run whose events are damaged", () => {
  it("is shown up to there, says so, and is gone on with", async () => {
    const folder = new FlowFolder({ "test.flow.ts": steps, "ran.txt": "", slow: "" });
    const process = folder.start(["run", "test.flow.ts"]);
    await process.untilState("Step-3", "Running");
    const ended = endOf(process);
    process.kill("SIGKILL");
    await ended;
    const run = folder.latest();
    const path = runPaths(run).events;
    const lines = readFileSync(path, "utf8").split("\n");
    const index = lines.findIndex((line) => line.includes('"Step-1","state":{"type":"COMPLETED"'));
    lines[index] = `\0\0${lines[index]}`;
    writeFileSync(path, lines.join("\n"));
    const damage = `Line ${index + 1} of the run's events.jsonl can't be read: it isn't JSON. What comes after it isn't shown.`;
    const shown = await cli(["show", "latest"], { cwd: folder.path });
    assert.ok(shown.stdout.includes(`Damaged     ${damage}\n`), shown.stdout);
    assert.match(shown.stdout, /✔ Step-0 +Completed/);
    assert.match(shown.stdout, /✘ Step-1 +Crashed/);
    const runs = await cli(["runs"], { cwd: folder.path });
    assert.match(
      runs.stderr,
      /^The run '\S+': Line \d+ of the run's events\.jsonl can't be read: it isn't JSON\./,
    );
    const logs = await cli(["logs", "latest"], { cwd: folder.path });
    assert.equal(logs.stderr, `${damage}\n`);
    const resumed = await folder.resume();
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(folder.read("result.txt"), "123456");
    assert.match(
      resumed.log,
      /WARNING \| millrace\.engine - Line \d+ of the run's events\.jsonl can't be read: it isn't JSON\. A resume went on from what was before it\./,
    );
    assert.equal(
      folder.read("ran.txt").trim(),
      text`
        1 2 3 4 2 3 4 5 6`,
    );
  });

  it("by a line without an end is resumed at once", async () => {
    const folder = new FlowFolder({ "test.flow.ts": steps, "ran.txt": "", slow: "" });
    const process = folder.start(["run", "test.flow.ts"]);
    await process.untilState("Step-2", "Running");
    const ended = endOf(process);
    process.kill("SIGKILL");
    await ended;
    const run = folder.latest();
    for (let i = 0; i < 20; i++) appendFileSync(runPaths(run).events, Buffer.alloc(10 << 20, "x"));
    const shown = await cli(["show", "latest"], { cwd: folder.path });
    assert.match(shown.stdout, /can't be read: it is longer than 64 MB\./);
    const resumed = await cli(["resume", "latest"], { cwd: folder.path });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(folder.read("result.txt"), "123456");
  });
});
