import assert from "node:assert/strict";
import type { FlowRunId } from "../../runtime/events/run-ids.ts";
import { FlowFolder, runFlow, text } from "./flow-fixture.ts";

describe("a run's final state", () => {
  it("is Completed when all task runs are, and its log says so in Prefect's words", async () => {
    const { code, log, states, stderr } = await runFlow(`
const add = task("Add", (a: number, b: number) => { console.log("adding", a, b); return a + b; });
const twice = flow({ name: "Twice", parameters: z.object({ n: z.number() }) }, ({ n }) => add(n, n));
export default flow({ name: "Sums" }, async () => {
  const three = add(1, 2);
  log.info("six is", await twice({ n: three }));
});
`);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.equal(
      states,
      text`
        . Completed('All states completed.')
        Twice-0 Completed('All states completed.')
        Add-0 Completed()
        Twice-0/Add-0 Completed()`,
    );
    assert.equal(
      log,
      text`
        INFO    | millrace.engine - Created flow run 'NAME' for flow 'Sums'
        INFO    | Flow run 'NAME' - Created task run 'Add-0' for task 'Add'
        INFO    | Flow run 'NAME' - Created subflow run 'Twice-0' for flow 'Twice'
        INFO    | Task run 'Add-0' - adding 1 2
        INFO    | Task run 'Add-0' - Finished in state Completed()
        INFO    | Flow run 'Twice-0' - Created task run 'Add-0' for task 'Add'
        INFO    | Task run 'Add-0' - adding 3 3
        INFO    | Task run 'Add-0' - Finished in state Completed()
        INFO    | Flow run 'Twice-0' - Finished in state Completed('All states completed.')
        INFO    | Flow run 'NAME' - six is 6
        INFO    | Flow run 'NAME' - Finished in state Completed('All states completed.')`,
    );
  });

  it("is Failed when a task run is that nobody looked at; what depends on that is NotReady, the rest runs", async () => {
    const { code, states } = await runFlow(`
const fail = task("Fail", (): number => { throw new Error("no luck"); });
const use = task("Use", (n: number) => n);
export default flow({ name: "F" }, async () => {
  use(use(fail()));
  use(1);
  try { await fail(); } catch {}
});
`);
    assert.equal(code, 1);
    assert.equal(
      states,
      text`
        . Failed('1/5 states failed.')
        Fail-0 Failed('no luck')
        Use-0 NotReady("Upstream task run 'Fail-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Use-1 NotReady("Upstream task run 'Use-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Use-2 Completed()
        Fail-1 Failed('no luck')`,
    );
  });

  it("is Completed when each failure was handled: awaited and caught, its state read, or let through, with its error", async () => {
    const { code, states, log } = await runFlow(`
const fail = task("Fail", (): number => { throw new Error("no luck"); });
const use = task("Use", (n: number) => n);
const inspect = task("Inspect", (n: unknown) => isRunFailure(n) ? [n.state.message, n.error.message, n.error.stack.split("\\n")[1].trim()] : "fine");
const after = task("After", () => "ran");
export default flow({ name: "F" }, () => {
  const failed = fail();
  use(use(failed));
  inspect(allowFailure(failed)).then((told) => log.info("told", ...told));
  inspect({ deep: [allowFailure(use(1))] });
  after.withOptions({ waitFor: [failed] })();
  after.withOptions({ waitFor: [allowFailure(failed)] })();
  inspect.withOptions({ waitFor: [failed] })(allowFailure(failed));
  after.withOptions({ waitFor: [failed, allowFailure(failed)] })();
});
`);
    assert.equal(code, 0);
    assert.match(log, /told no luck no luck at .*FOLDER\/test.flow.ts:2:\d+/);
    assert.equal(
      states,
      text`
        . Completed('4/10 states completed, 1 failure handled, 5 not ready below.')
        Fail-0 Failed('no luck')
        Use-0 NotReady("Upstream task run 'Fail-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Use-1 NotReady("Upstream task run 'Use-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Inspect-0 Completed()
        Use-2 Completed()
        Inspect-1 Completed()
        After-0 NotReady("Upstream task run 'Fail-0' did not reach a 'COMPLETED' state.", type=PENDING)
        After-1 Completed()
        Inspect-2 NotReady("Upstream task run 'Fail-0' did not reach a 'COMPLETED' state.", type=PENDING)
        After-2 NotReady("Upstream task run 'Fail-0' did not reach a 'COMPLETED' state.", type=PENDING)`,
    );
    assert.match(
      log,
      /ERROR {3}\| Task run 'Fail-0' - Finished in state Failed\('no luck'\)\nError: no luck\n {4}at .*FOLDER\/test.flow.ts:2:\d+/,
    );
  });

  it("is Failed with the error that the body threw, after its task runs have ended", async () => {
    const { code, states, log } = await runFlow(`
const slow = task("Slow", async () => { await sleep(150); return 1; });
export default flow({ name: "F" }, () => {
  slow();
  throw new RangeError("out of bounds");
});
`);
    assert.equal(code, 1);
    assert.equal(
      states,
      text`
        . Failed('Flow run encountered an exception: RangeError: out of bounds')
        Slow-0 Completed()`,
    );
    assert.match(log, /RangeError: out of bounds\n.*FOLDER\/test\.flow\.ts:5:9/);
  });

  it("tells of an awaited task run that failed: which, how, and the task's own error as the cause", async () => {
    const { code, states, log } = await runFlow(`
const fail = task("Fail", () => { throw new TypeError("not a movie"); });
export default flow({ name: "F" }, async () => { await fail(); });
`);
    assert.equal(code, 1);
    assert.equal(
      states,
      text`
        . Failed("Flow run encountered an exception: 'Fail-0' finished in state Failed('TypeError: not a movie')")
        Fail-0 Failed('TypeError: not a movie')`,
    );
    assert.match(log, /Caused by: TypeError: not a movie\n.*test\.flow\.ts:2:/);
  });

  it("names what failed first, and where, of an awaited task run that didn't run for it", async () => {
    const flow = (body: string) => `
const fail = task("Fail", (): number => { throw new TypeError("not a movie"); });
const use = task("Use", (n: number) => n);
const inner = flow({ name: "Inner", parameters: z.object({ n: z.number() }) }, ({ n }) => use(n));
export default flow({ name: "F" }, async () => { ${body} });
`;
    const { states, log } = await runFlow(flow("await use(use(fail()));"));
    assert.match(
      states.replaceAll(/\/[^:]*\//g, "FOLDER/"),
      /^\. Failed\("Flow run encountered an exception: 'Use-1' did not run: 'Fail-0' finished in state Failed\('TypeError: not a movie'\) at FOLDER\/test\.flow\.ts:2:\d+"\)/,
    );
    assert.match(log, /Caused by: TypeError: not a movie\n.*test\.flow\.ts:2:/);
    const caught = await runFlow(
      flow(
        "try { await inner({ n: use(fail()) }); } catch (error) { log.info(error.cause.name, error.cause.message); }",
      ),
    );
    assert.match(caught.log, /TypeError not a movie/);
    assert.match(
      caught.states,
      /^\. Completed\('0\/3 states completed, 1 failure handled, 2 not ready below\.'\)/,
    );
  });

  it("comes after the futures in what the body returns, which are results then", async () => {
    const { states, run } = await runFlow(`
const add = task("Add", async (a: number, b: number) => { await sleep(50); return a + b; });
const fail = task("Fail", (): number => { throw new Error("boom"); });
const inner = flow({ name: "Inner" }, () => ({ sum: add(1, 2), deep: [add(3, 4), { date: new Date(0) }] }));
export default flow({ name: "F" }, async () => { log.info(JSON.stringify(await inner({}))); return [add(5, 6), 7]; });
`);
    assert.match(states, /^\. Completed\('All states completed\.'\)/);
    assert.equal(run.view.flowRuns.get(".")?.result?.preview, "[ 11, 7 ]");
    assert.equal(run.view.flowRuns.get("Inner-0")?.result?.preview, "{ sum: 3, deep: [ 7, [Object] ] }");
    const failed = await runFlow(`
const fail = task("Fail", (): number => { throw new Error("boom"); });
export default flow({ name: "F" }, () => ({ value: fail() }));
`);
    assert.match(
      failed.states,
      /^\. Failed\("Flow run encountered an exception: 'Fail-0' finished in state Failed\('boom'\)"\)/,
    );
  });

  it("comes after tables in what the body returns, though their session ends with the body", async () => {
    const folder = new FlowFolder({
      "a.csv": "a\n1\n",
      "test.flow.ts": `
import { openSession, type Session } from "millrace";
const numbers = task("Numbers", (session: Session, n: number) => session.sql\`SELECT unnest(range(\${n})) AS n\`);
const inner = flow({ name: "Inner" }, async () => {
  await using session = await openSession();
  return { rows: numbers(session, 2) };
});
export default flow({ name: "F" }, async () => {
  secret("TOLD");
  await using session = await openSession();
  inner({});
  const file = await session.readCsv("a.csv", { columns: { a: "long" } });
  return { now: await numbers(session, 3), later: numbers(session, 4), all: numbers.map(session, [5, 6]), file };
});
`,
    });
    const { states, run, log } = await folder.run([], { env: { TOLD: "open sesame" } });
    assert.match(states, /^\. Completed\('All states completed\.'\)/, log);
    const paths = (id: string) =>
      run.view.flowRuns
        .get(id as FlowRunId)
        ?.result?.tables?.map(({ path, handle }) => `${path} ${handle.path.split("/")[0]}`);
    assert.deepEqual(paths("."), [".now .", ".later .", ".all[0] .", ".all[1] .", ".file .."]);
    assert.deepEqual(paths("Inner-0"), [".rows ."]);
    const shown = run.view.flowRuns.get("." as FlowRunId)?.result?.preview;
    assert.equal(
      shown,
      "{ now: Table(n: long), later: Table(n: long), all: [ Table(n: long), Table(n: long) ], file: Table(a: long) }",
    );
  });

  it("is decided by the task runs where the body catches what it awaited", async () => {
    const { states, log } = await runFlow(`
const fail = task("Fail", () => { throw new Error("boom"); });
export default flow({ name: "F" }, async () => {
  try { await fail(); } catch (error) { log.warn(error.name, error.message, "because", error.cause.message); }
  log.info((await fail().state()).name, await allowFailure(fail()));
});
`);
    assert.equal(
      states,
      text`
        . Completed('0/3 states completed, 3 failures handled.')
        Fail-0 Failed('boom')
        Fail-1 Failed('boom')
        Fail-2 Failed('boom')`,
    );
    assert.match(
      log,
      /WARNING \| Flow run 'NAME' - RunFailedError 'Fail-0' finished in state Failed\('boom'\) because boom/,
    );
    assert.match(
      log,
      /Flow run 'NAME' - Failed \{\n {2}failed: true,\n {2}state: \{ type: 'FAILED', name: 'Failed', message: 'boom' \},\n {2}error: Error: boom\n.*test\.flow\.ts:2:41\)\n\}/,
    );
  });

  it("is Completed for a flow without tasks, and Failed for a result that can't be kept", async () => {
    const [empty, cannot] = await Promise.all([
      runFlow(`\nexport default flow({ name: "Empty" }, () => {});\n`),
      runFlow(`\nexport default flow({ name: "F" }, () => ({ callback: () => 1 }));\n`),
    ]);
    assert.equal(empty.states, ". Completed('All states completed.')");
    assert.equal(empty.code, 0);
    assert.equal(
      cannot.states,
      `. Failed("Flow run encountered an exception: The result of flow 'F' at callback is a function, which can't go to another thread: pass the data that it works on.")`,
    );
  });

  it("fails with what the body's code threw where nobody could catch it", async () => {
    const [timer, rejection] = await Promise.all([
      runFlow(`
const slow = task("Slow", () => sleep(100));
export default flow({ name: "F" }, async () => {
  slow();
  setTimeout(() => { throw new Error("from a timer"); }, 10);
  await new Promise(() => {});
});
`),
      runFlow(`
const fail = task("Fail", () => { throw new Error("boom"); });
const slow = task("Slow", () => sleep(200));
export default flow({ name: "F" }, async () => {
  const first = slow().then(() => 1), second = fail().then(() => 2);
  return [await first, await second];
});
`),
    ]);
    assert.equal(
      timer.states,
      text`
      . Failed('Flow run encountered an exception: Error: from a timer')
      Slow-0 Completed()`,
    );
    assert.equal(timer.code, 1);
    assert.equal(
      rejection.states,
      text`
      . Failed("Flow run encountered an exception: 'Fail-0' finished in state Failed('boom')")
      Slow-0 Completed()
      Fail-0 Failed('boom')`,
    );
    assert.equal(timer.stderr, "");
  });
});

