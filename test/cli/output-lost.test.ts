import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { cli, entry, makeRoom, removeRoom } from "./cli.ts";

const lines = `import { flow, log, resource, task } from "millrace";
const lease = resource({ name: "Lease", setup: () => ({ id: 1 }), teardown: () => log.info("torn down") });
const step = task("Step", async (_lease: object, i: number) => {
  console.log("line", i);
  await new Promise((resolve) => setTimeout(resolve, 150));
  return i;
});
export default flow({ name: "Lines" }, async () => {
  await using held = await lease();
  for (let i = 0; i < 8; i++) await step(held, i);
});
`;

/** Starts a command on a terminal, closes that when the command has logged 'line 1', and prints its exit code. */
const onTerminal = `
import glob, os, pty, signal, sys, time
how, command = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    if how == "nohup": os.execvp("nohup", ["nohup"] + command)
    if how == "setsid":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        run = os.fork()
        if run != 0: os._exit(os.waitstatus_to_exitcode(os.waitpid(run, 0)[1]))
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.setsid()
    os.execv(command[0], command)
def logged():
    return any("line 1" in open(file).read() for file in glob.glob(".millrace/runs/*/events.jsonl"))
while not logged(): time.sleep(0.02)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

describe("a run whose output can't be written", () => {
  let room: string;
  beforeEach(() => {
    room = makeRoom({ "lines.flow.ts": lines });
  });
  afterEach(() => removeRoom(room));

  const stateAndLog = async () => {
    const { stdout } = await cli(["runs", "--json"], { cwd: room });
    const [run] = JSON.parse(stdout) as { state: { name: string; message?: string } }[]; // as the command documents it
    const log = (await cli(["logs", "latest"], { cwd: room })).stdout;
    return {
      state: `${run?.state.name} ${run?.state.message}`,
      torn: log.includes("torn down"),
      last: log.includes("line 7"),
    };
  };
  const codeOf = (child: ChildProcess) => new Promise((resolve) => child.on("close", resolve));

  it("on a full disk goes on, and says so; a command whose answer is lost fails", async () => {
    const full = openSync("/dev/full", "w");
    try {
      const run = spawn(process.execPath, [entry, "run", "lines"], {
        cwd: room,
        stdio: ["ignore", full, "pipe"],
      });
      let stderr = "";
      run.stderr?.on("data", (chunk: Buffer) => {
        stderr += chunk;
      });
      assert.equal(await codeOf(run), 0);
      assert.match(
        stderr,
        /^The output can't be written any more \(ENOSPC: [^)]*\)\. The run goes on; 'millrace follow latest' shows it\.\n$/,
      );
      assert.deepEqual(await stateAndLog(), {
        state: "Completed All states completed.",
        torn: true,
        last: true,
      });
      const list = spawn(process.execPath, [entry, "runs"], { cwd: room, stdio: ["ignore", full, "ignore"] });
      assert.equal(await codeOf(list), 1);
    } finally {
      closeSync(full);
    }
  }).timeout(60_000);

  const cancelled = {
    code: "130",
    state: "Cancelled Cancelled: its terminal was closed (SIGHUP).",
    torn: true,
    last: false,
  };
  const completed = { code: "0", state: "Completed All states completed.", torn: true, last: true };

  for (const [how, what, right] of [
    ["plain", "is cancelled, and its resources are torn down", cancelled],
    ["nohup", "goes on under nohup", completed],
    ["setsid", "goes on in a session of its own", completed],
  ] as const) {
    it(`since its terminal was closed ${what}`, async function () {
      if (process.platform === "win32") this.skip(); // no such terminals
      const args = ["-c", onTerminal, how, process.execPath, entry, "run", "lines", "--log"];
      const code = execFileSync("python3", args, { cwd: room, encoding: "utf8" }).trim();
      assert.deepEqual({ code, ...(await stateAndLog()) }, right);
    }).timeout(60_000);
  }
});
