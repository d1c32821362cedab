import assert from "node:assert/strict";
import fc from "fast-check";
import { typeOfTexts } from "../../runtime/tables/files/constant-columns.ts";

const seed = Number(process.env.MILLRACE_SEED ?? 1);

describe("The values that folders' names give a key", () => {
  it("are dates where the calendar has all of them, else texts", () => {
    const two = (number: number) => String(number).padStart(2, "0");
    const day = fc.record({
      year: fc.integer({ min: 1_900, max: 2_100 }),
      month: fc.integer({ min: 1, max: 12 }),
      dayOfMonth: fc.integer({ min: 27, max: 31 }),
    });
    fc.assert(
      fc.property(fc.array(day, { minLength: 1, maxLength: 2 }), (days) => {
        const isReal = days.every(
          ({ year, month, dayOfMonth }) => dayOfMonth <= new Date(Date.UTC(year, month, 0)).getUTCDate(),
        );
        const texts = days.map(({ year, month, dayOfMonth }) => `${year}-${two(month)}-${two(dayOfMonth)}`);
        assert.deepEqual(typeOfTexts(texts), { kind: isReal ? "date" : "string" }, texts.join());
      }),
      { seed },
    );
  });
});
