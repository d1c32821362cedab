import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { parseSessionUrl, type SparkUrl } from "../../runtime/tables/session-url.ts";
import { openSpark } from "../../runtime/tables/spark/open-spark.ts";
import { SparkClient } from "../../runtime/tables/spark/spark-client.ts";
import { type CliResult, cli, makeRoom, removeRoom } from "../cli/cli.ts";
import { rejectsWith, shown } from "../tables/session-contract.ts";
import { type SharedSpark, sharedSpark } from "./server.ts";

const execute = promisify(execFile);

/** Three tasks, of which two hand on plans. */
const chain = `
import { existsSync } from "node:fs";
import { flow, log, openSession, type Session, type Table, task } from "millrace";
import { z } from "zod";

const numbers = task({ name: "Numbers", result: "plan" }, (session: Session, rows: number) =>
  session.sql\`WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < \${rows}) SELECT id, id % 7 AS k FROM n\`);
const sevens = task({ name: "Sevens", result: "plan" }, async (session: Session, table: Table) =>
  session.sql\`SELECT k, id * 2 AS twice FROM \${table} WHERE k <> 3\`);
const sums = task("Sums", async (session: Session, table: Table, other: Table) => {
  const result = await session.sql\`SELECT a.k, sum(a.twice) AS total, count(*) AS n FROM \${table} a JOIN \${other} b ON a.k = b.k AND a.twice = b.twice GROUP BY a.k ORDER BY a.k\`;
  return result;
});
const check = task("Check", async (table: Table) => {
  if (existsSync("not-yet")) throw new Error("not yet");
  for (const row of await table.rows()) log.info("row %s", Object.values(row).join(" "));
});

export default flow(
  { name: "Chain", parameters: z.object({ rows: z.number().default(50) }) },
  async ({ rows }) => {
    await using session = await openSession();
    const plan = sevens(session, numbers(session, rows));
    // Read by two at once: each has the plan under names of its own.
    await Promise.all([check(sums(session, plan, plan)), check(sums(session, plan, plan))]);
  },
);
`;

/** A task whose rows are the same each time, and one that is cached by them. */
const cached = `
import { existsSync } from "node:fs";
import { flow, log, openSession, type Session, type Table, task } from "millrace";

const load = task("Load", (session: Session) => session.sql\`SELECT k, count(*) AS n FROM (VALUES (1), (2), (2)) AS v(k) GROUP BY k\`);
const total = task({ name: "Total", cache: true }, async (session: Session, table: Table, view: Table) => {
  const [row] = await (await session.sql\`SELECT sum(n) AS n FROM (SELECT n FROM \${table} UNION ALL SELECT n FROM \${view}) AS u\`).rows();
  return Number(row?.n);
});

export default flow({ name: "Cached" }, async () => {
  await using session = await openSession();
  const table = existsSync("awaited") ? await load(session) : load(session);
  log.info("total %s", await total(session, table, await session.readParquet("view")));
});
`;

/** A task whose table has a secret in one of its last rows, and one whose hasn't. */
const told = `
import { flow, openSession, secret, type Session, task } from "millrace";

const many = task("Many", (session: Session, key: string) =>
  session.sql\`SELECT id, CASE WHEN id = 4990 THEN \${key} END AS note FROM range(5000) AS r(id)\`);
const none = task("None", (session: Session) => session.sql\`SELECT id, CAST(id AS VARCHAR(9)) AS note FROM range(5000) AS r(id)\`);

export default flow("Told", async () => {
  await using session = await openSession();
  await many(session, \`key \${secret("TOLD")}\`);
  await none(session);
});
`;

/** A cached task whose table lies where its session keeps such. */
const stored = `
import { flow, log, openSession, type Session, type Table, task } from "millrace";

const kept = task({ name: "Kept", cache: true }, (session: Session) => session.sql\`SELECT k + 1 AS k FROM (VALUES (1), (2)) AS v(k)\`);
const count = task("Count", async (table: Table) => {
  log.info("%d rows", (await table.rows()).length);
});

export default flow({ name: "Stored" }, async () => {
  await using session = await openSession();
  await count(kept(session));
});
`;

