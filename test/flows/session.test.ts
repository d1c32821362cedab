import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { cli, makeRoom, removeRoom } from "../cli/cli.ts";

describe("sessions in flows", function () {
  this.timeout(60_000);

  it("run the README's example as it stands there", async () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1];
    assert.ok(example !== undefined, "the README has no example");
    const days = "city,celsius\nRome,16.5\nRome,18\nOslo,6\nLima,19\n";
    const room = makeRoom({ "cities.flow.ts": example, "days.csv": days });
    try {
      const run = await cli(["run", "cities", "--file", "days.csv", "-a", "10"], { cwd: room });
      assert.equal(run.code, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /Task run 'Warmest-0' - 2 cities/);
      const shown = await cli(["show", "latest", "--task", "Warmest-0", "--json"], { cwd: room });
      const { tables } = JSON.parse(shown.stdout) as { tables: { rows: unknown; total: number }[] };
      assert.deepEqual(tables, [
        {
          path: "",
          columns: [
            { name: "city", type: "string" },
            { name: "mean", type: "double" },
          ],
          rows: [
            ["Lima", 19],
            ["Rome", 17.25],
          ],
          total: 2,
        },
      ]);
    } finally {
      removeRoom(room);
    }
  });

  it("are refused where there can't be one, and keep their token to themselves", async () => {
    const room = makeRoom();
    try {
      const wrong = await cli(["run", "movie-ratings", "--session", "ducdb"], { cwd: room });
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /^error: There is no session "ducdb"/);
      const url = "sc://127.0.0.1:1/;use_ssl=true;token=s3cret";
      const { stdout, stderr } = await cli(["run", "movie-ratings", "--session", url], { cwd: room });
      const { stdout: shown } = await cli(["show", "latest", "--json"], { cwd: room });
      assert.match(shown, /"session": "sc:/);
      assert.doesNotMatch(stdout + stderr + shown, /s3cret/);
    } finally {
      removeRoom(room);
    }
  });

  it("end a long query when the run is cancelled", async () => {
    const room = makeRoom({
      "long.flow.ts": `
import { flow, openSession, type Session, task } from "millrace";
const count = task("Count", async (session: Session) => {
  const pairs = await session.sql\`SELECT a.range AS a FROM range(3000000) a, range(3000000) b WHERE a.range + b.range = -1\`;
  return pairs.count();
});
export default flow({ name: "Long" }, async () => {
  await using session = await openSession();
  await count(session);
});
`,
    });
    try {
      const { code, stdout } = await cli(["run", "long", "--json"], {
        cwd: room,
        during: async (child) => {
          await delay(2_500);
          child.kill("SIGINT");
        },
      });
      assert.equal(code, 130, stdout);
      assert.match(stdout, /"taskRun":"Count-0","state":\{"type":"CANCELLED"/);
      // That it ends at all tells that the query was interrupted: it would go on for hours.
    } finally {
      removeRoom(room);
    }
  });
});
