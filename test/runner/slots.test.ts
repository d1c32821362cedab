import assert from "node:assert/strict";
import fc from "fast-check";
import { Slots } from "../../runtime/runner/slots.ts";

describe("slots of tags", () => {
  it("let task runs start evenly, as often as the rate says, and never sooner, whatever is asked when", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.nat(500), { maxLength: 200 }),
        (perSecond, waits) => {
          let now = 0;
          const slots = new Slots(() => now);
          slots.limit({}, { api: { perSecond } });
          const starts: number[] = [];
          for (const wait of waits) {
            now += wait;
            if (slots.tryTake(["api", "other"])) starts.push(now);
          }
          const interval = 1_000 / perSecond;
          for (const [first, start] of starts.entries())
            for (const [more, later] of starts.slice(first).entries())
              assert.ok(
                later - start >= (more - 1) * interval - 1e-6,
                `${more + 1} starts within ${later - start} ms`,
              );
        },
      ),
    );
  });

  it("say when what only a rate has refused may start, and let all start by that in the time that it takes", () => {
    let now = 1_000;
    const slots = new Slots(() => now);
    slots.limit({ api: 2 }, { api: { perSecond: 10 } });
    let started = 0;
    while (started < 50) {
      if (slots.tryTake(["api"])) {
        slots.release(["api"]);
        started++;
      } else now += slots.takeWait() ?? Number.NaN;
    }
    assert.ok(Math.abs(now - 1_000 - 4_900) < 1e-6, String(now));
    assert.ok(slots.tryTake(["free"]) && slots.takeWait() === undefined);
  });
});
