import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { memoryShare, threadShare } from "../../runtime/tables/engine-share.ts";

describe("The engines of a run", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-share-"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("together take no more memory than the run has, nor processors when all begin at once", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 45 }),
        fc.integer({ min: 1, max: 512 }),
        (memory, workers) => {
          let all = 0;
          for (let slot = 0; slot <= workers; slot++) all += memoryShare(memory, workers, slot);
          assert.ok(all <= memory);
          assert.ok(all > 0.99 * memory - workers - 1);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 256 }),
        fc.array(fc.nat(3), { minLength: 1 }),
        (cores, queries) => {
          const threads = threadShare({ cores, busy: Int32Array.from(queries) });
          const atWork = queries.filter((count) => count > 0).length;
          assert.ok(threads >= 1);
          assert.ok(threads === 1 || threads * atWork <= cores);
          if (atWork <= 1) assert.equal(threads, cores);
        },
      ),
    );
  });

  it("spill into folders of their own, for this user only, which are gone when they are closed", async function () {
    this.timeout(120_000);
    const busy = new Int32Array(new SharedArrayBuffer(12));
    const modes = new Set<string>();
    const sorted = async (slot: number) => {
      const share = { memory: 100 * 2 ** 20, cores: 2, busy, slot };
      await using session = openDuckDb({ folder, tempFolder: join(folder, "temporary"), share });
      const table = await session.sql`
        SELECT (i * 7919) % 1000003 AS k, i AS v, 'row ' || i AS s FROM range(${1_000_000}) AS r(i) ORDER BY k, v`;
      let last = -1n;
      let sum = 0n;
      for await (const rows of table.batches()) {
        for (const { k, v, s } of rows) {
          assert.ok(BigInt(Number(k)) >= last);
          assert.equal(s, `row ${v}`);
          last = BigInt(Number(k));
          sum += BigInt(Number(v));
        }
        if (modes.size < 2)
          for (const name of readdirSync(join(folder, "temporary")))
            modes.add(`${name} ${(statSync(join(folder, "temporary", name)).mode & 0o777).toString(8)}`);
      }
      return sum;
    };
    const sums = await Promise.all([sorted(1), sorted(2)]);
    assert.deepEqual(sums, [499_999_500_000n, 499_999_500_000n]);
    assert.equal(modes.size, 2);
    for (const mode of modes) assert.match(mode, / 700$/);
    assert.deepEqual(readdirSync(join(folder, "temporary")), []);
    assert.deepEqual([...busy], [0, 0, 0]);
  });

  it("stay within their share, or say what is missing", async () => {
    const busy = new Int32Array(new SharedArrayBuffer(8));
    const share = { memory: 64 * 2 ** 20, cores: 2, busy, slot: 1 };
    await using session = openDuckDb({ folder, share });
    const settings = await session.sql`
      SELECT current_setting('memory_limit') AS memory, current_setting('threads') AS threads`;
    assert.deepEqual(await settings.rows(), [{ memory: "64.0 MiB", threads: 2 }]);
    const big = await session.sql`SELECT list(i) AS all FROM range(${50_000_000}) AS r(i)`;
    await assert.rejects(big.rows(), {
      name: "TableError",
      message: /^Reading rows: the engine's memory is used up/,
    });
  });
});
