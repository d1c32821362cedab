import assert from "node:assert/strict";
import fc from "fast-check";
import { retryWait } from "../../runtime/runner/retry.ts";
import { type Outcome, runFlow, text } from "./flow-fixture.ts";

/** Each try of a task run, and its state. */
function attempts({ view }: Outcome, taskRun: string): string {
  const tries = view.taskRuns.get(taskRun)?.attempts ?? [];
  return tries.map(({ attempt, state }) => `${attempt} ${state.name}`).join(", ");
}

/** Milliseconds that each try of a task run but the first waited. */
function waits({ view }: Outcome, taskRun: string): number[] {
  const tries = view.taskRuns.get(taskRun)?.attempts ?? [];
  return tries.slice(1).map(({ started }, index) => started - (tries[index]?.ended ?? 0));
}

describe("the wait before a retry", () => {
  const decided = (retryDelay: Parameters<typeof retryWait>[0]["retryDelay"], retryJitter = 0) =>
    [1, 2, 3, 4].map((attempt) =>
      retryWait({ ...(retryDelay === undefined ? {} : { retryDelay }), retryJitter }, attempt, () => 0.5),
    );

  it("is none by default, one for all, one each with the last repeated, or doubles up to a maximum", () => {
    assert.deepEqual(decided(undefined), [0, 0, 0, 0]);
    assert.deepEqual(decided(250), [250, 250, 250, 250]);
    assert.deepEqual(decided([10, 20, 40]), [10, 20, 40, 40]);
    assert.deepEqual(decided([]), [0, 0, 0, 0]);
    assert.deepEqual(decided({ initial: 100 }), [100, 200, 400, 800]);
    assert.deepEqual(decided({ initial: 100, factor: 3, max: 500 }), [100, 300, 500, 500]);
    assert.deepEqual(decided(100, 0.4), [120, 120, 120, 120]);
  });

  it("is what the author's function gives for the error and the number of failures", () => {
    const retryAfter = (error: unknown, failures: number) =>
      (error as { readonly after?: number }).after ?? failures;
    const wait = (error: unknown) => retryWait({ retryDelay: retryAfter }, 3, () => 0, error);
    assert.deepEqual([wait({ after: 70 }), wait({})], [70, 3]);
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(
        () => wait({ after: wrong }),
        new RangeError(`retryDelay gave ${wrong}; give milliseconds from 0`),
      );
  });

  it("has at most its share of jitter added", () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 1, max: 50 }),
        (retryDelay, retryJitter, random, attempt) => {
          const wait = retryWait({ retryDelay, retryJitter }, attempt, () => random);
          assert.ok(wait >= retryDelay && wait <= Math.round(retryDelay * (1 + retryJitter)));
        },
      ),
    );
  });
});

describe("retries", () => {
  it("try again after each failure, as often as asked, and the view has each try", async () => {
    const outcome = await runFlow(`
const third = task({ name: "Third", retries: 3, retryDelay: [20, 60] }, () => {
  const { attempt } = currentTaskRun();
  if (attempt < 3) throw new Error("try " + attempt);
  return attempt;
});
const never = task({ name: "Never", retries: 1 }, () => { throw new Error("always"); });
const picky = task({ name: "Picky", retries: 5, retryCondition: (error, attempt) => error.message === "again" && attempt < 2 }, () => {
  throw new Error("again");
});
const broken = task({ name: "Broken", retries: 5, retryCondition: () => { throw new Error("in the condition"); } }, () => { throw new Error("first"); });
export default flow({ name: "F" }, () => { third(); never(); picky(); broken(); third.withOptions({ retries: 0 })(); });
`);
    assert.equal(outcome.code, 1);
    assert.equal(
      outcome.states,
      text`
        . Failed('4/5 states failed.')
        Third-0 Completed()
        Never-0 Failed('always')
        Picky-0 Failed('again')
        Broken-0 Failed('first')
        Third-1 Failed('try 1')`,
    );
    assert.equal(attempts(outcome, "Third-0"), "1 AwaitingRetry, 2 AwaitingRetry, 3 Completed");
    // Timers may be a millisecond early, and as late as the machine is busy.
    const [first = 0, second = 0] = waits(outcome, "Third-0");
    assert.ok(first >= 19 && second >= 59, `${first} ms, ${second} ms`);
    assert.equal(attempts(outcome, "Never-0"), "1 AwaitingRetry, 2 Failed");
    assert.equal(attempts(outcome, "Picky-0"), "1 AwaitingRetry, 2 Failed");
    assert.equal(attempts(outcome, "Broken-0"), "1 Failed");
    assert.match(
      outcome.log,
      /INFO {4}\| Task run 'Third-0' - Task run failed with exception: Error\('try 1'\) - Retry 1\/3 will start (immediately|0\.1 second\(s\) from now)/,
    );
    assert.match(
      outcome.log,
      /ERROR {3}\| Task run 'Never-0' - Task run failed with exception: Error\('always'\) - Retries are exhausted\nERROR {3}\| Task run 'Never-0' - Finished in state Failed\('always'\)/,
    );
    assert.match(
      outcome.log,
      /ERROR {3}\| Task run 'Broken-0' - The task's retryCondition failed: Error: in the condition/,
    );
  });
});

