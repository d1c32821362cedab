import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { askSystem } from "../../runtime/processes/ask-system.ts";
import { type Ending, endProcess } from "../../runtime/processes/end-process.ts";
import { type KnownProcess, thisProcess } from "../../runtime/processes/known-process.ts";
import { temporaryFolder } from "../runner/flow-fixture.ts";

/** A process that beats as a run's does, or doesn't; in a group of its own, so that a group's end shows. */
async function beating(
  heartbeat: string,
  beats: boolean,
): Promise<{ child: ChildProcess; known: KnownProcess }> {
  const code = `let n = 0; setInterval(() => { if (${beats}) require("fs").writeFileSync(${JSON.stringify(heartbeat)}, String(++n)); }, 50)`;
  const child = spawn(process.execPath, ["-e", code], { detached: true });
  const pid = child.pid ?? 0;
  const facts = await askSystem(pid);
  assert.ok(typeof facts === "object");
  return { child, known: { ...(await thisProcess()), pid, pidStarted: facts.started } };
}

const text = (ending: Ending) => (ending.ended ? "ended" : ending.why);

describe("Ending a process that a file tells of", () => {
  let heartbeat: string;
  beforeEach(() => {
    heartbeat = join(temporaryFolder(), "heartbeat");
    writeFileSync(heartbeat, "0");
  });

  it("ends the one that is proven to be meant", async () => {
    const { child, known } = await beating(heartbeat, true);
    const closed = new Promise((resolve) => child.on("close", (_code, signal) => resolve(signal)));
    assert.equal(text(await endProcess(known, heartbeat)), "ended");
    assert.equal(await closed, "SIGKILL");
    assert.match(text(await endProcess(known, heartbeat)), /^its heartbeat stands still/);
  });

  it("ends no other, and no group", async () => {
    const { child, known } = await beating(heartbeat, true);
    const link = `${heartbeat}-link`;
    symlinkSync(heartbeat, link);
    const folder = `${heartbeat}-folder`;
    mkdirSync(folder);
    const answers: string[] = [];
    for (const [changed, beat] of [
      [{ pid: -known.pid }, heartbeat],
      [{ pid: 0 }, heartbeat],
      [{ pid: 1 }, heartbeat],
      [{ pid: Number.NaN }, heartbeat],
      [{ pid: known.pid + 0.5 }, heartbeat],
      [{ pid: process.pid }, heartbeat],
      [{ pidStarted: undefined }, heartbeat],
      [{ pidStarted: "1" }, heartbeat],
      [{ id: "elsewhere", name: "ada's machine" }, heartbeat],
      [{}, link],
      [{}, folder],
      [{}, `${heartbeat}-none`],
    ] as const)
      answers.push(text(await endProcess({ ...known, ...changed }, beat)));
    assert.equal(
      answers.join("\n").replaceAll(String(known.pid), "PID").replaceAll(String(process.pid), "OWN"),
      `-PID is no process that a run can have
0 is no process that a run can have
1 is no process that a run can have
NaN is no process that a run can have
PID.5 is no process that a run can have
OWN is no process that a run can have
it isn't known when the run's process started
another process has that number now: the run's own is gone
it is on ada's machine
its heartbeat stands still, so that it can't be told from another process
its heartbeat stands still, so that it can't be told from another process
its heartbeat stands still, so that it can't be told from another process`,
    );
    assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
    process.kill(known.pid, 0);
    child.kill("SIGKILL");
  });

  it("ends none whose heartbeat stands still, however new its file is", async () => {
    const { child, known } = await beating(heartbeat, false);
    const touching = setInterval(() => writeFileSync(heartbeat, "0"), 50);
    const answer = text(await endProcess(known, heartbeat));
    clearInterval(touching);
    assert.match(answer, /^its heartbeat stands still/);
    assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
    child.kill("SIGKILL");
  });

  it("ends none of another user's", async function () {
    // Only root may give a process away; elsewhere this stays unproven.
    if (process.getuid?.() !== 0) this.skip();
    const code = `let n = 0; setInterval(() => require("fs").writeFileSync(${JSON.stringify(heartbeat)}, String(++n)), 50); process.setuid(65534)`;
    rmSync(heartbeat);
    writeFileSync(heartbeat, "0", { mode: 0o666 });
    const { chmodSync } = await import("node:fs");
    chmodSync(heartbeat, 0o666);
    chmodSync(join(heartbeat, ".."), 0o777);
    const child = spawn(process.execPath, ["-e", code]);
    const pid = child.pid ?? 0;
    for (;;) {
      const facts = await askSystem(pid);
      assert.ok(typeof facts === "object");
      if (facts.user !== "65534") continue;
      const known = { ...(await thisProcess()), pid, pidStarted: facts.started };
      assert.equal(text(await endProcess(known, heartbeat)), "it is another user's");
      break;
    }
    assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
    child.kill("SIGKILL");
  });
});
