import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeState } from "../../runtime/events/states.ts";
import { writeBeat } from "../../runtime/processes/heartbeat.ts";
import { thisProcess } from "../../runtime/processes/known-process.ts";
import { askProcess } from "../../runtime/processes/liveness.ts";
import { EventWriter } from "../../runtime/store/event-writer.ts";
import { deletedEnding } from "../../runtime/store/own-names.ts";
import { listRuns, readRun } from "../../runtime/store/read-run.ts";
import {
  createRunFolder,
  findRun,
  readRunInfo,
  runPaths,
  writeRunInfo,
} from "../../runtime/store/run-folder.ts";
import type { RunInfo } from "../../runtime/store/run-info.ts";
import { isRunnerAlive } from "../../runtime/store/run-liveness.ts";
import { lockRun, RunLockedError } from "../../runtime/store/run-lock.ts";

const about: Omit<RunInfo, "id"> = {
  name: "wise-otter",
  flow: "F",
  file: "/f.flow.ts",
  folder: "/",
  parameters: {},
  session: "duckdb",
  attempt: 1,
  host: await thisProcess(),
  versions: { millrace: "0", node: "0" },
  started: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
};

const folders: string[] = [];
function newBase(): string {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "millrace-store-")));
  folders.push(base);
  return base;
}
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** The host of a process that has ended. */
async function endedHost(): Promise<RunInfo["host"]> {
  const child: ChildProcess = spawn(process.execPath, ["-e", "0"]);
  await new Promise((resolve) => child.on("close", resolve));
  return { ...(await thisProcess()), pid: child.pid ?? 0, pidStarted: "1" };
}

describe("run folders", () => {
  it("appear whole, under ids of their time and name that never meet, and stay out of the user's repository", async () => {
    const base = newBase();
    const made = await Promise.all(Array.from({ length: 8 }, () => createRunFolder(base, about)));
    const ids = made.map(({ info }) => info.id).sort();
    assert.equal(new Set(ids).size, 8);
    for (const { info, path } of made) {
      assert.match(info.id, /^20260102-030405678-wise-otter(-\d)?$/);
      assert.deepEqual(await readRunInfo(path), info);
      assert.ok(await isRunnerAlive(path, info));
      assert.deepEqual(readdirSync(path).sort(), ["artifacts", "heartbeat", "results", "run.json"]);
    }
    assert.deepEqual(readdirSync(join(base, ".millrace", "runs")).sort(), ids);
    assert.deepEqual(readdirSync(join(base, ".millrace")).sort(), [".gitignore", "runs"]);
  });

  it("are found by id, by name, by the beginning of either, and as the latest", async () => {
    const base = newBase();
    await assert.rejects(findRun(base, "x"), { name: "RunNotFoundError", message: /has no runs yet/ });
    const first = await createRunFolder(base, about);
    const second = await createRunFolder(base, { ...about, name: "wise-owl", started: about.started + 5000 });
    assert.equal(await findRun(base, "latest"), second.path);
    assert.equal(await findRun(base, first.info.id), first.path);
    assert.equal(await findRun(base, "wise-ow"), second.path);
    assert.equal(await findRun(base, "wise-otter"), first.path);
    await assert.rejects(findRun(base, "wise"), { name: "RunNotFoundError", message: /^'wise' could be / });
    await assert.rejects(findRun(base, "gone"), {
      name: "RunNotFoundError",
      message: /^There is no run 'gone'\./,
    });
  });

  it("of a process that is gone show as Crashed at once, with whatever ran", async () => {
    const base = newBase();
    const host = await endedHost();
    const { path } = await createRunFolder(base, { ...about, host });
    assert.equal((await readRun(path)).state.name, "Crashed");
    const writer = await EventWriter.open(runPaths(path).events, {
      onWritten: () => {},
      onFailure: assert.fail,
      onReaderFailure: () => assert.fail(),
    });
    writer.append({
      type: "run-started",
      attempt: 1,
      flow: "F",
      runName: "wise-otter",
      threads: 1,
      parameters: {},
    });
    for (const name of ["Running", "Cancelling", "Completed", "Pending"] as const) {
      writer.append({ type: "task-run-created", taskRun: name, name, task: "T", flowRun: ".", inputs: "" });
      if (name !== "Pending")
        writer.append({ type: "task-run-state", taskRun: name, state: makeState(name) });
    }
    await writer.close();
    const { view, state, alive } = await readRun(path);
    assert.equal(alive, false);
    assert.match(
      state.message ?? "",
      /^The run's process \d+ (on|in the container) .* is gone\. 'millrace resume .*' goes on from there\.$/,
    );
    assert.deepEqual(
      [...view.taskRuns.values()].map((task) => `${task.id}: ${task.state.name}`),
      ["Running: Crashed", "Cancelling: Crashed", "Completed: Completed", "Pending: Pending"],
    );
    const { runs } = await listRuns(base);
    assert.deepEqual(
      runs.map((run) => [run.state.name, run.tasks]),
      [["Crashed", { total: 4, completed: 1 }]],
    );
  });

  it("that can't be read are listed apart", async () => {
    const base = newBase();
    const good = await createRunFolder(base, about);
    const { path } = await createRunFolder(base, { ...about, name: "bad" });
    writeFileSync(runPaths(path).info, "{ torn");
    const { runs, unreadable } = await listRuns(base);
    assert.deepEqual(
      runs.map(({ id }) => id),
      [good.info.id],
    );
    assert.match(
      unreadable[0]?.error ?? "",
      /run\.json is damaged: .* Delete the folder .* to be rid of the run\.$/,
    );
  });
});

