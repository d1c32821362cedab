import assert from "node:assert/strict";
import { FlowFolder, type Outcome, runFlow, text } from "./flow-fixture.ts";

const db = `
const db = resource({
  name: "db",
  setup: (name = "main") => { log.info("set up", name); return { name }; },
  teardown: ({ name }) => { log.info("torn down", name); },
});
const use = task("Use", async (db: { name: string }, ms = 0) => { await sleep(ms); log.info("used", db.name); return db.name; });
const fail = task("Fail", (db: unknown) => { throw new Error("no query"); });
`;

/** Resources' events, task runs' ends and what was logged, in order. */
function story({ events }: Outcome): string {
  const lines: string[] = [];
  for (const event of events) {
    if (event.type === "resource-created") lines.push(`${event.resource} created`);
    else if (event.type === "resource-state")
      lines.push(
        `${event.resource} ${event.state}${event.error === undefined ? "" : `: ${event.error.message}`}`,
      );
    else if (event.type === "log") lines.push(`"${event.message}"`);
    else if (event.type === "task-run-state" && event.state.type !== "RUNNING")
      lines.push(`${event.taskRun} ${event.state.name}`);
    else if (event.type === "flow-run-state" && event.state.name !== "Running")
      lines.push(
        `${event.flowRun} ${event.state.name}${event.state.message === undefined ? "" : `: ${event.state.message}`}`,
      );
  }
  return lines.join("\n");
}

