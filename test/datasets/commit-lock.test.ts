import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as soon } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { withCommitLock } from "../../runtime/datasets/commit-lock.ts";
import { temporaryFolder } from "../runner/flow-fixture.ts";

describe("The lock around commits", () => {
  it("lets one work at a time, and is gone afterwards", async () => {
    const folder = temporaryFolder();
    let working = 0;
    let most = 0;
    const work = async () => {
      working++;
      most = Math.max(most, working);
      for (let i = 0; i < 5; i++) await soon();
      working--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withCommitLock(folder, undefined, work)));
    assert.equal(most, 1);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is taken from a process that is gone", async () => {
    const folder = temporaryFolder();
    const module = fileURLToPath(new URL("../../runtime/disk/fresh-path.ts", import.meta.url));
    const code = `import(${JSON.stringify(module)}).then(({ freshPath }) => process.stdout.write(freshPath("x")))`;
    const token = execFileSync(process.execPath, ["--import", "tsx", "-e", code], { encoding: "utf8" });
    writeFileSync(join(folder, "commit.lock"), token);
    assert.equal(
      await withCommitLock(folder, undefined, async () => "done", {
        every: 500,
        looks: Number.POSITIVE_INFINITY,
      }),
      "done",
    );
  });

  it("is taken from one that shows no life", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "commit.lock"), "of a machine that isn't known");
    const beating = { every: 5, looks: 10 };
    assert.equal(await withCommitLock(folder, undefined, async () => "done", beating), "done");
  });

  it("is kept by one who works for long", async () => {
    const folder = temporaryFolder();
    const beating = { every: 5, looks: 10 };
    await withCommitLock(
      folder,
      undefined,
      async () => {
        const file = join(folder, "commit.lock");
        const mine = readFileSync(file, "utf8");
        const waiting = withCommitLock(folder, AbortSignal.timeout(800), async () => {}, beating);
        await assert.rejects(waiting, { name: "TimeoutError" });
        assert.equal(readFileSync(file, "utf8"), mine);
      },
      beating,
    );
  });
});
