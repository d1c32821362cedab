import assert from "node:assert/strict";
import fc from "fast-check";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import type { Column, EngineSession, Row, Value } from "../../runtime/tables/session.ts";
import { makeRoom, removeRoom } from "../cli/cli.ts";

/** Where a text may be: a column's type, and the value that has it. */
const places: readonly (readonly [type: string, value: (text: string) => Value])[] = [
  ["string", (text) => text],
  ["binary", (text) => Buffer.from(text)],
  ["array<string>", (text) => [null, text]],
  ["struct<a:integer,b:string>", (text) => ({ a: null, b: text })],
  ["map<string,string>", (text) => ({ [text]: "" })],
  ["map<integer,array<struct<c:string>>>", (text) => ({ 1: [{ c: text }, null] })],
];

describe("what looks for secrets in a stored table", () => {
  let room: string;
  let session: EngineSession;

  before(() => {
    room = makeRoom();
    session = openDuckDb({ folder: room });
  });

  after(async () => {
    await session.close();
    removeRoom(room);
  });

  let files = 0;
  const stored = async (columns: readonly Column[], rows: readonly Row[]) =>
    (await session.fromRows(columns, rows)).handle(() => `${room}/${files++}.parquet`);

  it("finds a text in any column at any depth, in a row far behind, and none that isn't there", async () => {
    // Not what JSON writes otherwise: who looks gives the text as it is in JSON, too.
    const text = fc.stringMatching(/^[ -!#-[\]-~ß√😀]{6,20}$/u);
    const filler = fc.constantFrom("", "x", "secret");
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom(...places),
        fc.integer({ min: 0, max: 4_999 }),
        filler,
        async (secret, [type, put], at, other) => {
          const columns = [
            { name: "n", type: "long" },
            { name: "the other", type: "string" },
            { name: "place", type },
          ];
          const rows = Array.from({ length: 5_000 }, (_, n): Row => {
            const value = `${other}${secret}${other}`;
            return { n, "the other": other, place: n === at ? put(value) : n % 3 === 0 ? null : put(other) };
          });
          const handle = await stored(columns, rows);
          assert.ok(await session.holds(handle, ["nowhere at all", secret]), `${type} ${secret}`);
          assert.ok(!(await session.holds(handle, ["nowhere at all", `${secret}#${secret}`])));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("finds digits in numbers and dates", async () => {
    const columns = [
      { name: "pin", type: "integer" },
      { name: "born", type: "date" },
    ];
    const handle = await stored(columns, [{ pin: 314_159, born: "1999-12-31" }]);
    assert.deepEqual(
      await Promise.all(["314159", "1999-12-31", "271828"].map((text) => session.holds(handle, [text]))),
      [true, true, false],
    );
  });
});
