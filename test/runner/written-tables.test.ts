import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { FlowFolder, type Outcome } from "./flow-fixture.ts";

const header = `
import { openSession, type Session, type Table } from "millrace";
const totalOf = async (table: Table) => Number((await table.rows())[0]?.["total"]);
const total = (session: Session, value: number) => session.fromRows([{ name: "total", type: "long" }], [{ total: value }]);
const plus = (session: Session, table: Table, by: number) => session.sql\`SELECT total + \${by} AS total FROM \${table}\`;
`;

/** Each keeps a total in a folder, and adds to it. */
const ledgers: { readonly [name: string]: { readonly flow: string; readonly adds: number } } = {
  "one task that reads, adds and writes": {
    adds: 10,
    flow: `${header}
const add = task("Add", async (session: Session) => {
  const kept = existsSync("kept") ? await session.readParquet("kept") : await total(session, 0);
  await (await plus(session, kept, 10)).writeParquet("kept");
});
export default flow({ name: "F" }, async () => { await using session = await openSession(); add(session); });
`,
  },
  "three tasks, of which one reads, one adds and one writes": {
    adds: 10,
    flow: `${header}
const current = task("Current", (session: Session) => existsSync("kept") ? session.readParquet("kept") : total(session, 0));
const apply = task("Apply", (session: Session, table: Table) => plus(session, table, 10));
const save = task("Save", (table: Table) => table.writeParquet("kept"));
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  save(apply(session, current(session)));
});
`,
  },
  "one task that does it twice": {
    adds: 11,
    flow: `${header}
const add = task("Add", async (session: Session) => {
  for (const by of [1, 10]) {
    const kept = existsSync("kept") ? await session.readParquet("kept") : await total(session, 0);
    await (await plus(session, kept, by)).writeParquet("kept");
  }
});
export default flow({ name: "F" }, async () => { await using session = await openSession(); add(session); });
`,
  },
  "two task runs, one after the other": {
    adds: 11,
    flow: `${header}
const add = task("Add", async (session: Session, by: number, _after?: number) => {
  const kept = existsSync("kept") ? await session.readParquet("kept") : await total(session, 0);
  await (await plus(session, kept, by)).writeParquet("kept");
  return by;
});
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  add(session, 10, add(session, 1));
});
`,
  },
  "one task that adds rows to it": {
    adds: 10,
    flow: `${header}
const add = task("Add", async (session: Session) => (await total(session, 10)).writeParquet("kept", { mode: "append" }));
export default flow({ name: "F" }, async () => { await using session = await openSession(); add(session); });
`,
  },
  "the flow's body": {
    adds: 10,
    flow: `${header}
const after = task("After", (_table: Table) => 1);
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const kept = existsSync("kept") ? await session.readParquet("kept") : await total(session, 0);
  await (await plus(session, kept, 10)).writeParquet("kept");
  await after(await session.readParquet("kept"));
});
`,
  },
};

async function kept(folder: FlowFolder): Promise<number | undefined> {
  if (!existsSync(join(folder.path, "kept"))) return undefined;
  await using session = openDuckDb({ folder: folder.path, threads: 1 });
  const rows = await (await session.readParquet("kept")).rows();
  return rows.reduce((sum, { total }) => sum + Number(total), 0);
}

function completed({ code, log, stderr }: Outcome): void {
  assert.equal(code, 0, stderr + log);
}

describe("a folder that a flow reads and writes", () => {
  for (const [name, { flow, adds }] of Object.entries(ledgers)) {
    describe(`by ${name}`, () => {
      it("has each run's part once, from whichever task run the run is resumed", async () => {
        const folder = new FlowFolder({ "test.flow.ts": flow });
        completed(await folder.run());
        completed(await folder.run());
        assert.equal(await kept(folder), 2 * adds);
        const { view } = await folder.run();
        for (const taskRun of view.taskRuns.keys()) {
          const resumed = await folder.resume(["--from", taskRun]);
          if (resumed.code === 0) assert.equal(await kept(folder), 3 * adds, taskRun);
          // One earlier version is kept: where two wrote since, what was there before the first is gone.
          else assert.match(resumed.log, /what was there before isn't kept any more/, taskRun);
        }
      });

      it("has a run's part once, wherever it is killed", async function () {
        this.timeout(3_600_000);
        const everywhere = process.env.MILLRACE_TEST_KILLS === "all";
        for (const before of everywhere ? [undefined, 2 * adds] : [2 * adds]) {
          const calls = await killed(flow, before, 0, async () => {});
          const all = calls.length;
          assert.ok(all > 8, `only ${all} calls: ${calls.join(", ")}`);
          // Where nothing else is said: once in the moves, and once after them.
          const moved = calls.findLastIndex((call) => call.startsWith("before renameSync"));
          const some = everywhere ? calls.map((_, i) => i + 1) : [moved + 1, all];
          for (const at of some) {
            await killed(flow, before, at, async (folder, call) => {
              completed(await folder.resume());
              assert.equal(await kept(folder), (before ?? 0) + adds, `killed ${call}`);
              completed(await folder.run());
              assert.equal(await kept(folder), (before ?? 0) + 2 * adds, `killed ${call}, then run anew`);
            });
          }
        }
      });
    });
  }

  /** Runs a ledger, and kills it at one of the calls that have to do with its folder. @returns the calls. */
  async function killed(
    flow: string,
    before: number | undefined,
    at: number,
    then: (folder: FlowFolder, call: string) => Promise<void>,
  ): Promise<readonly string[]> {
    const folder = new FlowFolder({ "test.flow.ts": flow, "calls.txt": "" });
    if (before !== undefined) {
      await using session = openDuckDb({ folder: folder.path, threads: 1 });
      await (await session.fromRows([{ name: "total", type: "long" }], [{ total: before }])).writeParquet(
        "kept",
      );
    }
    const preload = fileURLToPath(new URL("kill-at-call.cjs", import.meta.url));
    const calls = join(folder.path, "calls.txt");
    const first = await folder.run([], {
      env: {
        NODE_OPTIONS: `--require ${preload}`,
        KILL_AT: String(at),
        KILL_CALLS: calls,
        KILL_NAMES: "kept|written",
      },
    });
    const reached = readFileSync(calls, "utf8").trim().split("\n");
    if (at > 0) assert.equal(first.signal, "SIGKILL", `not killed at ${at} of ${reached.length}`);
    await then(folder, `${at} ${reached.at(-1)?.replaceAll(folder.path, "")}`);
    return reached;
  }

  it("has a task's part once, however often it is tried", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `${header}
const add = task({ name: "Add", retries: 2 }, async (session: Session) => {
  const kept = existsSync("kept") ? await session.readParquet("kept") : await total(session, 0);
  await (await plus(session, kept, 10)).writeParquet("kept");
  if ((currentTaskRun()?.attempt ?? 0) < 3) throw new Error("again");
});
export default flow({ name: "F" }, async () => { await using session = await openSession(); add(session); });
`,
    });
    completed(await folder.run());
    assert.equal(await kept(folder), 10);
    completed(await folder.run());
    assert.equal(await kept(folder), 20);
  });
});

