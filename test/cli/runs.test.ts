import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cli, makeRoom, plain, removeRoom, text, transcript } from "./cli.ts";
import { shop } from "./flows.ts";

/** Times differ, and with them the widths of columns. */
const squeeze = (output: string) => output.replaceAll(/ {2,}/g, "  ");

describe("what the command line says of runs", () => {
  let room: string;
  before(async () => {
    room = makeRoom({ "shop.flow.ts": shop });
    await cli(["run", "shop", "--threads", "1"], { cwd: room });
    await cli(["run", "shop", "--threads", "1", "-b", "--items", "egg"], { cwd: room });
  });
  after(() => removeRoom(room));

  const millrace = async (...args: string[]) => transcript(await cli(args, { cwd: room }), room);
  const json = async (...args: string[]) =>
    JSON.parse((await cli([...args, "--json"], { cwd: room })).stdout);

  describe("runs", () => {
    const table = async (...args: string[]) =>
      squeeze(await millrace("runs", ...args)).replaceAll(/^[a-z]+-[a-z]+ /gm, "<run> ");

    it("lists them, newest first", async () => {
      assert.equal(
        await table(),
        text`
          RUN  FLOW  STATE  STARTED  TOOK  TASKS
          <run>  Shop  Failed  <time> <took>  4/6
          <run>  Shop  Completed  <time> <took>  4/4
          exit 0`,
      );
    });

    it("lists those of a state, a flow, and no more than asked for", async () => {
      const failed = text`
        RUN  FLOW  STATE  STARTED  TOOK  TASKS
        <run>  Shop  Failed  <time> <took>  4/6
        exit 0`;
      assert.equal(await table("--state", "failed"), failed);
      assert.equal(await table("--limit", "1"), failed);
      assert.equal(await table("--flow", "shop", "--state", "FAILED"), failed);
      assert.equal(await table("--flow", "other"), "! None of the 2 runs is of that kind.\nexit 0");
    });

    it("prints JSON with times in milliseconds", async () => {
      const [run, ...others] = await json("runs");
      assert.equal(others.length, 1);
      const { id, name, started, ended, host, container, path, ...rest } = run;
      assert.deepEqual(rest, {
        flow: "Shop",
        state: { type: "FAILED", name: "Failed", message: "1/6 states failed." },
        attempt: 1,
        tasks: { total: 6, completed: 4 },
        parameters: { bad: true, items: ["egg"] },
        file: join(room, "shop.flow.ts"),
        session: "duckdb",
      });
      assert.equal(id.slice(19), name);
      assert.equal(path, join(room, ".millrace", "runs", id));
      assert.ok(Date.now() - started < 60_000 && ended >= started, `${started} to ${ended}`);
      assert.deepEqual([typeof host, typeof container], ["string", "boolean"]);
    });

    it("says where there are none, and prints an empty array", async () => {
      assert.equal(
        await millrace("runs", "--dir", "elsewhere"),
        "! <room>/elsewhere has no runs yet. Start one with 'millrace run <flow>'; 'millrace list' shows the flows.\nexit 0",
      );
      assert.deepEqual(await json("runs", "--dir", "elsewhere"), []);
    });

    it("tells of runs that can't be read, and lists the others", async () => {
      const damaged = join(room, ".millrace", "runs", "20260101-000000000-odd-owl");
      mkdirSync(damaged);
      writeFileSync(join(damaged, "run.json"), "{");
      const { stdout, stderr, code } = await cli(["runs", "--json"], { cwd: room });
      rmSync(damaged, { recursive: true });
      assert.equal(JSON.parse(stdout).length, 2);
      assert.equal(code, 0);
      assert.match(
        plain(stderr, room),
        /^The run '<id>' can't be read: Its run\.json is damaged: .* Delete the folder/,
      );
    });
  });

  describe("show", () => {
    it("tells a run's state, task runs, resources, errors and artifacts", async () => {
      const output = squeeze(await millrace("show", "latest")).replaceAll(/^(Run|Log) .*\n/gm, "");
      assert.equal(
        output,
        text`
          Id  <id>
          Flow  Shop (shop.flow.ts)
          State  Failed('1/6 states failed.')
          Started  <time>, took <took>
          Where  process <pid> on <host>, 1 threads, session duckdb
          Folder  <room>
          Parameters  items: ["egg"], bad: true

          Task runs
            TASK RUN  STATE  TIME  TRIES  THREAD  AFTER
          ✔ Price-0  Completed <took>  1  1
          ✔ Add up-0  Completed <took>  1  1  Price-0
          ✘ Refund-0  Failed <took>  1  1  Add up-0
          ⊘ Thank-0  NotReady  Refund-0
          ✔ Close books-0  Completed <took>  1  1  Add up-0
          ✔ Discount-0/Halve-0  Completed <took>  1  1

          Subflows
            SUBFLOW RUN  STATE  TIME
          ✔ Discount-0  Completed('All states completed.') <took>

          Resources
            RESOURCE  STATE  SET-UP
            till-0  Closed <took>

          Errors
          ✘ Refund-0  Failed('RangeError: no money for 3')
            RangeError: no money for 3
            at <anonymous> (<room>/shop.flow.ts:19:9)

          Prices
          i  price
          0  3

          spread
          price
           0 to 5  1  ████████████████████████████████████████████████████████████
          5 to 10  0

          twice
            Ours  Theirs  difference
          item 0  3  3.5  +0.5

          note
          # Total

          1 prices

          dot
          A dot (image/png), kept in <room>/.millrace/runs/<id>/artifacts/2-1-4.json

          cloud
          1 points, weight by price, kept in <room>/.millrace/runs/<id>/artifacts/2-1-5.json
          exit 0`,
      );
    });

    it("prints as many rows as asked for, and only artifacts", async () => {
      const [, completed] = await json("runs");
      const { stdout } = await cli(["show", completed.id, "--artifacts", "--rows", "1"], { cwd: room });
      assert.equal(
        stdout.split("\nspread")[0],
        `${text`
          Prices
          i  price
          0      3
          ... 1 of 2 rows
          `.trimEnd()}\n`,
      );
    });

    it("prints everything as JSON, the contents of artifacts too", async () => {
      const run = await json("show", "latest");
      const summary = {
        state: run.state.name,
        tasks: run.taskRuns.map(
          (task: { id: string; state: { name: string } }) => `${task.id} ${task.state.name}`,
        ),
        flowRuns: run.flowRuns.map((flowRun: { id: string }) => flowRun.id),
        resources: run.resources.map((resource: { id: string }) => resource.id),
        artifacts: run.artifacts.map((artifact: { content: { kind: string } }) => artifact.content.kind),
        error: run.taskRuns[2].error.source,
      };
      assert.deepEqual(summary, {
        state: "Failed",
        tasks: [
          "Price-0 Completed",
          "Add up-0 Completed",
          "Refund-0 Failed",
          "Thank-0 NotReady",
          "Close books-0 Completed",
          "Discount-0/Halve-0 Completed",
        ],
        flowRuns: [".", "Discount-0"],
        resources: ["till-0"],
        artifacts: ["table", "histogram", "comparison", "markdown", "image", "scatter"],
        error: { file: join(room, "shop.flow.ts"), line: 19, column: 9 },
      });
    });

    it("hints at the run that was meant", async () => {
      const [{ name }] = await json("runs");
      const { stderr, code } = await cli(["show", `${name}x`], { cwd: room });
      assert.equal(code, 2);
      assert.match(
        stderr,
        new RegExp(`^error: There is no run '${name}x'\\..* Did you mean '${name}'\\?\\n$`),
      );
    });
  });

  describe("logs", () => {
    it("prints Prefect's lines", async () => {
      assert.match(
        await millrace("logs", "latest"),
        new RegExp(
          `^${text`
            <clock> | INFO    | millrace.engine - Created flow run '<run>' for flow 'Shop'
            <clock> | INFO    | Flow run '<run>' - Created task run 'Price-0' for task 'Price'`.replaceAll(
            "|",
            "\\|",
          )}[^]*
<clock> \\| ERROR   \\| Flow run '<run>' - Finished in state Failed\\('1/6 states failed\\.'\\)
exit 0$`,
        ),
      );
    });

    it("prints the lines of a task, from a level on", async () => {
      const lines = text`
        <clock> | ERROR   | Task run 'Refund-0' - Finished in state Failed('RangeError: no money for 3')
        RangeError: no money for 3
            at <anonymous> (<room>/shop.flow.ts:19:9)
        exit 0`;
      assert.equal(await millrace("logs", "latest", "--task", "Refund"), lines);
      assert.equal(await millrace("logs", "latest", "--task", "Refund-0", "--level", "error"), lines);
      assert.equal(
        await millrace("logs", "latest", "--task", "Price", "--level", "inf"),
        text`
          <clock> | INFO    | Task run 'Price-0' - pricing egg
          <clock> | INFO    | Task run 'Price-0' - Finished in state Completed()
          exit 0`,
      );
    });

    it("prints JSON, a line each", async () => {
      const { stdout } = await cli(["logs", "latest", "--task", "Price-0", "--json"], { cwd: room });
      const lines = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        lines.map(({ level, message, taskRun }) => ({ level, message, taskRun })),
        [
          { level: "INFO", message: "pricing egg", taskRun: "Price-0" },
          { level: "DEBUG", message: "by its length", taskRun: "Price-0" },
          { level: "INFO", message: "Finished in state Completed()", taskRun: "Price-0" },
        ],
      );
    });

    it("refuses a level and a task that there isn't", async () => {
      assert.equal(
        await millrace("logs", "latest", "--level", "waning"),
        "! error: --level is 'waning': give one of DEBUG, INFO, WARNING, ERROR, CRITICAL. Did you mean 'WARNING'?\nexit 2",
      );
      assert.equal(
        await millrace("logs", "latest", "--task", "Pricee"),
        "! error: The run has no task run and no task 'Pricee'. Did you mean 'Price'? 'millrace show' lists them.\nexit 2",
      );
    });
  });

  describe("a task run", () => {
    it("goes by its task's name where that ran once", async () => {
      assert.equal(
        await millrace("show", "latest", "--task", "Price"),
        await millrace("show", "latest", "--task", "Price-0"),
      );
    });

    it("that there isn't is refused, with the one that was meant", async () => {
      for (const args of [
        ["show", "latest", "--task", "Pri"],
        ["resume", "latest", "--from", "Pricee-0"],
      ]) {
        assert.equal(
          await millrace(...args),
          `! error: The run '<id>' has no task run '${args[3]}'. Did you mean 'Price-0'? 'millrace show <id>' lists them.\nexit 2`,
        );
      }
    });
  });

  describe("follow", () => {
    it("shows a run that has ended, with its exit code", async () => {
      const followed = await cli(["follow", "latest"], { cwd: room });
      const logged = await cli(["logs", "latest"], { cwd: room });
      assert.deepEqual(followed, { ...logged, code: 1 });
    });

    it("prints the run's events as they are in its folder", async () => {
      const [{ path }] = await json("runs");
      const { stdout } = await cli(["follow", "latest", "--json"], { cwd: room });
      assert.equal(stdout, readFileSync(join(path, "events.jsonl"), "utf8"));
    });
  });
});