describe("a run's process", () => {
  it("is told from a later one of its number, and can't be asked of another machine", async () => {
    const host = await thisProcess();
    const asked = await Promise.all(
      [
        host,
        { ...host, pidStarted: "12345" },
        await endedHost(),
        { ...host, id: "another-machine pid:[1]" },
        { ...host, pidStarted: undefined },
        { ...host, pid: -host.pid },
      ].map(askProcess),
    );
    assert.deepEqual(asked, ["alive", "gone", "gone", "unsure", "unsure", "unsure"]);
  });

  it("that has ended, but whose parent hasn't heard, is gone", async () => {
    // A shell that execs sleep never waits for its earlier child, which stays a zombie.
    const shell = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 10"]);
    const pid = await new Promise<number>((resolve) =>
      shell.stdout.on("data", (data: Buffer) => resolve(Number(data))),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await askProcess({ ...(await thisProcess()), pid, pidStarted: "1" }), "gone");
    shell.kill();
  });
});

describe("a run's lock", () => {
  it("is held by one process, and given back", async () => {
    const { path } = await createRunFolder(newBase(), about);
    const lock = await lockRun(path);
    await assert.rejects(lockRun(path), (error: Error) => {
      assert.ok(error instanceof RunLockedError);
      assert.match(
        error.message,
        new RegExp(
          `^The run is being run by process ${process.pid} on .*\\. Cancel it first, or wait until it has ended\\.$`,
        ),
      );
      return true;
    });
    await lock.release();
    const next = await lockRun(path);
    assert.deepEqual([lock.number, next.number], [1, 2]);
    await next.release();
  });

  it("goes to one of many that take over what a dead process left", async () => {
    const dead = JSON.stringify(await endedHost());
    for (let round = 0; round < 20; round++) {
      const { path } = await createRunFolder(newBase(), about);
      writeFileSync(join(path, "lock-1"), dead);
      const taken = await Promise.allSettled(Array.from({ length: 10 }, () => lockRun(path)));
      assert.equal(taken.filter(({ status }) => status === "fulfilled").length, 1);
    }
  });

  it("of another machine's run holds while its heartbeat moves, whatever time it tells", async () => {
    const { path } = await createRunFolder(newBase(), about);
    writeFileSync(join(path, "lock-1"), JSON.stringify({ ...(await thisProcess()), id: "elsewhere" }));
    const { heartbeat } = runPaths(path);
    const long = new Date(Date.now() - 3_600_000);
    let beats = 0;
    const beating = setInterval(() => {
      writeBeat(heartbeat, "x", ++beats);
      utimesSync(heartbeat, long, long);
    }, 100);
    try {
      await assert.rejects(lockRun(path), RunLockedError);
    } finally {
      clearInterval(beating);
    }
    const soon = new Date(Date.now() + 3_600_000);
    utimesSync(heartbeat, soon, soon);
    await (await lockRun(path)).release();
  });

  it("tells the one who lost it while it stood still", async () => {
    const { path } = await createRunFolder(newBase(), about);
    const lock = await lockRun(path);
    lock.check();
    writeFileSync(join(path, "lock-1"), JSON.stringify(await endedHost()));
    const next = await lockRun(path);
    assert.throws(() => lock.check(), {
      name: "RunTakenError",
      message: /has taken over the run .* This one has stopped\.$/,
    });
    next.check();
    await lock.release();
    await assert.rejects(lockRun(path), RunLockedError);
  });
});

