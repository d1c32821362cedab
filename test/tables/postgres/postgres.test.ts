import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FlowFolder } from "../../runner/flow-fixture.ts";
import { type PostgresServer, password, usePostgres } from "./server.ts";

const header = `
import { flow, openSession, postgres, task } from "millrace";
import { z } from "zod";
`;

/** A flow that writes the rows of a query, as the table \`written\`. */
function writing(select: string, options = ""): string {
  return `${header}
const read = task("Read", (session) => session.sql\`${select}\`);
const write = task("Write", (session, rows, database) => database.writeTable("written", rows${options}));
export default flow(
  { name: "Writing", parameters: z.object({ database: z.string().meta({ secret: true }) }) },
  async ({ database: url }) => {
    await using session = await openSession();
    await using database = await postgres(url);
    await write(session, read(session), database);
  },
);
`;
}

describe("A table in PostgreSQL", function () {
  this.timeout(60_000);
  const server = usePostgres();

  afterEach(() => {
    server().query("DROP TABLE IF EXISTS written");
  });

  const write = (select: string, options?: string) =>
    new FlowFolder({ "test.flow.ts": writing(select, options) }).run(["--database", server().url]);

  it("has the rows in their order, and columns of PostgreSQL's types", async () => {
    const { states } = await write(`
      SELECT 1::TINYINT AS byte, 2::SMALLINT AS short, 3 AS integer, 9007199254740993 AS long, 0.1::FLOAT AS float,
        0.1::DOUBLE AS double, 'Ünïcode 𝄞' AS string, true AS boolean, DATE '2026-11-25' AS date,
        TIMESTAMP '2026-11-25 02:03:04.567' AS timestamp, 1.50::DECIMAL(10,2) AS decimal, '\\\\x00\\\\xFF'::BLOB AS binary,
        ['a"b', NULL, 'c,d'] AS words, [[1, 2], [3, 4]] AS matrix, {'id': 7, 'name': 'x'} AS struct, MAP {'k': 1.5::DOUBLE} AS map
      UNION ALL
      SELECT NULL, NULL, NULL, NULL, NULL, 'NaN'::DOUBLE, '', false, DATE '0044-03-15 (BC)', TIMESTAMP '0044-03-15 (BC) 01:02:03', NULL, NULL, [], NULL, NULL, NULL`);
    assert.equal(states, ". Completed('All states completed.')\nRead-0 Completed()\nWrite-0 Completed()");
    const types = server().query(
      "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'written'::regclass AND attnum > 0 ORDER BY attnum",
    );
    assert.equal(
      types,
      `byte smallint
short smallint
integer integer
long bigint
float real
double double precision
string text
boolean boolean
date date
timestamp timestamp with time zone
decimal numeric(10,2)
binary bytea
words text[]
matrix integer[]
struct jsonb
map jsonb`,
    );
    const rows = server().query("SET TIME ZONE 'UTC'; SELECT * FROM written");
    assert.equal(
      rows,
      `SET
1|2|3|9007199254740993|0.1|0.1|Ünïcode 𝄞|t|2026-11-25|2026-11-25 02:03:04.567+00|1.50|\\x00ff|{"a\\"b",NULL,"c,d"}|{{1,2},{3,4}}|{"id": 7, "name": "x"}|{"k": 1.5}
|||||NaN||f|0044-03-15 BC|0044-03-15 01:02:03+00 BC|||{}|||`,
    );
  });

  it("keeps quotes, backslashes, tabs and line breaks as they are", async () => {
    const text = `a'b"c\\d\\N\\.\te\r\nf`;
    const characters = [...text].map((character) => `chr(${character.codePointAt(0)})`);
    await write(`SELECT ${characters.join(" || ")} AS title`);
    assert.equal(
      server().query("SELECT encode(convert_to(title, 'UTF8'), 'hex') FROM written"),
      Buffer.from(text).toString("hex"),
    );
  });

  it("is not written at all where a text has a NUL, which is told with its row and column", async () => {
    server().query("CREATE TABLE written (old text); INSERT INTO written VALUES ('kept')");
    const { states } = await write(`
      SELECT i AS id, CASE WHEN i = 4242 THEN 'Alien' || chr(0) ELSE 'Aliens' END AS title FROM range(1, 5001) t(i) ORDER BY i`);
    assert.match(
      states,
      /Write-0 Failed\("Writing written: column 'title' of row 4242 \(id 4242\) has the character NUL \(U\+0000\), which PostgreSQL can't hold. Take it out of the value before writing. Nothing was written."\)/,
    );
    assert.equal(server().query("SELECT * FROM written"), "kept");
  });

  it("takes the place of the one before, or adds to it", async () => {
    await write("SELECT 1 AS a");
    await write("SELECT 2 AS a, 'x' AS b");
    assert.equal(server().query("SELECT * FROM written"), "2|x");
    await write("SELECT 3 AS a, 'y' AS b", `, { mode: "append" }`);
    assert.equal(server().query("SELECT * FROM written"), "2|x\n3|y");
    assert.equal(server().query("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'millrace%'"), "0");
  });

  it("takes a million rows through little memory", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `${header}
import { createReadStream } from "node:fs";
const read = task("Read", (session) => session.sql\`SELECT i AS id, 'Title ' || i AS title, i / 7.0 AS rating FROM range(1000000) t(i)\`);
const write = task("Write", async (session, rows, database) => {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 5);
  const count = await database.writeTable("written", rows);
  clearInterval(timer);
  return { count, megabytes: Math.round((peak - before) / 2 ** 20) };
});
export default flow({ name: "Million", parameters: z.object({ database: z.string().meta({ secret: true }) }) }, async ({ database: url }) => {
  await using session = await openSession();
  await using database = await postgres(url);
  const { count, megabytes } = await write(session, read(session), database);
  console.log(count + " rows, " + (megabytes < 200 ? "less than 200 MB" : megabytes + " MB"));
});
`,
    });
    const { log } = await folder.run(["--database", server().url]);
    assert.match(log, /1000000 rows, less than 200 MB/);
    assert.equal(
      server().query("SELECT count(*), sum(id), min(title), max(rating) FROM written"),
      "1000000|499999500000|Title 0|142857",
    );
  });
});