describe("subflows", () => {
  it("fail with their own error, and what depends on them is NotReady", async () => {
    const { states } = await runFlow(`
const one = task("One", (n: number) => n);
const bad = task("Bad", (): number => { throw new Error("bad"); });
const inner = flow({ name: "Inner", parameters: z.object({ n: z.number() }) }, ({ n }) => { one(n); return bad(); });
const outer = flow({ name: "Outer" }, () => inner({ n: one(1) }));
export default flow({ name: "F" }, () => { one(outer({})); });
`);
    assert.equal(
      states,
      text`
        . Failed('1/2 states failed.')
        Outer-0 Failed('Flow run encountered an exception: \'Outer-0/Inner-0\' finished in state Failed("Flow run encountered an exception: \'Outer-0/Inner-0/Bad-0\' finished in state Failed(\'bad\')")')
        Outer-0/Inner-0 Failed("Flow run encountered an exception: 'Outer-0/Inner-0/Bad-0' finished in state Failed('bad')")
        One-0 NotReady("Upstream task run 'Outer-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Outer-0/One-0 Completed()
        Outer-0/Inner-0/One-0 Completed()
        Outer-0/Inner-0/Bad-0 Failed('bad')`,
    );
  });

  it("check their parameters, and wait for those that are futures", async () => {
    const { states } = await runFlow(`
const one = task("One", (n: unknown) => n);
const fail = task("Fail", (): number => { throw new Error("no"); });
const inner = flow({ name: "Inner", parameters: z.object({ n: z.number().max(5) }) }, ({ n }) => { one(n); });
export default flow({ name: "F" }, () => { inner({ n: 9 }); inner({ n: fail() }); inner({ n: 5 }); });
`);
    assert.equal(
      states,
      text`
        . Failed('2/4 states failed.')
        Inner-0 Failed("Flow run encountered an exception: Parameter 'n' is 9: Too big: expected number to be <=5.")
        Inner-1 NotReady("Upstream task run 'Fail-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Inner-2 Completed('All states completed.')
        Fail-0 Failed('no')
        Inner-2/One-0 Completed()`,
    );
  });

  it("map inside, and are mapped over", async () => {
    const { code, log, view } = await runFlow(`
const double = task("Double", (n: number, by = 2) => n * by);
const sum = task("Sum", (ns: readonly number[]) => ns.reduce((a, b) => a + b, 0));
const inner = flow({ name: "Inner", parameters: z.object({ n: z.number() }) }, ({ n }) => sum(double.map([n, n + 1, double(n)], 10)));
export default flow({ name: "F" }, async () => {
  const sums = [1, 2].map((n) => inner({ n }));
  log.info("total", await sum(sums));
});
`);
    assert.equal(code, 0);
    assert.match(log, /total 140$/m);
    const mapped = [...view.taskRuns.values()].filter((task) => task.mapped !== undefined);
    assert.deepEqual(
      mapped.map((task) => [task.id, task.mapped?.group, task.mapped?.index]),
      ["Inner-0", "Inner-1"].flatMap((flow) =>
        [1, 2, 3].map((n) => [`${flow}/Double-${n}`, `${flow}/Double[]-0`, n - 1]),
      ),
    );
  });
});