describe("a table that a task returns as a view", () => {
  const flow = (again: string) => `${header}
const write = task("Write", async (session: Session, n: number) => { await (await total(session, n)).writeParquet("kept"); return n; });
const read = task("Read", (session: Session, _after: number) => session.readParquet("kept"));
const show = task("Show", async (table: Table, _after: unknown) => { log.info("read then", await totalOf(table)); });
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const first = read(session, write(session, 1));
  const again = write.withOptions({ waitFor: [first] })(session, 2);
  ${again}
});
`;

  it("is what it was when it was read, though its folder has been written since", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow("show(first, again);") });
    const outcome = await folder.run();
    completed(outcome);
    assert.match(outcome.log, /Task run 'Show-0' - read then 1$/m);
    const resumed = await folder.resume(["--from", "Show-0"]);
    completed(resumed);
    assert.match(resumed.log.slice(resumed.log.indexOf("attempt 2")), /Task run 'Show-0' - read then 1$/m);
  });

  it("can't be read once that is gone, and the error names the file and who wrote it", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": flow("show(first, write.withOptions({ waitFor: [again] })(session, 3));"),
    });
    const outcome = await folder.run();
    assert.equal(outcome.code, 1);
    assert.match(
      outcome.log,
      /kept\/part-0\.parquet: was changed by task run 'Write-2' since task run 'Read-0' read it\. Write to another folder, or read it before: /,
    );
  });

  it("is read anew by a resume, with all that is made of it, if its file has changed since", async () => {
    const folder = new FlowFolder({
      "in.csv": "n\n1\nx\n",
      "test.flow.ts": `${header}
const load = task("Load", (session: Session) => session.readCsv("in.csv", { columns: { n: "long" } }));
const sum = task("Sum", (session: Session, table: Table) => session.sql\`SELECT sum(n) AS total FROM \${table}\`);
const count = task("Count", (session: Session, table: Table) => session.sql\`SELECT count(*) AS total FROM \${table}\`);
const show = task("Show", async (table: Table) => { log.info("is", await totalOf(table)); });
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const loaded = load(session);
  show(count(session, loaded));
  show(sum(session, loaded));
});
`,
    });
    const failed = await folder.run();
    assert.equal(failed.code, 1);
    writeFileSync(join(folder.path, "in.csv"), "n\n1\n2\n3\n");
    const resumed = await folder.resume();
    completed(resumed);
    assert.match(resumed.log, /Task run 'Show-1' - is 6$/m);
    assert.match(resumed.log.slice(resumed.log.indexOf("attempt 2")), /Task run 'Show-0' - is 3$/m);
  });

  it("fails a task that reads it after something else has changed its file", async () => {
    const folder = new FlowFolder({
      "in.csv": "n\n1\n",
      "test.flow.ts": `${header}
const load = task("Load", (session: Session) => session.readCsv("in.csv", { columns: { n: "long" } }));
const change = task("Change", (_table: Table) => writeFileSync("in.csv", "n\\n2\\n"));
const sum = task("Sum", async (session: Session, table: Table, _after: unknown) => table.rows());
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const loaded = load(session);
  sum(session, loaded, change(loaded));
});
`,
    });
    const outcome = await folder.run();
    assert.equal(outcome.code, 1);
    assert.match(
      outcome.log,
      /in\.csv: was changed since task run 'Load-0' read it\. 'millrace resume \S+ --from Load-0' reads it anew\./,
    );
  });
});
