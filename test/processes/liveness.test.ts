import assert from "node:assert/strict";
import { rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stillLimit, writeBeat } from "../../runtime/processes/heartbeat.ts";
import { type KnownProcess, thisProcess } from "../../runtime/processes/known-process.ts";
import { type Liveness, ProcessWatch } from "../../runtime/processes/liveness.ts";
import { temporaryFolder } from "../runner/flow-fixture.ts";

describe("A process that can't be asked", () => {
  let heartbeat: string;
  let elsewhere: KnownProcess;
  beforeEach(async () => {
    heartbeat = join(temporaryFolder(), "heartbeat");
    elsewhere = { ...(await thisProcess()), id: "elsewhere" };
  });

  /** Looks until the watch says something else than before, and returns all that it said. */
  async function untilSure(watch: ProcessWatch, before: Liveness): Promise<Liveness> {
    for (;;) {
      const now = await watch.look(elsewhere);
      if (now !== before) return now;
      await sleep(20);
    }
  }

  it("isn't known to be alive at one look, and is by a heartbeat that moves, whenever that was, by any clock", async () => {
    for (const time of [0, Date.now() - 3_600_000, Date.now() + 3_600_000]) {
      writeBeat(heartbeat, "a", 1);
      utimesSync(heartbeat, time / 1000, time / 1000);
      const watch = new ProcessWatch(heartbeat);
      assert.equal(await watch.look(elsewhere), "unsure");
      writeBeat(heartbeat, "a", 2);
      utimesSync(heartbeat, time / 1000, time / 1000);
      assert.equal(await watch.look(elsewhere), "alive");
    }
  });

  it("is gone when its heartbeat has stood still, and back when that moves again", async () => {
    writeBeat(heartbeat, "a", 1);
    const watch = new ProcessWatch(heartbeat);
    const started = performance.now();
    assert.equal(await untilSure(watch, "unsure"), "gone");
    assert.ok(performance.now() - started >= stillLimit);
    writeBeat(heartbeat, "a", 2);
    assert.equal(await watch.look(elsewhere), "alive");
    assert.equal(await untilSure(watch, "alive"), "gone");
  });

  it("is gone when there is no heartbeat, or something else in its place", async () => {
    assert.equal(await new ProcessWatch(heartbeat).decide(elsewhere), "gone");
    writeFileSync(`${heartbeat}-real`, "1");
    symlinkSync(`${heartbeat}-real`, heartbeat);
    const deciding = new ProcessWatch(heartbeat).decide(elsewhere);
    writeFileSync(`${heartbeat}-real`, "2");
    assert.equal(await deciding, "gone");
    rmSync(heartbeat);
  });
});
