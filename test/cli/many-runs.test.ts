import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cli, makeRoom, plain, removeRoom, text, transcript, whenRunning } from "./cli.ts";

const many = `import { flow, log, task } from "millrace";
const double = task("Double", (n) => { if (n === 7) log.warn("seven"); if (n === -1) throw new RangeError("no"); return n * 2; });
const sum = task("Sum", (numbers) => numbers.reduce((a, b) => a + b, 0));
const wait = task("Wait", () => new Promise((done) => setTimeout(done, 60_000)));
export default flow("Many", async () => {
  if (process.env.WAIT) return wait();
  const all = double.map(Array.from({ length: 300 }, (_, i) => i));
  return { total: await sum(all), big: 5n, at: new Date(0) };
});
`;

describe("what is run in a folder of a repository", () => {
  let room: string;
  let inside: string;
  before(async () => {
    room = makeRoom({
      "many.flow.ts": many,
      ".git/HEAD": "",
      "deep/inside/own.flow.ts": many.replace("Many", "Own"),
    });
    inside = join(room, "deep", "inside");
  });
  after(() => removeRoom(room));

  it("is kept by the nearest .millrace, up to the repository's root, and shown with a line a map", async () => {
    assert.equal(
      transcript(await cli(["run", "many"], { cwd: room }), room),
      text`
        <clock> | INFO    | millrace.engine - Created flow run '<run>' for flow 'Many'
        <clock> | INFO    | Flow run '<run>' - Created 300 task runs, 'Double-0' to 'Double-299', for task 'Double'
        <clock> | INFO    | Flow run '<run>' - Created task run 'Sum-0' for task 'Sum'
        <clock> | WARNING | Task run 'Double-7' - seven
        <clock> | INFO    | Flow run '<run>' - 300 task runs for task 'Double' have ended: 300 Completed
        <clock> | INFO    | Task run 'Sum-0' - Finished in state Completed()
        <clock> | INFO    | Flow run '<run>' - Finished in state Completed('All states completed.')
        exit 0`,
    );
    const own = await cli(["run", "own", "--quiet"], { cwd: inside });
    assert.deepEqual(own, { code: 0, stdout: "", stderr: "" });
    const { stdout } = await cli(["runs", "--json"], { cwd: inside });
    const runs = JSON.parse(stdout) as { flow: string; file: string }[];
    assert.deepEqual(
      runs.map(({ flow, file }) => [flow, file.replace(room, "<room>")]),
      [
        ["Own", "<room>/deep/inside/own.flow.ts"],
        ["Many", "<room>/many.flow.ts"],
      ],
    );
  });

  it("is the latest where none is named; nothing is cut in a pipe, and --all opens maps", async () => {
    const shown = await cli(["show"], { cwd: inside });
    assert.equal(
      plain(shown.stdout, room)
        .split("Task runs\n")[1]
        ?.replace(/ \d {2}Double/, " <n>  Double"),
      `${text`
          TASK RUN      STATE            TIME  TRIES  THREAD  AFTER
        ✔ Double × 300  300 Completed <took>    300
        ✔ Sum-0         Completed <took>      1       <n>  Double × 300

        Result
        { total: 89700, big: 5n, at: 1970-01-01T<clock>Z }`}\n`,
    );
    const json = JSON.parse((await cli(["show", "--json"], { cwd: inside })).stdout) as { result: unknown };
    assert.deepEqual(json.result, {
      text: "{ total: 89700, big: 5n, at: 1970-01-01T00:00:00.000Z }",
      value: { total: 89700, big: "5", at: "1970-01-01T00:00:00.000Z" },
      tables: [],
    });
    const lines = async (...args: string[]) =>
      (await cli(args, { cwd: inside })).stdout.split("\n").length - 1;
    assert.deepEqual(
      [
        await lines("logs"),
        await lines("logs", "--all"),
        await lines("follow"),
        await lines("follow", "--all"),
      ],
      [7, 605, 7, 605],
    );
    assert.equal((await lines("show", "--all")) - (await lines("show")), 299);
    const quiet = JSON.parse((await cli(["follow", "--quiet", "--json"], { cwd: inside })).stdout) as {
      state: { name: string };
      result: { value: unknown };
    };
    assert.deepEqual(
      [quiet.state.name, quiet.result.value],
      ["Completed", { total: 89700, big: "5", at: "1970-01-01T00:00:00.000Z" }],
    );
  });

  it("is cancelled without a name where it is the only one that goes on", async () => {
    const none = await cli(["cancel"], { cwd: inside });
    assert.deepEqual(
      [none.code, plain(none.stderr, room)],
      [2, "error: No run of <room> is going on: there is nothing to cancel.\n"],
    );
    let cancelled = none;
    const run = await cli(["run", "many", "--json"], {
      cwd: room,
      env: { WAIT: "1" },
      async during(child) {
        await whenRunning(child);
        cancelled = await cli(["cancel"], { cwd: inside });
      },
    });
    assert.deepEqual([run.code, cancelled.code], [130, 0], cancelled.stderr);
  });

  it("is this folder's own outside of a repository", async () => {
    const alone = makeRoom({ "a.flow.ts": many });
    try {
      await cli(["init", "--types"], { cwd: alone });
      mkdirSync(join(alone, "b"));
      const { stderr } = await cli(["runs"], { cwd: join(alone, "b") });
      assert.match(stderr.replace(alone, "<room>"), /^<room>\/b has no runs yet\./);
    } finally {
      removeRoom(alone);
    }
  });
});
