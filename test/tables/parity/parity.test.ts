import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckDb } from "../../../runtime/tables/duckdb/open-duckdb.ts";
import type { Session } from "../../../runtime/tables/session.ts";
import { parseSessionUrl, type SparkUrl } from "../../../runtime/tables/session-url.ts";
import { openSpark } from "../../../runtime/tables/spark/open-spark.ts";
import { sharedSpark } from "../../spark/server.ts";
import { engineCases } from "./cases.ts";
import { dialect, dialectQuery } from "./dialect-cases.ts";
import { checkDialectTable } from "./dialect-table.ts";
import { answer } from "./engine-case.ts";

/** Every case on every engine: the same, or what is documented. */
describe("Both engines", () => {
  for (const engine of ["duckdb", "spark"] as const) {
    describe(engine === "duckdb" ? "DuckDB" : "Spark", function () {
      this.timeout(300_000);
      let folder: string;
      let session: Session;

      before(async function () {
        folder = await mkdtemp(join(tmpdir(), "millrace-parity-"));
        const controller = new AbortController();
        const options = { folder, signal: () => controller.signal }; // as a task has one
        if (engine === "duckdb") session = openDuckDb({ ...options, threads: 2 });
        else
          session = openSpark({
            url: parseSessionUrl((await sharedSpark(this)).url) as SparkUrl,
            ...options,
          }); // sc://
      });

      after(async () => {
        await session?.[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      });

      for (const each of engineCases) {
        it(each.name, async () => {
          const expected = typeof each.gives === "string" ? each.gives : each.gives[engine];
          assert.equal(await answer(each, session, folder), expected);
        });
      }

      it("give the same for what is to be written instead", async () => {
        const answers = await Promise.all(
          dialect.map(async ({ write, instead }) => {
            if (instead === undefined) return undefined;
            return [
              write,
              await answer({ name: "", ask: dialectQuery(instead), gives: "" }, session, folder),
            ];
          }),
        );
        assert.deepEqual(
          answers.filter((each) => each !== undefined),
          dialect.flatMap(({ write, same }) => (same === undefined ? [] : [[write, same]])),
        );
      });
    });
  }

  it("differ where the table in runtime/tables/README.md says so, and nowhere else", async () => {
    await checkDialectTable();
    const different = engineCases.filter(({ gives }) => typeof gives !== "string");
    assert.equal(different.length, dialect.length);
    console.log(
      `      ${engineCases.length} cases: ${engineCases.length - different.length} give the same on both engines, ${different.length} are documented as different.`,
    );
  });
});
