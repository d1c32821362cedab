import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CliResult, cli, makeRoom, removeRoom, text, transcript } from "./cli.ts";
import { endless } from "./flows.ts";

interface ListedRun {
  readonly id: string;
  readonly path: string;
  readonly state: { readonly type: string; readonly name: string };
}

describe("runs that are going on", () => {
  let room: string;
  beforeEach(() => {
    room = makeRoom({ "endless.flow.ts": endless });
  });
  afterEach(() => removeRoom(room));

  const runs = async (): Promise<ListedRun[]> =>
    JSON.parse((await cli(["runs", "--json"], { cwd: room })).stdout);

  const pidOf = (run: ListedRun): number =>
    JSON.parse(readFileSync(join(run.path, "run.json"), "utf8")).host.pid;

  /** A run's folder is there before its events are. */
  const isSpinning = ({ path }: ListedRun): boolean => {
    const events = join(path, "events.jsonl");
    return existsSync(events) && readFileSync(events, "utf8").includes("spinning");
  };

  /** Starts the endless flow, and calls `during` when its task is in its loop. */
  async function running(during: (run: ListedRun) => Promise<void>): Promise<CliResult> {
    return cli(["run", "endless", "--threads", "1"], {
      cwd: room,
      during: async () => {
        for (;;) {
          const [run] = await runs();
          if (run !== undefined && isSpinning(run)) return during(run);
          await delay(20);
        }
      },
    });
  }

  it("cancels a task in an endless loop, and shows how", async () => {
    let cancelled: CliResult | undefined;
    let followed: Promise<CliResult> | undefined;
    const run = await running(async ({ id }) => {
      followed = cli(["follow", id], { cwd: room });
      cancelled = await cli(["cancel", id], { cwd: room });
    });
    const end = text`
      <clock> | WARNING | Flow run '<run>' - Cancelling: Cancelled by 'millrace cancel'.
      <clock> | ERROR   | Task run 'Next-0' - Finished in state Cancelled()
      <clock> | ERROR   | Task run 'Spin-0' - Finished in state Cancelled()
      <clock> | ERROR   | Flow run '<run>' - Finished in state Cancelled("Cancelled by 'millrace cancel'.")`;
    assert.equal(
      cancelled && transcript(cancelled, room),
      `! Cancelling '<id>'...\n${end.replaceAll(/^/gm, "! ")}\n! The run '<id>' is cancelled.\nexit 0`,
    );
    assert.equal(
      transcript(run, room),
      text`
        <clock> | INFO    | millrace.engine - Created flow run '<run>' for flow 'Endless'
        <clock> | INFO    | Flow run '<run>' - Created task run 'Spin-0' for task 'Spin'
        <clock> | INFO    | Flow run '<run>' - Created task run 'Next-0' for task 'Next'
        <clock> | WARNING | Task run 'Spin-0' - spinning
        ${end.replaceAll(/\n/g, "\n        ")}
        exit 130`,
    );
    assert.deepEqual(await followed, run);
    assert.equal(
      transcript(await cli(["cancel", "latest", "--json"], { cwd: room }), room),
      text`
        {
          "id": "<id>",
          "state": {
            "type": "CANCELLED",
            "name": "Cancelled",
            "message": "Cancelled by 'millrace cancel'."
          },
          "outcome": "had-ended",
          "crashed": false
        }
        ! The run '<id>' has ended already: Cancelled("Cancelled by 'millrace cancel'.").
        exit 2`,
    );
  });

  it("ends a process that hears no request", async () => {
    removeRoom(room);
    room = makeRoom({
      "endless.flow.ts": `import { flow, log } from "millrace";
export default flow({ name: "Deaf" }, async () => {
  log.warn("spinning");
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (;;);
});
`,
    });
    let cancelled: CliResult | undefined;
    await running(async ({ id }) => {
      await delay(300);
      cancelled = await cli(["cancel", id], { cwd: room });
    });
    assert.match(
      cancelled ? transcript(cancelled, room) : "",
      /^! Cancelling '<id>'\.\.\.\n! The run did not end within <took>: its process \d+ is ended \(SIGKILL\)\.\n! It shows as Crashed; 'millrace resume <id>' goes on from there\.\nexit 1$/,
    );
  }).timeout(20_000);

  it("shows a run whose process was killed as Crashed, wherever it is looked at", async () => {
    let followed: Promise<CliResult> | undefined;
    let logged: Promise<CliResult> | undefined;
    let beheld: ListedRun | undefined;
    await running(async (run) => {
      followed = cli(["follow", run.id], { cwd: room });
      logged = cli(["logs", run.id, "--follow", "--task", "Spin"], { cwd: room });
      beheld = run;
      await delay(500);
      process.kill(pidOf(run), "SIGKILL");
    });
    assert.equal(beheld?.state.name, "Running");
    const gone = "The run's process <pid> on <host> is gone. 'millrace resume <id>' goes on from there.";
    const said = (result: CliResult | undefined) =>
      result && transcript(result, room).replaceAll(/process \d+/g, "process <pid>");
    assert.equal(
      said(await followed),
      text`
        <clock> | INFO    | millrace.engine - Created flow run '<run>' for flow 'Endless'
        <clock> | INFO    | Flow run '<run>' - Created task run 'Spin-0' for task 'Spin'
        <clock> | INFO    | Flow run '<run>' - Created task run 'Next-0' for task 'Next'
        <clock> | WARNING | Task run 'Spin-0' - spinning
        ! ${gone}
        exit 1`,
    );
    assert.equal(
      said(await logged),
      text`
        <clock> | WARNING | Task run 'Spin-0' - spinning
        ! ${gone}
        exit 0`,
    );
    assert.deepEqual(
      (await runs()).map(({ state }) => state.name),
      ["Crashed"],
    );
    assert.equal(said(await cli(["cancel", "latest"], { cwd: room })), `! <id>: ${gone}\nexit 2`);
    assert.match(
      (await cli(["show", "latest"], { cwd: room })).stdout,
      /^✘ Spin-0 +Crashed .*\n○ Next-0 +Pending/m,
    );
  });

  it("is cancelled by Ctrl-C", async () => {
    const run = await running(async (run) => {
      process.kill(pidOf(run), "SIGINT");
    });
    assert.equal(run.code, 130);
    assert.match(run.stdout, /Finished in state Cancelled\('Cancelled by Ctrl-C\.'\)\n$/);
  });

  it("isn't resumed or pruned", async () => {
    let resumed: CliResult | undefined;
    let pruned: CliResult | undefined;
    await running(async ({ id }) => {
      resumed = await cli(["resume", id], { cwd: room });
      pruned = await cli(["prune", "--keep", "0"], { cwd: room });
      await cli(["cancel", id], { cwd: room });
    });
    assert.equal(
      resumed && transcript(resumed, room),
      "! error: The run '<id>' is running. 'millrace follow <id>' shows it.\nexit 2",
    );
    assert.equal(pruned && transcript(pruned, room), "! Deleted 0 runs, 0 bundles.\nexit 0");
  });
});
