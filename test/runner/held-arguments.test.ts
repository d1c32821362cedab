import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { ArgumentStore } from "../../runtime/runner/held-arguments.ts";
import { runFlow, temporaryFolder } from "./flow-fixture.ts";

describe("what task runs were called with", () => {
  it("waits in memory up to a limit and in files beyond, comes back the same, and is gone when it is released", () => {
    const folder = join(temporaryFolder(), "temporary");
    const files = () => (existsSync(folder) ? readdirSync(folder) : []);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(10, 20_000, 9 << 20, 30 << 20), { maxLength: 12 }), (sizes) => {
        const store = new ArgumentStore(folder);
        const given = sizes.map((size, i) => Buffer.alloc(size, i + 1));
        const held = given.map((bytes) => store.hold(bytes));
        const inFiles = files().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
        const all = sizes.reduce((sum, size) => sum + size, 0);
        assert.ok(all - inFiles <= (64 << 20) + 10 * sizes.length, `${inFiles} of ${all} bytes are in files`);
        for (const [i, each] of held.entries()) assert.ok(given[i]?.equals(each.bytes()));
        for (const each of held) each.release();
        assert.deepEqual(files(), []);
        store.hold(Buffer.alloc(60 << 20));
        assert.deepEqual(files(), []);
      }),
      { numRuns: 20 },
    );
  });

  it("reaches each of many that are called at once, at each try, and nothing of it stays behind", async () => {
    const outcome = await runFlow(`
const first = task({ name: "First", retries: 1 }, (bytes: Uint8Array, n: number) => {
  if (n % 50 === 0 && currentTaskRun()?.attempt === 1) throw new Error("again");
  return bytes.every((byte) => byte === n % 256) ? n : Promise.reject(new Error("other bytes"));
});
export default flow({ name: "F" }, async () => {
  const all = Array.from({ length: 150 }, (_, n) => first(new Uint8Array(1_000_000).fill(n), n));
  let sum = 0;
  for (const each of all) sum += await each;
  log.info("sum", sum);
});
`);
    assert.equal(outcome.code, 0, outcome.log);
    assert.match(outcome.log, /sum 11175$/m);
    assert.deepEqual(readdirSync(join(outcome.run.path, "temporary")), []);
  });
});