describe("timeouts", () => {
  it("end a task that sleeps, and one in an endless loop with its thread, and count as failures to retry", async () => {
    const outcome = await runFlow(
      `
const asleep = task({ name: "Asleep", timeout: 300 }, () => sleep(60_000));
const endless = task({ name: "Endless", timeout: 300 }, () => { while (true) {} });
const second = task({ name: "Second", timeout: 1_500, retries: 1 }, async () => {
  if (currentTaskRun().attempt === 1) await sleep(60_000, undefined, { signal: cancellation() });
  return "in time";
});
const eager = task({ name: "Eager", timeout: 1_500 }, async () => { await new Promise((r) => cancellation().addEventListener("abort", r)); log.info("heard of its end"); return "late"; });
const patient = task({ name: "Patient", timeout: Infinity }, () => sleep(50));
export default flow({ name: "F" }, () => { asleep(); endless(); second(); eager(); patient(); });
`,
      "--threads",
      "5",
    );
    assert.equal(
      outcome.states,
      text`
        . Failed('3/5 states failed.')
        Asleep-0 TimedOut('Task run exceeded timeout of 0.3 second(s)', type=FAILED)
        Endless-0 TimedOut('Task run exceeded timeout of 0.3 second(s)', type=FAILED)
        Second-0 Completed()
        Eager-0 TimedOut('Task run exceeded timeout of 1.5 second(s)', type=FAILED)
        Patient-0 Completed()`,
    );
    const lasted = (id: string) => {
      const [first] = outcome.view.taskRuns.get(id)?.attempts ?? [];
      return (first?.ended ?? Number.NaN) - (first?.started ?? 0);
    };
    for (const id of ["Asleep-0", "Endless-0"]) {
      assert.ok(
        lasted(id) >= 1290,
        `${id} ended after ${lasted(id)} ms, before its second of grace was over`,
      );
    }
    assert.match(outcome.log, /Task run 'Eager-0' - heard of its end/);
    assert.equal(attempts(outcome, "Second-0"), "1 AwaitingRetry, 2 Completed");
  });

  it("reach a task whose thread has only begun to start", async () => {
    const outcome = await runFlow(
      `
const instant = task({ name: "Instant", timeout: 1 }, async (n) => {
  const signal = cancellation();
  if (!signal.aborted) await new Promise((r) => signal.addEventListener("abort", r));
  log.info("heard: " + signal.reason.message);
});
export default flow({ name: "F" }, () => { instant.map(Array.from({ length: 24 }, (_, i) => i)); });
`,
      "--threads",
      "24", // so many that starting them takes longer than the tasks have
    );
    assert.equal(outcome.log.match(/heard: The task's time is up\./g)?.length, 24, outcome.log);
  });

  it("end a flow: its task runs are Cancelled, its resources torn down, and a subflow's are its parent's failure", async () => {
    const [whole, part] = await Promise.all([
      runFlow(`
const db = resource({ name: "db", setup: () => ({ url: "x" }), teardown: () => log.info("closed") });
const endless = task("Endless", (db) => { while (true) {} });
const next = task("Next", (n) => n);
export default flow({ name: "F", timeout: 300 }, async () => {
  await using it = await db();
  await next(endless(it));
});
`),
      runFlow(`
const asleep = task("Asleep", () => sleep(60_000, undefined, { signal: cancellation() }));
const quick = task("Quick", () => sleep(600).then(() => 1));
const inner = flow({ name: "Inner", timeout: 300 }, async () => { await asleep(); });
export default flow({ name: "F" }, () => { inner({}); quick(); });
`),
    ]);
    assert.equal(
      whole.states,
      text`
        . TimedOut('Flow run exceeded timeout of 0.3 second(s)', type=FAILED)
        Endless-0 Cancelled()
        Next-0 Cancelled()`,
    );
    assert.equal(whole.code, 1);
    assert.match(whole.log, /closed/);
    assert.equal([...whole.view.resources.values()].map((each) => each.state).join(), "Closed");
    assert.equal(
      part.states,
      text`
        . Failed('1/2 states failed.')
        Inner-0 TimedOut('Flow run exceeded timeout of 0.3 second(s)', type=FAILED)
        Quick-0 Completed()
        Inner-0/Asleep-0 Cancelled()`,
    );
  });

  it("are checked when a task, a call or a flow is given them", async () => {
    const { task } = await import("../../runtime/authoring/task.ts");
    const { flow } = await import("../../runtime/authoring/flow.ts");
    const messages = [
      () => task({ name: "T", retries: 1.5 }, () => 1),
      () => task({ name: "T", timeout: 0 }, () => 1),
      () => task({ name: "T", timeout: Number.NaN }, () => 1),
      () => task({ name: "T", retryJitter: 2 }, () => 1),
      () => task({ name: "T", retryDelay: -1 }, () => 1),
      () => task({ name: "T", retryDelay: [1, Number.NaN] }, () => 1),
      () => task({ name: "T", retryDelay: { initial: -5 } }, () => 1),
      () => task({ name: "T", cache: { expires: -1 } }, () => 1),
      () => task("T", () => 1).withOptions({ retries: -1 }),
      () => task(" ", () => 1),
      () => flow({ name: "F", timeout: -1 }, () => {}),
      () => flow({ name: "F", concurrency: { db: 0 } }, () => {}),
    ].map((define) => {
      try {
        define();
        return "accepted";
      } catch (error) {
        return (error as Error).message;
      }
    });
    assert.equal(
      messages.join("\n"),
      text`
        task 'T': retries is 1.5; give a whole number from 0.
        task 'T': timeout is 0; give milliseconds above 0.
        task 'T': timeout is NaN; give milliseconds above 0.
        task 'T': retryJitter is 2; give a share from 0 to 1.
        task 'T': retryDelay is -1; give milliseconds from 0.
        task 'T': retryDelay is NaN; give milliseconds from 0.
        task 'T': retryDelay is -5; give milliseconds from 0.
        task 'T': cache.expires is -1; give milliseconds from 0.
        task 'T': retries is -1; give a whole number from 0.
        A task needs a name.
        flow 'F': timeout is -1; give milliseconds above 0.
        flow 'F': the concurrency of 'db' is 0; give a whole number from 1.`,
    );
  });
});

describe("what a task's try needs beforehand", () => {
  it("is made anew for the next try, if it failed", async () => {
    const outcome = await runFlow(`
import { openSession, type Table } from "millrace";
import { readdirSync } from "node:fs";
const use = task({ name: "Use", retries: 1, retryDelay: 200 }, async (table: Table) => (await table.rows())[0]?.["text"]);
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const table = await session.sql\`SELECT CASE WHEN (SELECT count(*) FROM glob('flag*')) = 0 THEN error('no flag') ELSE 'a flag' END AS text\`;
  const used = use(table);
  const events = ".millrace/runs/" + readdirSync(".millrace/runs").find((name) => !name.startsWith(".")) + "/events.jsonl";
  while (!readFileSync(events, "utf8").includes("AwaitingRetry")) await sleep(5);
  writeFileSync("flag", "");
  log.info("read", await used);
});
`);
    assert.equal(outcome.code, 0, outcome.log);
    assert.equal(attempts(outcome, "Use-0"), "1 AwaitingRetry, 2 Completed");
    assert.match(outcome.log, /read a flag$/m);
  });
});
