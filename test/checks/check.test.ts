import assert from "node:assert/strict";
import fc from "fast-check";
import type { CheckError } from "../../runtime/checks/check.ts";
import { check } from "../../runtime/checks/check.ts";
import { readFlowFile } from "../../runtime/discovery/read-flow-file.ts";
import { checkOutcome } from "../../runtime/events/artifacts.ts";
import { readArtifact } from "../../runtime/store/read-artifact.ts";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import type { Session, Table } from "../../runtime/tables/session.ts";
import { sql } from "../../runtime/tables/sql-fragment.ts";
import { FlowFolder, type Outcome, text } from "../runner/flow-fixture.ts";

const flow = `
import { check, openSession, sql, type Session, type Table } from "millrace";
const ran = (name: string) => appendFileSync("ran", name + " ");
const load = task("Load", (session: Session) => { ran("Load"); return session.fromRows(
  [{ name: "id", type: "long" }, { name: "title", type: "string" }],
  [{ id: 1, title: "Heat" }, { id: 2, title: existsSync("whole") ? "Up" : null }, { id: 3, title: "" }]); });
const titled = check("Titled", (movies: Table) => sql\`SELECT * FROM \${movies} WHERE title IS NULL\`);
const long = check({ name: "Long", severity: "warn", limit: 1 }, (session: Session, movies: Table, least: number) =>
  session.sql\`SELECT id FROM \${movies} WHERE coalesce(length(title), 0) < \${least} ORDER BY id\`);
const positive = check({ name: "Positive", severity: "warn" }, (n: number) => n > 0);
const count = task("Count", (movies: Table) => { ran("Count"); return movies.count(); });
const twice = task("Twice", (n: number) => { ran("Twice"); return n * 2; });
const even = check("Even", (n: number) => n % 2);
const publish = task("Publish", (n: number) => { ran("Publish"); return n; });
export default flow("Checked", async () => {
  await using session = await openSession();
  const movies = load(session);
  positive.map([2, 0]);
  count(long(session, movies, 3));
  const doubled = even(twice(count(titled(movies))));
  return publish(doubled);
});
`;