describe("resources", () => {
  it("are set up once, reach tasks on their threads, and are torn down after the last task that was given them", async () => {
    const outcome = await runFlow(`${db}
export default flow({ name: "F" }, async () => {
  await using it = await db();
  use(it, 100);
  log.info("body ends");
});
`);
    assert.equal(
      story(outcome),
      text`
        db-0 created
        "set up main"
        db-0 Open
        "body ends"
        "used main"
        Use-0 Completed
        db-0 TearingDown
        "torn down main"
        db-0 Closed
        . Completed: All states completed.`,
    );
    assert.deepEqual(outcome.view.taskRuns.get("Use-0")?.resources, ["db-0"]);
  });

  it("outlive the tables that need them, in the hands of tasks that were not given them, also after a resume", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
import { openSession, type Session, type Table } from "millrace";
const rows = task("Rows", (session: Session) => session.sql\`SELECT 1 AS n UNION ALL SELECT 2\`);
const later = task("Later", () => sleep(200));
const count = task("Count", async (table: Table) => {
  if (!existsSync("mended")) throw new Error("not yet");
  return table.count();
});
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  count.withOptions({ waitFor: [later()] })(rows(session));
});
`,
    });
    const failed = await folder.run();
    folder.write({ mended: "" });
    const outcome = await folder.resume();
    assert.deepEqual(
      [failed.states, outcome.states],
      [
        text`
          . Failed('1/3 states failed.')
          Later-0 Completed()
          Rows-0 Completed()
          Count-0 Failed('not yet')`,
        text`
          . Completed('All states completed.')
          Later-0 Completed()
          Rows-0 Completed()
          Count-0 Completed()`,
      ],
    );
    assert.deepEqual(outcome.view.taskRuns.get("Count-0")?.resources, []);
  });

  it("are torn down where the body or a task fails, the latest first", async () => {
    const [body, task] = await Promise.all([
      runFlow(`${db}
export default flow({ name: "F" }, async () => {
  await using outer = await db("outer");
  await using inner = await db("inner");
  use(inner);
  throw new Error("body fails");
});
`),
      runFlow(`${db}
export default flow({ name: "F" }, async () => { await using it = await db(); fail(it); use(it); });
`),
    ]);
    assert.equal(
      story(body),
      text`
        db-0 created
        "set up outer"
        db-0 Open
        db-1 created
        "set up inner"
        db-1 Open
        "used inner"
        Use-0 Completed
        db-1 TearingDown
        "torn down inner"
        db-1 Closed
        db-0 TearingDown
        "torn down outer"
        db-0 Closed
        . Failed: Flow run encountered an exception: Error: body fails`,
    );
    assert.match(story(task), /db-0 Closed\n\. Failed: 1\/2 states failed\.$/);
  });

  it("that the body leaves open are torn down at its end, the latest first, and a subflow's at the subflow's", async () => {
    const outcome = await runFlow(`${db}
const inner = flow({ name: "Inner" }, async () => { use(await db("inner")); });
export default flow({ name: "F" }, async () => { await db("a"); await db("b"); await inner({}); log.info("body ends"); });
`);
    assert.equal(
      story(outcome).replace(/^[\s\S]*"set up inner"\n/, ""),
      text`
        db-2 Open
        "used inner"
        Inner-0/Use-0 Completed
        db-2 TearingDown
        "torn down inner"
        db-2 Closed
        Inner-0 Completed: All states completed.
        "body ends"
        db-1 TearingDown
        "torn down b"
        db-1 Closed
        db-0 TearingDown
        "torn down a"
        db-0 Closed
        . Completed: All states completed.`,
    );
  });

  it("whose set-up ends after the flow run that opened them are torn down at once", async () => {
    const outcome = await runFlow(`${db}
const slow = resource({
  name: "slow",
  setup: async () => { while (!existsSync("ended")) await sleep(1); return {}; },
  teardown: () => { log.info("torn down late"); writeFileSync("closed", ""); },
});
const inner = flow({ name: "Inner" }, async () => { void slow().catch(({ message }) => log.info("refused", message)); });
export default flow({ name: "F", timeout: 20_000 }, async () => {
  await inner({});
  writeFileSync("ended", "");
  while (!existsSync("closed")) await sleep(1, undefined, { signal: cancellation() });
});
`);
    assert.equal(
      story(outcome),
      text`
        slow-0 created
        Inner-0 Completed: All states completed.
        slow-0 Open
        slow-0 TearingDown
        "torn down late"
        slow-0 Closed
        "refused The resource 'slow-0' came too late: the flow run that opened it has ended."
        . Completed: All states completed.`,
    );
  });

  it("whose set-up fails fail the body; those opened before are torn down", async () => {
    const outcome = await runFlow(`${db}
const broken = resource({ name: "broken", setup: async () => { throw new Error("refused"); }, teardown: () => log.info("never") });
export default flow({ name: "F" }, async () => {
  await using it = await db();
  await using other = await broken();
  use(it);
});
`);
    assert.equal(
      story(outcome),
      text`
        db-0 created
        "set up main"
        db-0 Open
        broken-0 created
        broken-0 Failed: refused
        db-0 TearingDown
        "torn down main"
        db-0 Closed
        . Failed: Flow run encountered an exception: Error: refused`,
    );
  });

  it("whose teardown fails fail the flow, unless it failed before; the others are torn down all the same", async () => {
    const broken = `${db}
const broken = resource({ name: "broken", setup: () => ({ n: 1 }), teardown: () => { throw new Error("still busy"); } });
`;
    const [disposed, left, both, leftByError] = await Promise.all([
      runFlow(`${broken}
export default flow({ name: "F" }, async () => { await using it = await db(); await using other = await broken(); use(it); });
`),
      runFlow(`${broken}
export default flow({ name: "F" }, async () => { await db(); await broken(); });
`),
      runFlow(`${broken}
export default flow({ name: "F" }, async () => { await using it = await broken(); throw new RangeError("first"); });
`),
      runFlow(`${broken}
export default flow({ name: "F" }, async () => { await broken(); throw new RangeError("first"); });
`),
    ]);
    for (const outcome of [disposed, left]) {
      assert.match(
        story(outcome),
        /broken-0 TearingDown\nbroken-0 Failed: still busy\n("used main"\nUse-0 Completed\n)?db-0 TearingDown\n"torn down main"\ndb-0 Closed\n\. Failed: Flow run encountered an exception: Error: The teardown of resource 'broken-0' failed: Error: still busy$/,
      );
      assert.equal(outcome.code, 1);
      assert.match(outcome.log, /ERROR {3}\| millrace\.engine - Resource 'broken-0' failed: still busy/);
    }
    for (const outcome of [both, leftByError]) {
      assert.match(
        story(outcome),
        /broken-0 Failed: still busy\n\. Failed: Flow run encountered an exception: RangeError: first$/,
      );
    }
  });

  it("whose teardown never ends are left to themselves after their time, and the flow fails", async () => {
    const outcome = await runFlow(`
const db = resource({ name: "db", setup: () => ({}), teardown: () => new Promise<void>(() => {}), teardownTimeout: 200 });
export default flow({ name: "F" }, async () => { await using it = await db(); });
`);
    const message =
      "It has not ended after 0.2 s. What it does goes on unwatched until the process ends; resource({ teardownTimeout }) gives it more time.";
    assert.equal(
      story(outcome),
      text`
        db-0 created
        db-0 Open
        db-0 TearingDown
        db-0 Failed: ${message}
        . Failed: Flow run encountered an exception: Error: The teardown of resource 'db-0' failed: UserError: ${message}`,
    );
  });

  it("are torn down when the run is cancelled, even where their set-up is slow", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `${db}
const slow = resource({ name: "slow", setup: async () => { await sleep(500); return { n: 1 }; }, teardown: () => log.info("slow torn down") });
export default flow({ name: "F" }, async () => { await using it = await db(); await using other = await slow(); });
`,
    });
    const process = folder.start(["run", "test.flow.ts"]);
    await process.until((event) => event.type === "resource-created" && event.name === "slow");
    process.kill("SIGINT");
    const outcome = await process.ended;
    assert.match(
      story(outcome),
      /slow-0 Open\nslow-0 TearingDown\n"slow torn down"\nslow-0 Closed\ndb-0 TearingDown\n"torn down main"\ndb-0 Closed\n\. Cancelled: Cancelled by Ctrl-C\.$/,
    );
  });

  it("are attached once a thread, and detached when they are torn down", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
import { threadId } from "node:worker_threads";
const counter = resource({
  name: "counter",
  setup: (start: number) => start,
  attach: (start, environment) => { appendFileSync("log.txt", "attach " + environment.thread + " " + threadId + "\\n"); return { n: start, next() { return this.n++; } }; },
  detach: () => { appendFileSync("log.txt", "detach " + threadId + "\\n"); },
  teardown: (start) => { log.info("start was", start); },
});
const next = task("Next", (c, _: unknown) => c.next());
export default flow({ name: "F" }, async () => {
  await using it = await counter(5);
  log.info("on the flow's thread", it.next());
  let last = next(it, 0);
  for (let i = 0; i < 3; i++) last = next(it, last);
  log.info("on a worker thread", await last);
});
`,
    });
    const outcome = await folder.run(["--threads", "1"]);
    assert.match(outcome.log, /on the flow's thread 5\n[\s\S]*on a worker thread 8\n[\s\S]*start was 5/);
    const lines = folder.read("log.txt").trim().split("\n");
    assert.equal(lines.filter((line) => line.startsWith("attach")).length, 2);
    assert.equal(lines.filter((line) => line.startsWith("detach")).length, 2);
  });

  it("are missed with a clear error: outside of a flow, inside a task, after their teardown", async () => {
    const outcome = await runFlow(`${db}
const opens = task("Opens", async () => { await db(); });
const calls = task("Calls", () => { opens(); });
export default flow({ name: "F" }, async () => {
  opens(); calls();
  const it = await db();
  await it[Symbol.asyncDispose]();
  use(it);
});
`);
    assert.equal(
      outcome.states,
      text`
        . Failed('3/3 states failed.')
        Opens-0 Failed("The resource 'db' was opened inside the task 'Opens'. Open it in the flow's body, with ${"`"}await using${"`"}, and pass it to the task.")
        Calls-0 Failed("The task 'Opens' was called inside the task 'Calls'. Call it in a flow's body, or call its plain function, ${"`"}.fn(...)${"`"}.")
        Use-0 Failed("The resource 'db-0' is closed.")`,
    );
  });
});
