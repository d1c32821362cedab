import assert from "node:assert/strict";
import fc from "fast-check";
import { dateText, dayNumber, instant, UnreadableError } from "../../runtime/tables/calendar.ts";

const dayMilliseconds = 86_400_000;
/** As far as a Date reaches, to either side of 1970. */
const mostDays = 100_000_000;
const anyDay = fc.integer({ min: -mostDays, max: mostDays });

/** Days around the ends of February, where calendars differ: in years that can be divided by 4, 100 or 400, and others. */
const endOfFebruary = fc
  .tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -4, max: 4 }), fc.integer({ min: -3, max: 3 }))
  .map(([century, year, day]) => utcDay(1900 + 100 * century + year, 3, day));

/** A date's day by JavaScript's own calendar; of a year below 100, too. */
function utcDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / dayMilliseconds;
}

describe("The calendar of tables", () => {
  it("is JavaScript's, as far as that reaches", () => {
    fc.assert(
      fc.property(fc.oneof(anyDay, endOfFebruary), (day) => {
        const [text = ""] = new Date(day * dayMilliseconds).toISOString().split("T");
        assert.equal(dateText(day), text);
        assert.equal(dayNumber(text), day);
      }),
    );
  });

  it("gives back each day that 32 bits can tell", () => {
    fc.assert(fc.property(fc.integer(), (day) => assert.equal(dayNumber(dateText(day)), day)));
    assert.equal(dateText(2 ** 31 - 1), "+5881580-07-11");
    assert.equal(dateText(-(2 ** 31)), "-5877641-06-23");
  });

  it("has no other days", () => {
    const two = (number: number) => String(number).padStart(2, "0");
    fc.assert(
      fc.property(fc.nat(9_999), fc.nat(13), fc.nat(32), (year, month, dayOfMonth) => {
        const day = utcDay(year, month, dayOfMonth);
        const date = new Date(day * dayMilliseconds);
        const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
        const text = `${String(year).padStart(4, "0")}-${two(month)}-${two(dayOfMonth)}`;
        assert.equal(dayNumber(text), isDay ? day : undefined);
      }),
      { numRuns: 1_000 },
    );
    for (const text of [
      "",
      "1900-02-29",
      "2026-1-1",
      "2026-01-01 ",
      "12026-01-01",
      "+2026-01-01",
      "-000000-01-01",
    ])
      assert.equal(dayNumber(text), undefined, text);
  });

  it("has the millisecond that a microsecond is in, before 1970 too", () => {
    const micros = fc.bigInt({ min: -8_640_000_000_000_000_000n, max: 8_640_000_000_000_000_999n });
    fc.assert(
      fc.property(fc.oneof(micros, fc.bigInt({ min: -3_000n, max: 3_000n })), (time) => {
        const start = BigInt(instant(time).getTime()) * 1_000n;
        assert.ok(start <= time && time < start + 1_000n);
      }),
    );
  });

  it("says which day it is that a Date doesn't reach", () => {
    const beyond = 8_640_000_000_000_000_000n;
    const rest = 2n ** 63n - 1n - beyond;
    const after = fc.bigInt({ min: 1_000n, max: rest }).map((micros) => beyond + micros);
    const before = fc.bigInt({ min: 1n, max: rest }).map((micros) => -beyond - micros);
    fc.assert(
      fc.property(fc.oneof(after, before), (time) => {
        // A Date reaches the same day of a year 40,000 years nearer: the calendar repeats itself each 400.
        const years = time < 0n ? -40_000 : 40_000;
        const near = instant(time - BigInt(years / 400) * 146_097n * BigInt(dayMilliseconds) * 1_000n);
        const year = String(Math.abs(near.getUTCFullYear() + years)).padStart(6, "0");
        const day = `${time < 0n ? "-" : "+"}${year}${near.toISOString().slice(-20, -14)}`;
        assert.throws(() => instant(time), {
          name: UnreadableError.name,
          message: `a timestamp of ${day}, and a Date reaches from -271821-04-20 to +275760-09-13`,
        });
      }),
    );
  });
});