describe("A check", () => {
  it("tells what it found, stops what is below it or warns, and is run again by a resume", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, ran: "" });
    const failed = await folder.run();
    assert.equal(
      await story(failed, folder),
      text`
        Titled-0: Failed; error; 1 violation in 3 rows; [[2,null]]
        Long-0: Completed; warn; 2 violations in 3 rows; [[2]]
        Positive-0: Completed; warn; It holds; []
        Positive-1: Completed; warn; It doesn't hold; []
        ran Count Load`,
    );
    assert.match(
      failed.log,
      /WARNING \| Task run 'Long-0' - Check 'Long': 2 violations in 3 rows, such as {"id":2}\./,
    );
    assert.match(
      failed.states,
      /^Titled-0 Failed\('CheckError: Check \\'Titled\\': 1 violation in 3 rows, such as {"id":2,"title":null}\.'\)$/m,
    );
    assert.match(failed.states, /^Count-1 NotReady/m);
    folder.write({ whole: "" });
    assert.equal(
      await story(await folder.resume(["--from", "Load"]), folder),
      text`
        Titled-0: Completed; error; No violations in 3 rows; []
        Long-0: Completed; warn; 2 violations in 3 rows; [[2]]
        Positive-0: Completed; warn; It holds; []
        Positive-1: Completed; warn; It doesn't hold; []
        Even-0: Completed; error; No violations; []
        ran Count Count Load Publish Twice`,
    );
  });

  it("is all that --only-checks runs, with what it needs, which may be as an earlier run had it", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, ran: "", whole: "" });
    const told = async (...options: string[]) => {
      const outcome = await folder.run(options);
      const [, ...checks] = (await story(outcome, folder)).split("\n").reverse();
      const names = checks.map((line) => line.split(":")[0]).sort();
      return `${names.join(" ")}; ran ${ranBefore}; ${outcome.states.split("\n")[0]}`;
    };
    const all = "Even-0 Long-0 Positive-0 Positive-1 Titled-0";
    const whole = await told();
    assert.equal(whole, `${all}; ran Count Count Load Publish Twice; . Completed('All states completed.')`);
    assert.equal(
      [await told("--only-checks"), await told("--only-checks", "--defer", "latest")].join("\n"),
      [
        `${all}; ran Count Load Twice; . Completed('All states completed, 2 not selected.')`,
        `${all}; ran none; . Completed('All states completed, 3 not selected.')`,
      ].join("\n"),
    );
    const wrong = await folder.run(["--only-checks", "--only", "Load"]);
    assert.equal(wrong.stderr.trim(), "error: Give one of --only and --only-checks.");
  });

  it("counts what its function gives, in whatever form", async () => {
    const session = openDuckDb({ folder: "." });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 6 }), async (numbers) => {
          const table = await session.fromRows(
            [{ name: "n", type: "integer" }],
            numbers.map((n) => ({ n })),
          );
          const bad = numbers.filter((n) => n < 0);
          const forms: readonly ((table: Table) => unknown)[] = [
            (t) => sql`SELECT * FROM ${t} WHERE n < 0`,
            (t) => session.sql`SELECT * FROM ${t} WHERE n < 0`,
            () => bad.map((n) => ({ n })),
            () => bad.length,
          ];
          for (const form of forms) assert.equal(await violations(table, form), bad.length);
          assert.equal(await violations(table, () => bad.length === 0), bad.length === 0 ? 0 : undefined);
        }),
        { numRuns: 15 },
      );
    } finally {
      await session.close();
    }
  });

  it("says what is wrong with what it is made of, and with what its function gives", async () => {
    const wrong: readonly (() => unknown)[] = [
      () => check("A", sql`SELECT 1` as never),
      () => check(" ", () => true),
      () => check({ name: "A", severity: "fatal" as never }, () => true),
      () => check({ name: "A", limit: 0 }, () => true),
      () => check({ name: "A", cache: true } as never, () => true),
      () => check("A", () => true).withOptions({ cache: true }),
      ...[undefined, null, "no", Number.NaN, -1, {}, [1], sql`SELECT 1`].map(
        (found) => () => check("A", () => found as never).fn(),
      ),
    ];
    const messages: string[] = [];
    for (const make of wrong)
      await Promise.resolve()
        .then(make)
        .then(
          () => messages.push("nothing"),
          (error: Error) => messages.push(error.message.slice(0, 70)),
        );
    assert.equal(
      messages.join("\n"),
      text`
        check 'A': its second argument is a function of what it checks, at the
        A check needs a name.
        check 'A': severity is "fatal"; give "error" or "warn".
        check 'A': limit is 0; give a whole number from 1 to 1,000.
        check 'A': a check isn't cached, since each run shows what it found. L
        check 'A': a check isn't cached, since each run shows what it found. L
        check 'A' gave undefined. Return the rows that violate it (a table, sq
        check 'A' gave null. Return the rows that violate it (a table, sql${"`"}SEL
        check 'A' gave a string. Return the rows that violate it (a table, sql
        check 'A' gave NaN, and no count of violations.
        check 'A' gave -1, and no count of violations.
        check 'A' gave an object. Return the rows that violate it (a table, sq
        check 'A' gave an array whose item 1 is no row. Give objects: [{ value
        check 'A' gave a query, and has neither a table nor a session to run i`,
    );
  });

  it("is read from a flow's file among its tasks, which names can't be twice", () => {
    const code =
      'import { check, flow, task } from "millrace"; task("A", f); check({ name: "A" }, f); export default flow("F", f);';
    const file = readFlowFile("/x.flow.ts", () => code);
    assert.deepEqual(
      file.tasks.map(({ name }) => name),
      ["A", "A"],
    );
    assert.match(file.problems[0]?.message ?? "", /Two tasks are named 'A'/);
  });
});

/** The number that a check's error has, 0 where it passes. */
async function violations(table: Table, form: (table: Table) => unknown): Promise<number | undefined> {
  const checked = check("Positive", async (_session: Session, given: Table) => (await form(given)) as never);
  try {
    assert.equal(await checked.fn(table.session, table), table);
    return 0;
  } catch (error) {
    return (error as CheckError).violations; // it throws no other, or has none
  }
}

let ranBefore = "";

/** What each check came to, in the flow's order, and what ran. */
async function story({ view, run }: Outcome, folder: FlowFolder): Promise<string> {
  const lines: string[] = [];
  for (const { id, state } of view.taskRuns.values()) {
    const artifact = view.artifacts.get(`check ${id}`);
    if (artifact === undefined) continue;
    const content = await readArtifact(run.path, artifact.file);
    assert.equal(content.kind, "check");
    if (content.kind !== "check") continue;
    const { severity, rows } = content;
    lines.push(`${id}: ${state.name}; ${severity}; ${checkOutcome(content)}; ${JSON.stringify(rows)}`);
  }
  const order = ["Titled", "Long", "Positive", "Even"];
  const place = (line: string) => order.findIndex((name) => line.startsWith(name));
  lines.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  ranBefore = folder.read("ran").trim().split(" ").sort().join(" ") || "none";
  folder.write({ ran: "" });
  return [...lines, `ran ${ranBefore}`].join("\n");
}
