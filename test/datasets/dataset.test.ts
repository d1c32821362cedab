import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dataset } from "../../runtime/datasets/dataset.ts";
import { listDatasets } from "../../runtime/datasets/list-datasets.ts";
import { parseSessionUrl, type SparkUrl } from "../../runtime/tables/session-url.ts";
import { openSpark } from "../../runtime/tables/spark/open-spark.ts";
import { temporaryFolder } from "../runner/flow-fixture.ts";
import { needExtensions } from "../tables/extension-files.ts";
import { RunParts, rowsText } from "./run-parts.ts";

const accounts = dataset("accounts", { key: ["id"] });

describe("A dataset", () => {
  let base: string;

  before(async function () {
    await needExtensions(this, ["sqlite_scanner", "ducklake"]);
  });

  beforeEach(() => {
    base = temporaryFolder();
  });

  /** What a run that begins now reads. */
  async function content(named = accounts): Promise<string> {
    await using run = new RunParts(base, `reader-${Math.random()}`);
    return await run.task("Read-0", async () => rowsText(await named.read(run.session)));
  }

  it("has the rows that were appended, merged and replaced, in versions", async () => {
    await using run = new RunParts(base, "a");
    const versions = await run.task("Write-0", async () => [
      await accounts.append(await run.table([{ id: 1, owner: "Ada" }])),
      await accounts.append(await run.table([{ owner: "Bob", id: 2 }])),
      await accounts.merge(
        await run.table([
          { id: 2, owner: "Cleo" },
          { id: 3, owner: "Dan" },
        ]),
      ),
    ]);
    assert.deepEqual(versions, [1, 2, 3]);
    assert.equal(await content(), "id=1 owner=Ada\nid=2 owner=Cleo\nid=3 owner=Dan");
    assert.equal(
      await run.task("Replace-0", async () => accounts.replace(await run.table([{ id: 9, sum: 5 }]))),
      4,
    );
    assert.equal(await content(), "id=9 sum=5");
  });

  it("is read by a run as it was when the run first read it, with what the run itself committed", async () => {
    await using night = new RunParts(base, "night");
    await night.task("Write-0", async () =>
      accounts.append(
        await night.table([
          { id: 1, sum: 1 },
          { id: 2, sum: 2 },
        ]),
      ),
    );
    await using run = new RunParts(base, "run");
    const read = (task: string) => run.task(task, async () => rowsText(await accounts.read(run.session)));
    assert.equal(await read("First-0"), "id=1 sum=1\nid=2 sum=2");
    await using other = new RunParts(base, "other");
    await other.task("Add-0", async () => accounts.append(await other.table([{ id: 7, sum: 7 }])));
    assert.equal(await read("Second-0"), "id=1 sum=1\nid=2 sum=2");
    await run.task("Own-0", async () => {
      await accounts.append(await run.table([{ id: 3, sum: 3 }]));
      await accounts.merge(
        await run.table([
          { id: 1, sum: 10 },
          { id: 3, sum: 30 },
          { id: 7, sum: 70 },
        ]),
      );
      assert.equal(
        await rowsText(await accounts.read(run.session)),
        "id=1 sum=10\nid=2 sum=2\nid=3 sum=30\nid=7 sum=70",
      );
    });
    assert.equal(await read("Third-0"), "id=1 sum=10\nid=2 sum=2\nid=3 sum=30\nid=7 sum=70");
    assert.equal(await read("First-0"), "id=1 sum=1\nid=2 sum=2");
    assert.equal(await content(), "id=1 sum=10\nid=2 sum=2\nid=3 sum=30\nid=7 sum=70");
  });

  it("takes a commit once from a task run that is tried again, or resumed", async () => {
    const body = (run: RunParts) => async () => {
      const kept = await dataset("totals", { columns: { total: "long" } }).read(run.session);
      const [row] = await kept.rows();
      const next = [{ total: Number(row?.total ?? 0) + 10 }];
      const replaced = await dataset("totals").replace(await run.table(next));
      const [own] = await (await dataset("totals").read(run.session)).rows();
      const again = await dataset("totals").replace(await run.table([{ total: Number(own?.total) + 1 }]));
      return [replaced, again];
    };
    await using first = new RunParts(base, "a");
    assert.deepEqual(await first.task("Add-0", body(first)), [1, 2]);
    assert.deepEqual(await first.task("Add-0", body(first), 2), [1, 2]);
    await using second = new RunParts(base, "a", 2);
    assert.deepEqual(await second.task("Add-0", body(second)), [1, 2]);
    assert.equal(await content(dataset("totals")), "total=11");
  });

  it("takes back what a task run committed in an earlier attempt, where that comes to other rows now", async () => {
    await using first = new RunParts(base, "a");
    await first.task("Old-0", async () => accounts.append(await first.table([{ id: 1, sum: 1 }])));
    await first.task("Add-0", async () => accounts.append(await first.table([{ id: 2, sum: 2 }])));
    await first.task("Last-0", async () => accounts.append(await first.table([{ id: 3, sum: 3 }])));
    await using second = new RunParts(base, "a", 2, ["Old-0"]);
    await second.task("Add-0", async () => accounts.append(await second.table([{ id: 2, sum: 20 }])));
    assert.equal(await content(), "id=1 sum=1\nid=2 sum=20");
    await second.task("Last-0", async () => accounts.append(await second.table([{ id: 3, sum: 3 }])));
    assert.equal(await content(), "id=1 sum=1\nid=2 sum=20\nid=3 sum=3");
  });

  it("takes nothing back that a task run beside it found made", async () => {
    await using first = new RunParts(base, "a");
    await first.task("One-0", async () => accounts.append(await first.table([{ id: 1, sum: 1 }])), 1, "of x");
    await first.task("Two-0", async () => accounts.append(await first.table([{ id: 2, sum: 2 }])));
    await using second = new RunParts(base, "a", 2);
    await second.task("Two-0", async () => accounts.append(await second.table([{ id: 2, sum: 2 }])));
    await second.task(
      "One-0",
      async () => accounts.append(await second.table([{ id: 1, sum: 9 }])),
      1,
      "of x",
    );
    assert.deepEqual(
      second.logged.filter((line) => line.startsWith("WARNING")),
      [
        "WARNING The dataset accounts: version 1 stands, which an earlier try of this task run committed with other rows: others have committed since.",
      ],
    );
    const own = await second.task("Read-0", async () => rowsText(await accounts.read(second.session)));
    assert.equal(own, "id=1 sum=1\nid=2 sum=2");
    assert.equal(await content(), own);
  });

  it("keeps others' rows: what can't be taken back stands where its inputs were the same, else that is an error", async () => {
    await using first = new RunParts(base, "a");
    await first.task("Add-0", async () => accounts.append(await first.table([{ id: 1, sum: 1 }])), 1, "of x");
    await using other = new RunParts(base, "b");
    await other.task("Add-0", async () => accounts.append(await other.table([{ id: 2, sum: 2 }])));
    await using second = new RunParts(base, "a", 2);
    const add = async () => accounts.append(await second.table([{ id: 1, sum: 100 }]));
    assert.equal(await second.task("Add-0", add, 1, "of x"), 1);
    await assert.rejects(second.task("Add-0", add, 2, "of y"), {
      message:
        "The dataset accounts: task run 'Add-0' committed version 1 in an earlier attempt of this run, with other rows, and task run 'Add-0' of run 'b' has committed version 2 since. So it can't be made again. Start a new run.",
    });
    assert.equal(await content(), "id=1 sum=1\nid=2 sum=2");
  });

  it("refuses to be replaced by a run that hasn't read what others committed", async () => {
    await using run = new RunParts(base, "run");
    await run.task("Write-0", async () => accounts.append(await run.table([{ id: 1, sum: 1 }])));
    await using other = new RunParts(base, "other");
    await other.task("Add-0", async () => accounts.append(await other.table([{ id: 2, sum: 2 }])));
    await assert.rejects(
      run.task("Replace-0", async () => accounts.replace(await run.table([{ id: 9, sum: 9 }]))),
      {
        message:
          "The dataset accounts: task run 'Add-0' of run 'other' has committed version 2 since this run read version 0: replace would lose its rows. Start a new run, which reads them.",
      },
    );
    assert.equal(await content(), "id=1 sum=1\nid=2 sum=2");
  });

  it("loses no row of those who commit at the same time", async () => {
    const runs = [0, 1, 2].map((n) => new RunParts(base, `run-${n}`));
    await Promise.all(
      runs.flatMap((run, n) =>
        [0, 1, 2].map((i) =>
          run.task(`Add-${i}`, async () => accounts.append(await run.table([{ id: n * 10 + i, sum: 1 }]))),
        ),
      ),
    );
    for (const run of runs) await run.session.close();
    assert.equal(
      await content(),
      [0, 1, 2, 10, 11, 12, 20, 21, 22]
        .map((id) => `id=${id} sum=1`)
        .sort()
        .join("\n"),
    );
  });

  it("replaces partitions, but not by rows of fewer inputs than made them", async () => {
    const sessions = dataset("sessions");
    await using first = new RunParts(base, "a");
    const rows = [
      { day: "2026-01-01", fileName: "a.csv", n: 1 },
      { day: "2026-01-01", fileName: "late.csv", n: 2 },
      { day: "2026-01-02", fileName: "b.csv", n: 3 },
    ];
    await first.task("Write-0", async () => sessions.replacePartitions(await first.table(rows), ["day"]));
    await using second = new RunParts(base, "b");
    const fewer = await second.table([{ day: "2026-01-01", fileName: "a.csv", n: 9 }]);
    await assert.rejects(
      second.task("Write-0", () => sessions.replacePartitions(fewer, ["day"])),
      {
        message:
          "The dataset sessions: the partitions were made of inputs that the new rows don't come from: day=2026-01-01 of late.csv. Replacing them would lose those rows. Read those inputs, too, or say { narrow: true }.",
      },
    );
    await second.task("Write-1", () => sessions.replacePartitions(fewer, ["day"], { narrow: true }));
    assert.equal(
      await content(sessions),
      "day=2026-01-01 fileName=a.csv n=9\nday=2026-01-02 fileName=b.csv n=3",
    );
  });

  it("keeps what held when", async () => {
    const customers = dataset("dim_customer", { key: ["id"] });
    const days: [string, { id: number; city: string }[]][] = [
      [
        "2026-01-01",
        [
          { id: 1, city: "Rome" },
          { id: 2, city: "Oslo" },
        ],
      ],
      [
        "2026-01-02",
        [
          { id: 1, city: "Bern" },
          { id: 2, city: "Oslo" },
        ],
      ],
      [
        "2026-01-02",
        [
          { id: 1, city: "Pisa" },
          { id: 2, city: "Oslo" },
        ],
      ],
      [
        "2026-01-03",
        [
          { id: 1, city: "Pisa" },
          { id: 3, city: "Wien" },
        ],
      ],
    ];
    for (const [i, [at, rows]] of days.entries()) {
      await using run = new RunParts(base, `run-${i}`);
      await run.task("Keep-0", async () => customers.scd2(await run.table(rows), { at, hardDeletes: true }));
    }
    assert.equal(
      await content(customers),
      [
        "id=1 city=Pisa valid_from=2026-01-02 valid_to=null",
        "id=1 city=Rome valid_from=2026-01-01 valid_to=2026-01-02",
        "id=2 city=Oslo valid_from=2026-01-01 valid_to=2026-01-03",
        "id=3 city=Wien valid_from=2026-01-03 valid_to=null",
      ].join("\n"),
    );
    await using late = new RunParts(base, "late");
    await assert.rejects(
      late.task("Keep-0", async () =>
        customers.scd2(await late.table([{ id: 1, city: "Bari" }]), { at: "2026-01-02" }),
      ),
      /what holds at 2026-01-02T00:00:00.000Z comes after what holds at 2026-01-03/,
    );
  });

  it("keeps values of every type", async () => {
    const values = dataset("values");
    await using run = new RunParts(base, "a");
    await run.task("Write-0", async () => {
      const table = await run.session.sql`
        SELECT true AS yes, CAST(1 AS TINYINT) AS b, CAST(2 AS SMALLINT) AS s, 3 AS i, CAST(9007199254740993 AS BIGINT) AS l,
          CAST(1.5 AS FLOAT) AS f, CAST('NaN' AS DOUBLE) AS d, CAST(1.50 AS DECIMAL(10, 2)) AS c, 'a''b ''ö' AS t,
          DATE '0001-01-01' AS day, TIMESTAMPTZ '2026-01-01 00:00:00.000001+00' AS at, CAST('ab' AS BLOB) AS bytes,
          [1, NULL] AS list, {'a': 1, 'b c': 'x'} AS "a struct", MAP {'k': 1} AS map, CAST(NULL AS INTEGER) AS none`;
      await values.append(table);
      await values.append(table);
      const kept = await values.read(run.session);
      assert.deepEqual(kept.columns, table.columns);
      const [row] = await table.rows();
      assert.deepEqual(await kept.rows(), [row, row]);
    });
  });

  it("says which catalog is damaged, and lists the others", async () => {
    await using run = new RunParts(base, "a");
    for (const name of ["good", "bad"])
      await run.task("Write-0", async () => dataset(name).append(await run.table([{ id: 1 }])));
    const catalog = join(base, "millrace-datasets", "bad", "catalog.sqlite");
    writeFileSync(catalog, "no catalog ".repeat(100));
    const message = `The dataset bad: its catalog, ${catalog}, is damaged: file is not a database. Put back a copy of ${dirname(catalog)}, or move it away and write the dataset anew.`;
    await using next = new RunParts(base, "b");
    await assert.rejects(
      next.task("Read-0", () => dataset("bad").read(next.session)),
      { message },
    );
    await assert.rejects(
      next.task("Write-0", async () => dataset("bad").append(await next.table([{ id: 1 }]))),
      { message },
    );
    const listed = await listDatasets(base);
    assert.deepEqual(
      listed.map(({ name, versions, problem }) => [name, versions.length, problem]),
      [
        ["bad", 0, message],
        ["good", 1, undefined],
      ],
    );
  });

  const wrong: { readonly [what: string]: [(run: RunParts) => Promise<unknown>, RegExp] } = {
    "a name that is none": [async () => dataset("Dim/Customer"), /"Dim\/Customer" is no name of a dataset/],
    "reading what was never written": [
      (run) => dataset("none").read(run.session),
      /^The dataset none: nothing was written to it before this run/,
    ],
    "a merge without a key": [
      async (run) => dataset("accounts").merge(await run.table([{ id: 1 }])),
      /merge goes by a key\. Say it/,
    ],
    "a key that is no column": [
      async (run) => accounts.merge(await run.table([{ ID: 1 }])),
      /the key's "id" is no column of the rows\. They have: ID/,
    ],
    "a key that two rows have": [
      async (run) => accounts.merge(await run.table([{ id: 1 }, { id: 1 }])),
      /2 rows have one key, id = \(1\)|2 rows have one key, id = 1/,
    ],
    "a row without a key": [
      async (run) => accounts.merge(await run.table([{ id: 1 }, { id: null }])),
      /a row has no key: id is null/,
    ],
    "columns that don't fit": [
      async (run) => {
        await accounts.append(await run.table([{ id: 1, sum: 1 }]));
        await accounts.append(await run.table([{ id: "x", more: 1 }]));
      },
      /it has no column "more"; its column "id" is long, and not string; its column "sum" is missing/,
    ],
    "a session of Spark": [
      () =>
        dataset("accounts").read(
          openSpark({
            url: parseSessionUrl("sc://127.0.0.1:1") as SparkUrl, // it is one
            folder: base,
            workFolder: base,
          }),
        ),
      /^The dataset accounts: datasets are kept by DuckDB so far\. On Spark they need tables of a catalog/,
    ],
    "a time without an offset": [
      async (run) => accounts.scd2(await run.table([{ id: 1 }]), { at: "2026-01-01T00:00" }),
      /at is "2026-01-01T00:00"/,
    ],
  };
  for (const [what, [body, message]] of Object.entries(wrong))
    it(`says what is wrong: ${what}`, async () => {
      await using run = new RunParts(base, "wrong");
      await assert.rejects(
        run.task("Wrong-0", () => body(run)),
        (error: Error) => {
          assert.match(error.message, message);
          assert.equal(error.name, "TableError");
          return true;
        },
      );
    });
});
