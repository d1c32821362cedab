import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cli, makeRoom, removeRoom, whenRunning } from "./cli.ts";

/** Its parameters have the names of the command line's own options. */
const ledger = `import { flow, task } from "millrace";
import { z } from "zod";
const wait = task("Wait", () => new Promise((done) => setTimeout(done, 60_000)));
export default flow(
  {
    name: "Ledger",
    runName: "ledger {from} {key}",
    tags: ["books"],
    parameters: z.object({
      from: z.string().default("today"),
      name: z.string().default("none"),
      log: z.string().default("none"),
      dir: z.string().default("none"),
      threads: z.string().default("none"),
      json: z.boolean().default(false),
      all: z.boolean().default(false),
      key: z.string().default("k").meta({ secret: true }),
    }),
  },
  (given) => (process.env.WAIT ? wait() : given),
);
`;

describe("runs with names", () => {
  let room: string;
  before(() => {
    room = makeRoom({ "ledger.flow.ts": ledger });
  });
  after(() => removeRoom(room));

  async function ran(...args: string[]) {
    const { code, stdout, stderr } = await cli(["run", ...args], { cwd: room });
    assert.equal(code, 0, stderr);
    return { stderr, ...(JSON.parse(stdout) as { id: string; result: { value: Record<string, unknown> } }) };
  }

  it("have that of the flow's template or the one given, and its tags and those given", async () => {
    const byTemplate = await ran("--quiet", "--json", "ledger", "--from", "2026-01-01", "--key", "hush");
    assert.match(byTemplate.id, /^\d{8}-\d{9}-ledger-2026-01-01$/);
    const given = await ran(
      "--name",
      "Märch, late",
      "--tag",
      "late",
      "--tag",
      "done",
      "--quiet",
      "--json",
      "ledger",
    );
    assert.match(given.id, /-March-late$/);
    const { stdout } = await cli(["runs", "--tag", "late", "--json"], { cwd: room });
    const runs = JSON.parse(stdout) as { name: string; tags: string[] }[];
    assert.deepEqual(
      runs.map(({ name, tags }) => [name, ...tags]),
      [["March-late", "books", "late", "done"]],
    );
    assert.equal((await cli(["show", "March-late"], { cwd: room })).code, 0);
    const wrong = await cli(["run", "--name", "...", "ledger"], { cwd: room });
    assert.deepEqual(wrong, {
      code: 2,
      stdout: "",
      stderr: "error: A run can't be named '...': give a name with letters or digits.\n",
    });
  });

  it("leave a flow's own parameters their names after the flow, and say so", async () => {
    const own = ["--name", "n", "--log", "l", "--dir", "d", "--threads", "many", "--json", "--all"];
    const other = join(room, "other");
    const run = await ran("--dir", other, "--threads", "1", "--quiet", "--json", "ledger", ...own);
    assert.deepEqual(run.result.value, {
      from: "today",
      name: "n",
      log: "l",
      dir: "d",
      threads: "many",
      json: true,
      all: true,
      key: "k",
    });
    assert.ok(existsSync(join(other, ".millrace", "runs", run.id)));
    assert.deepEqual(
      run.stderr
        .trim()
        .split("\n")
        .map((line) => line.split(" is a parameter of the flow.")[0]),
      ["--dir", "--threads", "--name", "--log", "--all", "--json"],
    );
    const alone = await cli(["run", "ledger", "--dir", "d", "--threads", "many"], { cwd: room });
    assert.equal(alone.code, 0, alone.stderr);
    assert.ok(!existsSync(join(room, "d")));
  });

  it("don't start where one is going on, if that is asked for", async () => {
    let skipped = { code: null as number | null, stdout: "", stderr: "" };
    await cli(["run", "--json", "--name", "first", "ledger"], {
      cwd: room,
      env: { WAIT: "1" },
      async during(child) {
        await whenRunning(child);
        skipped = await cli(["run", "--skip-if-running", "--json", "ledger"], { cwd: room });
        await cli(["cancel"], { cwd: room });
      },
    });
    assert.equal(skipped.code, 0);
    assert.match(skipped.stdout, /^\{"skipped":true,"running":"\d{8}-\d{9}-first"\}\n$/);
    assert.match(skipped.stderr, /^Nothing is started: the flow 'Ledger' is running as '.*-first'\.\n$/);
    assert.equal((await cli(["run", "--skip-if-running", "--quiet", "ledger"], { cwd: room })).code, 0);
  });
});