describe("A PostgreSQL server", function () {
  this.timeout(60_000);
  const server = usePostgres();

  const small = writing("SELECT 1 AS a");

  /** All that a run says and keeps, as one text. */
  function everything(
    folder: FlowFolder,
    said: { readonly stdout: string; readonly stderr: string },
  ): string {
    const texts: string[] = [said.stdout, said.stderr];
    const add = (path: string): void => {
      if (statSync(path).isDirectory()) for (const name of readdirSync(path)) add(join(path, name));
      else texts.push(readFileSync(path, "latin1"));
    };
    add(join(folder.path, ".millrace"));
    return texts.join("\n");
  }

  it("that refuses the password is told before any task runs, and the run can be resumed with the right one", async () => {
    const folder = new FlowFolder({ "test.flow.ts": small });
    const wrong = new URL(server().url);
    wrong.password = "wrong-secret";
    const failed = await folder.run(["--database", wrong.href]);
    assert.equal(
      failed.states.replaceAll(/:\d+\//g, ":PORT/"),
      `. Failed('Flow run encountered an exception: Connecting to PostgreSQL (postgres://millrace@127.0.0.1:PORT/postgres): password authentication failed for user "millrace". Check the user and the password: it is taken from the URL, else from PGPASSWORD, else from ~/.pgpass.')`,
    );
    assert.doesNotMatch(everything(folder, failed), /wrong-secret/);
    const resumed = await folder.resume([], { env: { PGPASSWORD: password } });
    assert.equal(resumed.run.state.name, "Completed", resumed.states);
  });

  it("is given its password by the URL or the environment, and no run keeps it", async () => {
    const folder = new FlowFolder({ "test.flow.ts": small });
    const byUrl = await folder.run(["--database", server().url]);
    assert.equal(byUrl.run.state.name, "Completed");
    assert.deepEqual(byUrl.run.info.parameters, { database: server().urlWithoutPassword });
    const byEnvironment = await folder.run(["--database", server().urlWithoutPassword], {
      env: { PGPASSWORD: password },
    });
    assert.equal(byEnvironment.run.state.name, "Completed");
    const kept = everything(folder, byUrl);
    for (const secret of [password, encodeURIComponent(password)]) assert.ok(!kept.includes(secret), secret);
    server().query("DROP TABLE written");
  });

  it("that isn't there is told, with what to look at", async () => {
    const { states } = await new FlowFolder({ "test.flow.ts": small }).run([
      "--database",
      "postgres://millrace:x@127.0.0.1:9/postgres",
    ]);
    assert.match(
      states,
      /Connecting to PostgreSQL \(postgres:\/\/millrace@127.0.0.1:9\/postgres\): connect ECONNREFUSED 127.0.0.1:9. Is the server running there, and does it listen on that address\?/,
    );
  });

  it("that stops in the middle fails the task, which then can be run again", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": writing("SELECT i AS a, repeat('x', 1000) AS b FROM range(400000) t(i)"),
    });
    const started = folder.start(["run", "test.flow.ts", "--database", server().url]);
    await started.untilState("Write-0", "Running");
    await untilWriting(server());
    await server().stop();
    const failed = await started.ended;
    assert.match(
      failed.states,
      /Write-0 Failed\("Writing written to PostgreSQL \(postgres:\/\/millrace@[^)]*\): .*\. The transaction was not committed: nothing has changed there. Run it again once the server is up; 'millrace resume' repeats only what failed."\)/,
    );
    await server().start();
    assert.equal(server().query("SELECT to_regclass('written')"), "");
    const resumed = await folder.resume([], { env: { PGPASSWORD: password } });
    assert.equal(resumed.run.state.name, "Completed", resumed.states);
    assert.equal(server().query("SELECT count(*) FROM written"), "400000");
    server().query("DROP TABLE written");
  });

  it("keeps nothing of what a cancelled run was writing", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": writing("SELECT i AS a, repeat('x', 1000) AS b FROM range(2000000) t(i)"),
    });
    const started = folder.start(["run", "test.flow.ts", "--database", server().url]);
    await started.untilState("Write-0", "Running");
    await untilWriting(server());
    started.kill("SIGINT");
    const { states } = await started.ended;
    assert.match(states, /Write-0 Cancelled/);
    assert.equal(server().query("SELECT to_regclass('written')"), "");
  });
});

/** Waits until COPY is under way. */
async function untilWriting(server: PostgresServer): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (server.query("SELECT count(*) FROM pg_stat_progress_copy WHERE bytes_processed > 1000000") !== "0")
      return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error("Nothing is being copied.");
}
