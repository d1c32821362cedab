import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { type CliResult, cli, makeRoom, removeRoom } from "../cli/cli.ts";
import { shown } from "../tables/session-contract.ts";
import { makeCertificate } from "./certificate.ts";
import { freePort, tokenProxy } from "./proxies.ts";
import { type SharedSpark, type SparkServer, sharedSpark, startSpark } from "./server.ts";
import { setUpSpark } from "./set-up.ts";

const run = promisify(execFile);
const sample = fileURLToPath(new URL("../../runtime/flows/sample", import.meta.url));

/** A flow with SQL, tables and parameters of its own. */
const cities = `
import { existsSync } from "node:fs";
import { artifact, check, flow, log, openSession, sql, type Session, type Table, task } from "millrace";
import { z } from "zod";

const load = task("Load", (session: Session, file: string) =>
  session.readCsv(file, { columns: { city: "string", celsius: "double", day: "date" }, onBadRow: "reject" }),
);
const countries = task("Countries", (session: Session) =>
  session.fromRows(
    [{ name: "city", type: "string" }, { name: "country", type: "string" }],
    [{ city: "Rome", country: "Italy" }, { city: "Oslo", country: "Norway" }, { city: "Lima", country: "Peru" }],
  ),
);
const warmest = task("Warmest", async (session: Session, days: Table, countries: Table, above: number, since: string) => {
  const bad = await session.rejects(days);
  log.info("left out: %s", bad.map(({ line, reason }) => \`\${line}: \${reason}\`).join("; "));
  const means = await session.sql\`
    SELECT city, count(*) AS days, avg(celsius) AS "the mean", max(day) AS latest
    FROM \${days} WHERE day >= CAST(\${since} AS DATE) GROUP BY city\`;
  const result = await session.sql\`
    WITH known AS (SELECT m.*, c.country FROM \${means} m LEFT JOIN \${countries} c ON c.city = m.city)
    SELECT city, coalesce(country, \${"nowhere"}) AS country, days, "the mean", latest
    FROM known WHERE "the mean" > \${above} ORDER BY city\`;
  await artifact.table("warmest", result, { title: "The warmest" });
  return result;
});
const mild = check({ name: "Mild", severity: "warn" }, (warm: Table, most: number) =>
  sql\`SELECT * FROM \${warm} WHERE "the mean" > \${most} ORDER BY city\`);
const save = task("Save", async (_session: Session, table: Table) => {
  await table.writeParquet("out/warmest");
  return table.count();
});

export default flow(
  {
    name: "Cities",
    parameters: z.object({ file: z.string(), above: z.number().default(15), since: z.string().default("2000-01-01") }),
  },
  async ({ file, above, since }) => {
    await using session = await openSession();
    const result = warmest(session, load(session, file), countries(session), above, since);
    await save(session, mild(result, 17));
  },
);
`;
const days = `city,celsius,day
Rome,16.5,2026-01-01
Rome,18,2026-01-02
Oslo,6,2026-01-01
Oslo,cold,2026-01-02
Lima,19,1999-12-31
Lima,21,2026-01-03
"Quito, high",15.5,2026-01-04
Rome,19,2026-01-05,too many
`;

