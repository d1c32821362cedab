import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { openDuckDb } from "../../../runtime/tables/duckdb/open-duckdb.ts";
import { type CliResult, cli, makeRoom, removeRoom } from "../../cli/cli.ts";
import { shown } from "../../tables/session-contract.ts";
import { Cluster } from "./cluster.ts";

/** A flow whose middle task takes some time, of which each part is a task of Spark's. */
const sums = `
import { flow, log, openSession, type Session, type Table, task } from "millrace";
import { z } from "zod";

const squares = task("Squares", (session: Session) =>
  session.sql\`SELECT id, id * id AS square FROM range(1000) AS r(id) ORDER BY id\`);
const sums = task("Sums", async (session: Session, squares: Table, rows: number) => {
  log.info("summing");
  return session.sql\`
    SELECT r.id % 97 AS k, count(*) AS n, sum(r.id * r.id % 1009) AS s, max(q.square) AS q
    FROM range(\${rows}) AS r(id) JOIN \${squares} q ON q.id = r.id % 1000 GROUP BY r.id % 97 ORDER BY k\`;
});
const save = task("Save", async (table: Table) => table.writeParquet("out"));

export default flow({ name: "Sums", parameters: z.object({ rows: z.number() }) }, async ({ rows }) => {
  await using session = await openSession();
  await save(sums(session, squares(session), rows));
});
`;

const rows = Number(process.env.MILLRACE_CLUSTER_ROWS || 100_000_000);

let cluster: Cluster;

// Of all suites of this process: those of both engines run on it, too.
before(async function () {
  this.timeout(900_000);
  cluster = await Cluster.start();
  process.env.MILLRACE_TEST_SPARK = cluster.url;
});

after(() => cluster?.stop());

describe("On a cluster of two workers that share no folder, with tables in S3", function () {
  this.timeout(900_000);
  let room: string;

  beforeEach(() => {
    room = makeRoom({ "sums.flow.ts": sums });
  });

  afterEach(() => removeRoom(room));

  const run = (session: string, during?: () => Promise<void> | void): Promise<CliResult> =>
    cli(["run", "sums", "--rows", String(rows), "--session", session], {
      cwd: room,
      ...(during && {
        during: async (child) => {
          let said = "";
          child.stdout?.on("data", (chunk: Buffer) => {
            said += chunk.toString();
          });
          while (!said.includes("summing")) await delay(100);
          await delay(4_000);
          assert.doesNotMatch(said, /'Sums-0' - Finished/, "It was over before anything could be killed.");
          await during();
        },
      }),
    });

  async function saved(folder = "out"): Promise<string> {
    await using session = openDuckDb({ folder: room });
    return await shown(await session.sql`SELECT * FROM ${await session.readParquet(folder)} ORDER BY ALL`);
  }

  async function expected(): Promise<string> {
    const { code, stdout, stderr } = await run("duckdb");
    assert.equal(code, 0, stdout + stderr);
    const text = await saved();
    await rm(`${room}/out`, { recursive: true });
    return text;
  }

  it("gives the movie flow's rows, to the last bit, and prunes its tables with the run", async () => {
    const outcome = async (session: string) => {
      const { code, stdout, stderr } = await cli(
        ["run", "movie-ratings", "-t", "0.5", "--session", session],
        {
          cwd: room,
        },
      );
      assert.equal(code, 0, stdout + stderr);
      return saved("output_data/final_result");
    };
    assert.equal(await outcome(cluster.url), await outcome("duckdb"));
    assert.ok(
      (await cluster.store.keys()).some((key) => /^millrace\/[^/]+\/\d+-0\.parquet\/part-/.test(key)),
    );
    const pruned = await cli(["prune", "--keep", "0"], { cwd: room });
    assert.equal(pruned.code, 0, pruned.stdout + pruned.stderr);
    assert.deepEqual(await cluster.store.keys(), []);
  });

  it("gives the same rows when a worker and its executor are killed in the middle", async () => {
    const wanted = await expected();
    const { code, stdout, stderr } = await run(cluster.url, () => cluster.killWorker());
    await cluster.addWorker();
    assert.equal(code, 0, stdout + stderr);
    assert.equal(await saved(), wanted);
  });

  it("says that the server was killed in the middle, and gives the same rows when resumed on the next", async () => {
    const wanted = await expected();
    let back: Promise<void> | undefined;
    const failed = await run(cluster.url, () => {
      cluster.killServer();
      back = cluster.startServer();
    });
    assert.equal(failed.code, 1, failed.stdout + failed.stderr);
    assert.match(
      failed.stdout,
      /Task run 'Sums-0' - .*(the connection to Spark at .* was lost and didn't come back within 20 s .*When the server is back, resume the run|the Spark server at .* has been restarted .*Resume the run)\./,
    );
    await back;
    const resumed = await cli(["resume", "latest"], { cwd: room });
    assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
    assert.doesNotMatch(resumed.stdout, /'Squares-0' - Finished in state Completed/);
    assert.equal(await saved(), wanted);
  });

  it("keeps a run whose tables can't be removed, and says why", async () => {
    const before = await cluster.store.keys(); // of runs of other folders
    await writeFile(`${room}/few.flow.ts`, sums.replace('"Sums", parameters', '"Few", parameters'));
    const few = await cli(["run", "few", "--rows", "10", "--session", cluster.url], { cwd: room });
    assert.equal(few.code, 0, few.stdout + few.stderr);
    cluster.killServer();
    const pruned = await cli(["prune", "--keep", "0"], { cwd: room });
    assert.equal(pruned.code, 1, pruned.stdout + pruned.stderr);
    assert.match(
      pruned.stderr,
      /The run '.*' stays, since its tables do: Opening the session: no Spark Connect server/,
    );
    await cluster.startServer();
    const again = await cli(["prune", "--keep", "0"], { cwd: room });
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.deepEqual(await cluster.store.keys(), before);
  });
});
