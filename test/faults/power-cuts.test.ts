import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FlowFolder, temporaryFolder } from "../runner/flow-fixture.ts";
import { atATime, cases } from "./campaign.ts";
import { faultsFlow } from "./faults-flow.ts";
import { FileSystemModel, type Survival, seeded } from "./file-system-model.ts";
import { type RecordedRun, Recorder } from "./recorder.ts";
import { broken, printedEvents, resultOf } from "./survivors.ts";

const survivals: readonly Survival[] = ["nothing", "some", "names", "some", "sizes", "some", "everything"];

describe("after a power cut, whatever the file system kept of what wasn't synced", function () {
  this.timeout(0);
  let recorder: Recorder;
  let expected = "";
  const room = temporaryFolder();

  before(async function () {
    const made = Recorder.make();
    if (typeof made === "string") {
      console.log(`      Power cuts aren't tried: ${made}.`);
      this.skip();
    }
    recorder = made;
  });

  after(() => recorder?.dispose());

  /** Cuts a recorded command at many of its calls. */
  async function cutAll(
    name: string,
    before: FileSystemModel,
    recorded: RecordedRun,
    count: number,
  ): Promise<void> {
    const random = seeded(count);
    const places = cases(count, recorded.calls.length, random);
    const problems: string[] = [];
    let reached = 0;
    const states: { readonly path: string; readonly cut: string; readonly told: string }[] = [];
    let told = "";
    for (const [number, place] of places.entries()) {
      for (; reached < place; reached++) {
        const call = recorded.calls[reached];
        if (call === undefined) break;
        before.apply(call);
        if (call.call === "print") told += call.bytes.toString();
      }
      const survival = survivals[number % survivals.length] ?? "some";
      const path = join(room, `${name}-${number}`);
      mkdirSync(path);
      before.leave(path, survival, random);
      states.push({ path, cut: `${name}, cut after call ${place}, keeping ${survival}`, told });
    }
    await atATime(2, states, async ({ path, cut, told }) => {
      const found = await broken(path, printedEvents(told), expected);
      for (const problem of found) problems.push(`${cut} (${path}): ${problem}`);
      if (found.length === 0) rmSync(path, { recursive: true });
    });
    assert.equal(problems.join("\n"), "");
  }

  const env = (name: string) => ({ MILLRACE_RAN: join(room, `${name}.ran`) });

  it("a run can be looked at and goes on, with the same result; what had ended stays so", async () => {
    const folder = new FlowFolder({ "test.flow.ts": faultsFlow });
    const model = new FileSystemModel(folder.path);
    const recorded = await recorder.run(folder.path, ["run", "test.flow.ts", "--json"], { env: env("run") });
    assert.equal(recorded.code, 0, recorded.stderr);
    expected = resultOf(printedEvents(recorded.stdout));
    assert.equal(
      recorded.calls
        .filter(({ call }) => call === "print")
        .map((call) => ("bytes" in call ? call.bytes.toString() : ""))
        .join(""),
      recorded.stdout,
    );
    await cutAll("run", model, recorded, 18);
  });

  it("the same, when it was being resumed", async () => {
    const folder = new FlowFolder({ "test.flow.ts": faultsFlow });
    const first = await recorder.run(folder.path, ["run", "test.flow.ts", "--json"], {
      env: { ...env("resume"), MILLRACE_CLOSED: "1" },
    });
    assert.equal(first.code, 1, first.stderr);
    const model = new FileSystemModel(folder.path);
    const recorded = await recorder.run(folder.path, ["resume", "latest", "--json"], { env: env("resume") });
    assert.equal(recorded.code, 0, recorded.stderr);
    await cutAll("resume", model, recorded, 8);
  });
});
