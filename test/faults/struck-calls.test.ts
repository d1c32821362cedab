import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { FlowFolder, temporaryFolder } from "../runner/flow-fixture.ts";
import { atATime, cases } from "./campaign.ts";
import { faultsFlow } from "./faults-flow.ts";
import { seeded } from "./file-system-model.ts";
import { changesIn, type Fault, Recorder } from "./recorder.ts";
import { broken, printedEvents, resultOf } from "./survivors.ts";

const { EIO, ENOSPC } = constants.errno;

describe("a run that is struck at one of the calls that change its files", function () {
  this.timeout(0);
  let recorder: Recorder;
  let expected = "";
  let calls = 0;
  let callsOfResume = 0;
  const room = temporaryFolder();
  const random = seeded(7);

  before(async function () {
    const made = Recorder.make();
    if (typeof made === "string") {
      console.log(`      Calls aren't struck: ${made}.`);
      this.skip();
    }
    recorder = made;
    const folder = new FlowFolder({ "test.flow.ts": faultsFlow });
    const env = { MILLRACE_RAN: join(room, "whole.ran") };
    const first = await recorder.run(folder.path, ["run", "test.flow.ts", "--json"], {
      env: { ...env, MILLRACE_CLOSED: "1" },
    });
    calls = changesIn(first.calls);
    const second = await recorder.run(folder.path, ["resume", "latest", "--json"], { env });
    callsOfResume = changesIn(second.calls);
    expected = resultOf(printedEvents(second.stdout));
    assert.equal(second.code, 0, second.stderr);
  });

  after(() => recorder?.dispose());

  /** Strikes a run, and for every second one what resumes it, too. */
  async function strikeAll(count: number, faultAt: (call: number) => Fault): Promise<void> {
    const problems: string[] = [];
    let struck = 0;
    const places = cases(count, calls, random).map((call, i) => ({
      call,
      later: random() * callsOfResume,
      i,
    }));
    await atATime(2, places, async ({ call, later, i }) => {
      const folder = new FlowFolder({ "test.flow.ts": faultsFlow });
      const ran = join(room, `${i}.ran`);
      const fault = faultAt(call);
      const first = await recorder.run(folder.path, ["run", "test.flow.ts", "--json"], {
        env: { MILLRACE_RAN: ran, ...(i % 2 === 0 ? { MILLRACE_CLOSED: "1" } : {}) },
        fault,
      });
      const told = printedEvents(first.stdout);
      let what = `${fault.fault} ${fault.call}`;
      let stderr = first.stderr;
      if (wasStruck(fault, first)) struck++;
      if (i % 2 === 0 && told.length > 0) {
        const again = faultAt(1 + Math.floor(later));
        what += `, then in resuming ${again.fault} ${again.call}`;
        const second = await recorder.run(folder.path, ["resume", "latest", "--json"], {
          env: { MILLRACE_RAN: ran },
          fault: again,
        });
        told.push(...printedEvents(second.stdout));
        stderr += second.stderr;
      }
      const found = await broken(folder.path, told, expected);
      if (/shouldn't have|\n\s+at /.test(stderr)) found.push(`said: ${stderr}`);
      for (const problem of found) problems.push(`${what} (${folder.path}): ${problem}`);
      if (found.length === 0) rmSync(folder.path, { recursive: true });
    });
    assert.equal(problems.join("\n"), "");
    assert.ok(struck > places.length * 0.8, `${struck} of ${places.length} were struck`);
  }

  it("by a kill: it can be looked at and goes on, with the same result; what had ended stays so", async () => {
    await strikeAll(8, (call) => ({ fault: call % 2 === 0 ? "kill-before" : "kill-after", call }));
  });

  it("by an error of the disk: the same", async () => {
    await strikeAll(8, (call) => ({ fault: "fail", call, errno: call % 2 === 0 ? EIO : ENOSPC }));
  });

  it("before it has begun, by an error of the disk: says what is wrong, and leaves nothing that is half made", async () => {
    const whole = new FlowFolder({ "test.flow.ts": faultsFlow });
    const env = { MILLRACE_RAN: join(room, "begun.ran") };
    const { calls } = await recorder.run(whole.path, ["run", "test.flow.ts", "--json"], { env });
    const begun = changesIn(
      calls.slice(
        0,
        calls.findIndex(({ call }) => call === "print"),
      ),
    );
    const places = cases(8, begun, random);
    const said: string[] = [];
    await atATime(2, places, async (call) => {
      const folder = new FlowFolder({ "test.flow.ts": faultsFlow });
      const fault: Fault = { fault: "fail", call, errno: EIO };
      const { code, stderr } = await recorder.run(folder.path, ["run", "test.flow.ts", "--json"], {
        env,
        fault,
      });
      const left = readdirSync(folder.path, { recursive: true }).filter((name) =>
        String(name).includes(".new-"),
      );
      const isTold = code === 0 || /^error: .*\bEIO\b.*\n$/.test(stderr);
      // What can't be removed stays.
      if (!isTold || (left.length > 0 && !stderr.includes("unlink")))
        said.push(`${call}: exit ${code} ${stderr} ${left.join(", ")}`);
    });
    assert.equal(said.join("\n"), "");
  });
});

function wasStruck(fault: Fault, { code, calls }: Awaited<ReturnType<Recorder["run"]>>): boolean {
  return fault.fault === "fail" ? calls.some(({ call }) => call === "failed") : code === null;
}