describe("run.json", () => {
  it("isn't replaced by a process that has lost the run, whenever it wakes up", async () => {
    const { path, info } = await createRunFolder(newBase(), about);
    const lock = await lockRun(path);
    await writeRunInfo(path, { ...info, attempt: 2 }, lock.check);
    writeFileSync(join(path, "lock-1"), JSON.stringify(await endedHost()));
    await lockRun(path);
    const late = writeRunInfo(path, { ...info, ended: 1, state: makeState("Completed") }, lock.check);
    await assert.rejects(late, { name: "RunTakenError" });
    assert.deepEqual(await readRunInfo(path), { ...info, attempt: 2 });
    assert.deepEqual(
      readdirSync(path).filter((name) => name.startsWith(".")),
      [],
    );
  });

  it("is replaced as a whole", async () => {
    const { path, info } = await createRunFolder(newBase(), about);
    const long = { ...info, parameters: { text: "x".repeat(1 << 20) } };
    let writing = true;
    const written = (async () => {
      for (let attempt = 2; attempt < 40; attempt++) await writeRunInfo(path, { ...long, attempt });
      writing = false;
    })();
    while (writing) assert.equal((await readRunInfo(path)).id, info.id);
    await written;
    assert.deepEqual(await readRunInfo(path), { ...long, attempt: 39 });
    assert.deepEqual(
      readdirSync(path).filter((name) => name.endsWith(".new")),
      [],
    );
  });
});

describe("listing runs", () => {
  it("reads no more than are wanted, the newest first", async () => {
    const base = newBase();
    for (let i = 0; i < 5; i++)
      await createRunFolder(base, { ...about, started: about.started + i * 1_000, flow: `F${i % 2}` });
    const all = (await listRuns(base)).runs.map(({ id }) => id);
    assert.equal(all.length, 5);
    const { runs, total } = await listRuns(base, { most: 2, wanted: ({ flow }) => flow === "F0" });
    assert.deepEqual([runs.map(({ id }) => id), total], [[all[0], all[2]], 5]);
    // Older ones aren't even looked at.
    writeFileSync(runPaths(join(base, ".millrace", "runs", all[4] ?? "")).info, "{");
    assert.deepEqual((await listRuns(base, { most: 4 })).unreadable, []);
    assert.equal((await listRuns(base)).unreadable.length, 1);
  });

  it("leaves out what is deleted while it lists, and says nothing of it", async () => {
    const base = newBase();
    for (let i = 0; i < 5; i++) await createRunFolder(base, { ...about, started: about.started + i * 1_000 });
    const all = (await listRuns(base)).runs;
    const wanted = ({ id }: { readonly id: string }) => {
      const next = all[all.findIndex((run) => run.id === id) + 1];
      if (next !== undefined) rmSync(next.path, { recursive: true });
      return true;
    };
    const { runs, unreadable } = await listRuns(base, { wanted });
    assert.deepEqual(
      [runs.map(({ id }) => id), unreadable],
      [[all[0], all[2], all[4]].map((run) => run?.id), []],
    );
    const [newest] = runs;
    if (newest !== undefined) renameSync(newest.path, `${newest.path}.0a1b2c3d${deletedEnding}`); // half deleted
    assert.deepEqual(
      (await listRuns(base)).runs.map(({ id }) => id),
      runs.slice(1).map(({ id }) => id),
    );
  });
});