describe("At scale", function () {
  this.timeout(120_000);
  let server: SharedSpark;
  let url: SparkUrl;
  let room: string;

  before(async function () {
    server = await sharedSpark(this);
    url = parseSessionUrl(server.url) as SparkUrl; // sc://
  });

  beforeEach(() => {
    room = makeRoom({ "chain.flow.ts": chain, "cached.flow.ts": cached });
  });

  afterEach(() => removeRoom(room));

  const rowsOf = ({ stdout }: CliResult) => stdout.match(/row .*/g)?.slice(0, 6) ?? [];

  /** The tables that a run's folder has, by the task's number. */
  async function tablesWritten(): Promise<string[]> {
    const runs = join(room, ".millrace", "runs");
    const [run = ""] = (await readdir(runs))
      .filter((name) => !name.startsWith("."))
      .sort()
      .reverse();
    const names = await readdir(join(runs, run, "results"));
    return names.filter((name) => name.endsWith(".parquet")).sort();
  }

  it("hands a task's plan on unwritten, and gives the rows that DuckDB gives, which writes them", async () => {
    const on = (session: string) => cli(["run", "chain", "--session", session], { cwd: room });
    const spark = await on(server.url);
    assert.equal(spark.code, 0, spark.stdout + spark.stderr);
    assert.deepEqual(await tablesWritten(), ["3-0.parquet", "5-0.parquet"]);
    const content = await cli(["show", "latest", "--task", "Sevens-0"], { cwd: room });
    assert.match(content.stdout, /Table\(k: .*, twice: .*\)/);
    const duckdb = await on("duckdb");
    assert.equal(duckdb.code, 0, duckdb.stdout + duckdb.stderr);
    assert.deepEqual(await tablesWritten(), ["1-0.parquet", "2-0.parquet", "3-0.parquet", "5-0.parquet"]);
    assert.deepEqual(rowsOf(spark), rowsOf(duckdb));
    assert.equal(rowsOf(spark).length, 6);
  });

  it("runs a task that hands its plan on again when a run is resumed", async () => {
    const args = ["--session", server.url];
    await writeFile(join(room, "not-yet"), "");
    const failed = await cli(["run", "chain", ...args], { cwd: room });
    assert.equal(failed.code, 1, failed.stdout + failed.stderr);
    await rm(join(room, "not-yet"));
    const resumed = await cli(["resume", "latest", ...args], {
      cwd: room,
    });
    assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
    const ended = resumed.stdout.match(/Task run '\w+-0' - Finished in state Completed/g) ?? [];
    assert.deepEqual([...new Set(ended)].sort(), [
      "Task run 'Check-0' - Finished in state Completed",
      "Task run 'Numbers-0' - Finished in state Completed",
      "Task run 'Sevens-0' - Finished in state Completed",
      "Task run 'Sums-0' - Finished in state Completed",
    ]);
  });

  it("reads what a cached task's tables hold once, and says so: then it knows them by what was written", async () => {
    await using session = openDuckDb({ folder: room });
    await (await session.sql`SELECT 5 AS n`).writeParquet("view");
    const run = async () => {
      const { code, stdout, stderr } = await cli(["run", "cached", "--session", server.url], { cwd: room });
      assert.equal(code, 0, stdout + stderr);
      return {
        total: /total \d+/.exec(stdout)?.[0],
        isCached: /'Total-0' - Finished in state Cached/.test(stdout),
        reads: stdout.match(/Looking for 'Total-0' in the cache: \S+ is read/g)?.length ?? 0,
      };
    };
    assert.deepEqual(await run(), { total: "total 8", isCached: false, reads: 2 });
    assert.deepEqual(await run(), { total: "total 8", isCached: true, reads: 0 });
    await writeFile(join(room, "awaited"), "");
    assert.deepEqual(await run(), { total: "total 8", isCached: false, reads: 0 });
    assert.deepEqual(await run(), { total: "total 8", isCached: true, reads: 0 });
    await rm(join(room, "awaited"));
    // As long, with another content: a footer could be the same.
    await (await session.sql`SELECT 6 AS n`).writeParquet("view");
    assert.deepEqual(await run(), { total: "total 9", isCached: false, reads: 1 });
  });

  it("prunes what a run has in the server's storage, and the cached results that lie there", async () => {
    await writeFile(join(room, "stored.flow.ts"), stored);
    const session = `${server.url}/;storage=file://${room}/store`;
    const run = async () => {
      const { code, stdout, stderr } = await cli(["run", "stored", "--session", session], { cwd: room });
      assert.equal(code, 0, stdout + stderr);
      return {
        rows: /\d+ rows/.exec(stdout)?.[0],
        isCached: /'Kept-0' - Finished in state Cached/.test(stdout),
      };
    };
    const folders = async () =>
      (await readdir(join(room, "store"))).filter((name) => !name.startsWith(".")).length;
    assert.deepEqual(await run(), { rows: "2 rows", isCached: false });
    assert.deepEqual(await run(), { rows: "2 rows", isCached: true });
    assert.equal(await folders(), 1);
    const used = await cli(["prune", "--keep", "1"], { cwd: room });
    assert.match(
      used.stderr,
      /The run '.*' stays, since its tables do: the run '.*' has results of it, which it took/,
    );
    assert.equal(used.code, 1);
    const { code, stderr } = await cli(["prune", "--keep", "0"], { cwd: room });
    assert.equal(code, 0, stderr);
    assert.equal(await folders(), 0);
    assert.deepEqual(await run(), { rows: "2 rows", isCached: false });
  });

  it("sends a file that is larger than this process's memory in parts, and leaves nothing of it in the storage", async () => {
    const rows = 150_000;
    await using duckdb = openDuckDb({ folder: room });
    const made = await duckdb.sql`
      SELECT id, repeat(md5(CAST(id AS VARCHAR)), 20) AS text FROM (SELECT unnest(range(${rows})) AS id)`;
    const csv = createWriteStream(join(room, "large.csv"));
    csv.write("id,text\n");
    for await (const batch of made.batches())
      csv.write(batch.map(({ id, text }) => `${String(id)},${String(text)}\n`).join(""));
    await finished(csv.end());
    const program = fileURLToPath(new URL("./send-file.ts", import.meta.url));
    const session = `${server.url}/;storage=file://${room}/sent`;
    const heap = ["--max-old-space-size=64", "--import", "tsx"];
    const { stdout } = await execute(process.execPath, [...heap, program, session, room, "large.csv"]);
    assert.equal(stdout, `{"n":${rows},"ids":${rows},"characters":${rows * 640}}\n`);
    assert.deepEqual(await readdir(join(room, "sent")), []);
  });

  it("warns of a secret in any row of a table that a task returns, wherever that is kept", async () => {
    await writeFile(join(room, "told.flow.ts"), told);
    for (const session of [server.url, `${server.url}/;storage=file://${room}/told`]) {
      const run = await cli(["run", "told", "--session", session], {
        cwd: room,
        env: { TOLD: "open sesame" },
      });
      assert.equal(run.code, 0, run.stdout + run.stderr);
      assert.deepEqual(
        run.stdout.match(/WARNING \| Task run '(\w+)-0' - .* holds a secret/g)?.length,
        1,
        run.stdout,
      );
      assert.match(run.stdout, /Task run 'Many-0' - The result of task 'Many' holds a secret/);
    }
  });

  it("reads a table of the server's catalogs, and hands it on without writing it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-catalog-"));
    const client = new SparkClient({ url, sessionId: randomUUID() });
    const name = `millrace_${randomUUID().replaceAll("-", "")}`;
    const run = async (query: string) => {
      const relation = { relType: { case: "sql" as const, value: { query } } };
      for await (const _ of client.arrowBatches(relation, { what: query })) void _;
    };
    try {
      await mkdir(join(folder, "data"));
      await run(
        `CREATE TABLE ${name} USING parquet LOCATION '${folder}/data' AS SELECT id, CAST(id AS STRING) AS \`a b\` FROM range(3)`,
      );
      await using session = openSpark({ url, folder });
      const table = await session.catalogTable(`spark_catalog.default.${name}`);
      assert.equal(
        await shown(await session.sql`SELECT * FROM ${table} ORDER BY id`),
        'id:long, a b:string\n0, "0"\n1, "1"\n2, "2"',
      );
      const handle = await table.handle(() => {
        throw new Error("It is written.");
      });
      assert.equal(handle.kind, "plan");
      await using other = openSpark({ url, folder });
      assert.equal(await other.table(handle).count(), 3);
      await rejectsWith(
        session.catalogTable("spark_catalog.default.no_such"),
        "catalogTable: spark_catalog.default.no_such: the server has no such table. Tables are named as catalog.schema.name; without a catalog or a schema it is the server's current one.",
      );
      await rejectsWith(
        session.catalogTable("a; DROP TABLE b"),
        'catalogTable: "a; DROP TABLE b" is no table\'s name. Write it as catalog.schema.name; a part with a dot or a space in it stands in backticks.',
      );
      await using duckdb = openDuckDb({ folder });
      await rejectsWith(
        duckdb.catalogTable("a.b.c"),
        "catalogTable: a.b.c: DuckDB runs in this process and has no catalogs. Give the run a Spark server, --session sc://host:port, or read files with readParquet.",
      );
    } finally {
      await run(`DROP TABLE IF EXISTS ${name}`).catch(() => {});
      await client.close(true);
      await rm(folder, { recursive: true });
    }
  });

  it("takes settings of both engines, each its own, and says which can't be set", async () => {
    const flowWith = (config: string) => `
import { flow, log, openSession, type Session, task } from "millrace";
const setting = task("Setting", async (session: Session) => {
  const [row] = session.engine === "spark"
    ? await (await session.sql\`SELECT count(*) AS n FROM (SELECT DISTINCT spark_partition_id() AS p FROM (SELECT /*+ REPARTITION */ id FROM range(1000)) AS r) AS d\`).rows()
    : await (await session.sql\`SELECT current_setting('pivot_limit') AS n\`).rows();
  log.info("setting %s", row?.n);
});
export default flow({ name: "Settings" }, async () => {
  await using session = await openSession({ config: ${config} });
  await setting(session);
});
`;
    const outcome = async (config: string, session: string) => {
      await writeFile(join(room, "settings.flow.ts"), flowWith(config));
      const { stdout, stderr } = await cli(["run", "settings", "--session", session], { cwd: room });
      return /setting \d+|openSession: .*/.exec(stdout)?.[0].replace(/["')]+$/, "") ?? stdout + stderr;
    };
    const both = `{ "spark.sql.shuffle.partitions": 3, "spark.sql.adaptive.enabled": false, "duckdb.pivot_limit": 77 }`;
    assert.equal(await outcome(both, server.url), "setting 3");
    assert.equal(await outcome(both, "duckdb"), "setting 77");
    assert.equal(
      await outcome(`{ "spark.sql.warehouse.dir": "/tmp/x" }`, server.url),
      "openSession: spark.sql.warehouse.dir can't be set for a session: it is the server's. Start the server with it.",
    );
    assert.equal(
      await outcome(`{ "duckdb.pivot_limit": "many" }`, "duckdb").then((text) => text?.slice(0, 40)),
      "openSession: duckdb.pivot_limit: Failed ",
    );
  });
});