describe("A flow on Spark", function () {
  this.timeout(120_000);
  let server: SharedSpark;
  let room: string;

  before(async function () {
    server = await sharedSpark(this);
  });

  beforeEach(() => {
    room = makeRoom({ "cities.flow.ts": cities, "days.csv": days });
  });

  afterEach(() => removeRoom(room));

  /** Runs a flow on an engine; gives all that it made that isn't bound to its time and place. */
  async function outcome(session: string, args: readonly string[], output: string): Promise<string> {
    const result = await cli(["run", ...args, "--session", session], { cwd: room });
    assert.equal(result.code, 0, result.stdout + result.stderr);
    const { stdout } = await cli(["show", "latest", "--json"], { cwd: room });
    const { path, artifacts } = JSON.parse(stdout) as {
      path: string;
      artifacts: { key: string; file: string }[];
    };
    const contents = await Promise.all(
      artifacts.map(async ({ key, file }) => `${key}: ${await readFile(join(path, file), "utf8")}`),
    );
    return [rowsLogged(result), ...contents.sort(), await parquet(output)].join("\n");
  }

  const rowsLogged = ({ stdout }: CliResult) =>
    stdout.match(/left out: .*|Saved \d+ rows/g)?.join("\n") ?? "";

  async function parquet(folder: string): Promise<string> {
    await using session = openDuckDb({ folder: room });
    return await shown(await session.sql`SELECT * FROM ${await session.readParquet(folder)} ORDER BY ALL`);
  }

  describe("gives what it gives on DuckDB, to the last bit:", () => {
    for (const args of [
      [],
      ["-t", "0.3"],
      ["--threshold", "0"],
      ["--method", "minhash"],
      ["--method", "minhash", "--seed", "-777", "-t", "0.5"],
    ]) {
      it(`movie-ratings ${args.join(" ")}`, async () => {
        const of = (session: string) =>
          outcome(session, ["movie-ratings", ...args], "output_data/final_result");
        assert.equal(await of(server.url), await of("duckdb"));
      });
    }

    for (const args of [[], ["--above", "16"], ["--since", "2026-01-02"]]) {
      it(`a flow with SQL, tables and parameters of its own ${args.join(" ")}`, async () => {
        const of = (session: string) =>
          outcome(session, ["cities", "--file", "days.csv", ...args], "out/warmest");
        const expected = await of("duckdb");
        assert.match(expected, /left out: 5: "celsius" should be a number/);
        assert.match(expected, /check Mild-0: {.*"passed":false,"violations":2,"checked":\d/);
        assert.equal(await of(server.url), expected);
      });
    }
  });

  it("matches by minhash as PySpark does with the same seeds", async () => {
    const { python } = await setUpSpark();
    const script = fileURLToPath(new URL("movie-flow.py", import.meta.url));
    const seeds = ["12345", "777"];
    const pyspark = await run(python, [script, server.url, sample, room, ...seeds], { maxBuffer: 1 << 26 });
    for (const line of pyspark.stdout.trim().split("\n")) {
      const { seed, rows } = JSON.parse(line) as { seed: number; rows: unknown[][] };
      const args = ["movie-ratings", "--method", "minhash", "--seed", String(seed), "--session", server.url];
      const { code, stdout } = await cli(["run", ...args], { cwd: room });
      assert.equal(code, 0, stdout);
      await using session = openDuckDb({ folder: room });
      const ours = await session.sql`
        SELECT IMDB_Id, IMDB_Title, Lens_Id, Lens_Title, IMDB_Rating, Lens_Rating, jaccardDist
        FROM ${await session.readParquet("output_data/final_result")} ORDER BY IMDB_Id, Lens_Id`;
      const text = (all: readonly unknown[][]) => all.map((row) => row.map(String).join(" | ")).join("\n");
      assert.equal(text((await ours.rows()).map((row) => Object.values(row))), text(rows));
    }
  });

  it("shows a task's table, resumes from it and caches by its content", async () => {
    const { code, stdout } = await cli(["run", "cities", "--file", "days.csv"], {
      cwd: room,
      env: { MILLRACE_SESSION: server.url },
    });
    assert.equal(code, 0, stdout);
    const shownTask = await cli(["show", "latest", "--task", "Warmest-0", "--json"], { cwd: room });
    const { tables } = JSON.parse(shownTask.stdout) as { tables: { rows: unknown[][]; total: number }[] };
    assert.deepEqual(
      tables.map(({ rows, total }) => ({ rows: rows.map(([city]) => city), total })),
      [{ rows: ["Lima", "Quito, high", "Rome"], total: 3 }],
    );
    const again = await cli(["resume", "latest", "--from", "Save-0"], { cwd: room });
    assert.equal(again.code, 0, again.stdout + again.stderr);
    assert.doesNotMatch(again.stdout, /'Warmest-0' - Finished in state Completed/);
  });

  it("names the bad line of a file, and the task", async () => {
    const strict = cities
      .replace(', onBadRow: "reject"', "")
      .replace(/ {2}const bad = .*\n.*log\.info.*\n/, "");
    removeRoom(room);
    room = makeRoom({ "cities.flow.ts": strict, "days.csv": days });
    const { code, stdout } = await cli(["run", "cities", "--file", "days.csv", "--session", server.url], {
      cwd: room,
    });
    assert.equal(code, 1, stdout);
    assert.match(
      stdout,
      /Task run 'Warmest-0' - .*days\.csv:5: "celsius" should be a number \(double\) but is "cold"/,
    );
  });

  it("goes by TLS with a token, which shows nowhere", async function () {
    const folder = await mkdtemp(join(tmpdir(), "millrace-tls-"));
    let certificate: Awaited<ReturnType<typeof makeCertificate>>;
    try {
      certificate = await makeCertificate(folder);
    } catch {
      console.log("      skipped: there is no openssl to make a certificate with");
      return this.skip();
    }
    const proxy = await tokenProxy(server.port, "s3cret", certificate);
    try {
      const url = (token: string) => `sc://localhost:${proxy.port}/;use_ssl=true;token=${token}`;
      const env = { NODE_EXTRA_CA_CERTS: certificate.file };
      const args = ["run", "cities", "--file", "days.csv"];
      const right = await cli(args, { cwd: room, env: { ...env, MILLRACE_SESSION: url("s3cret") } });
      assert.equal(right.code, 0, right.stdout + right.stderr);
      const wrong = await cli([...args, "--session", url("wr0ng")], { cwd: room, env });
      assert.equal(wrong.code, 1);
      assert.match(
        wrong.stdout,
        /the Spark server at localhost:\d+ refused the call \(wrong token\)\. Check the token/,
      );
      assert.ok(proxy.refused() > 0);
      const unsigned = await cli([...args, "--session", url("s3cret")], { cwd: room });
      assert.equal(unsigned.code, 1);
      assert.match(unsigned.stdout, /self-signed certificate/);
      const resumed = await cli(["resume", "latest"], { cwd: room, env });
      assert.equal(resumed.code, 2);
      assert.match(resumed.stderr, /isn't kept.*--session or MILLRACE_SESSION/);
      const all = [right, wrong, unsigned, resumed].map(({ stdout, stderr }) => stdout + stderr).join("\n");
      const shownRuns = await cli(["show", "latest", "--json"], { cwd: room });
      assert.doesNotMatch(all + shownRuns.stdout, /s3cret|wr0ng/);
      for (const file of await readdir(join(room, ".millrace"), { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue;
        const bytes = await readFile(join(file.parentPath, file.name));
        assert.ok(!bytes.includes("s3cret") && !bytes.includes("wr0ng"), `${file.name} has the token in it`);
      }
    } finally {
      proxy.close();
      await rm(folder, { recursive: true });
    }
  });

  it("fails when its server is killed in the middle of a query, and is resumed when that is back", async () => {
    const slow = cities.replace(
      "  const means = await",
      `  const turns = Number(existsSync("quick") ? 1 : 1e12);
  const slow = await session.sql\`SELECT count(*) AS n FROM range(0, \${turns}, 1, 2) WHERE hash(id) = 7\`;
  log.info("counting");
  await slow.rows();
  const means = await`,
    );
    removeRoom(room);
    room = makeRoom({ "cities.flow.ts": slow, "days.csv": days });
    const port = await freePort();
    const own = await startSpark({ port });
    let back: Promise<SparkServer> | undefined;
    const failed = await cli(["run", "cities", "--file", "days.csv", "--session", own.url], {
      cwd: room,
      during: async (child) => {
        let said = "";
        child.stdout?.on("data", (chunk: Buffer) => {
          said += chunk.toString();
        });
        while (!said.includes("counting")) await delay(100);
        await delay(1_500);
        await own.kill();
        back = startSpark({ port });
      },
    });
    assert.equal(failed.code, 1, failed.stdout + failed.stderr);
    assert.match(
      failed.stdout,
      // By when it is back; either way the query has gone.
      /Task run 'Warmest-0' - .*(the connection to Spark at 127\.0\.0\.1:\d+ was lost and didn't come back within 20 s .*When the server is back, resume the run|the Spark server at 127\.0\.0\.1:\d+ has been restarted .*Resume the run)\./,
    );
    await writeFile(join(room, "quick"), "");
    try {
      await back;
      const resumed = await cli(["resume", "latest"], { cwd: room });
      assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
      assert.match(await parquet("out/warmest"), /Lima/);
      assert.doesNotMatch(resumed.stdout, /Task run 'Countries-0' - Finished in state Completed/);
    } finally {
      await (await back)?.kill();
    }
  });
});
