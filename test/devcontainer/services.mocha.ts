import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { storedRun } from "./stored-run.ts";
import { useClone } from "./use-clone.ts";

describe("A service beside the flow", () => {
  const clone = useClone();

  afterEach(async () => {
    for (const name of [".millrace", "output_data"])
      await rm(join(clone().path, name), { recursive: true, force: true });
  });

  const lastRun = async () => {
    const { state, session, parameters } = await storedRun(clone().path);
    return { state: state?.name, session, parameters };
  };

  it("postgres is built, started and waited for by one command, and keeps the matches in its volume", async () => {
    const said = await clone().compose(["run", "--rm", "-T", "flow-postgres", "-t", "0.5"]);
    const saved = /Saved (\d+) rows to movie_matches of (\S+)/.exec(said);
    assert.equal(saved?.[2], "postgres://millrace@postgres/millrace", said);
    assert.deepEqual(await lastRun(), {
      state: "Completed",
      session: "duckdb",
      parameters: { threshold: 0.5, database: "postgres://millrace@postgres/millrace" },
    });
    const count = () =>
      clone().compose([
        ...["exec", "-T", "postgres", "psql", "-h", "127.0.0.1", "-U", "millrace", "-Atc"],
        "SELECT count(*) FROM movie_matches",
      ]);
    assert.equal((await count()).trim(), saved?.[1]);
    await clone().compose([
      "--profile",
      "postgres",
      "up",
      "--detach",
      "--force-recreate",
      "--wait",
      "postgres",
    ]);
    assert.equal((await count()).trim(), saved?.[1]);
  });

  it("spark is what the same flow runs on, by one command", async function () {
    if (!process.env.MILLRACE_TEST_SPARK_SERVICE) {
      console.error(
        "Skipped: Spark's image is built only when MILLRACE_TEST_SPARK_SERVICE is set; it is large.",
      );
      this.skip();
    }
    this.timeout(900_000);
    await clone().compose(["run", "--rm", "-T", "flow-spark", "-t", "0.5"]);
    const { state, session } = await lastRun();
    assert.deepEqual({ state, session }, { state: "Completed", session: "sc://spark:15002" });
  });
});
