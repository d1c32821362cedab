import assert from "node:assert/strict";
import { FlowFolder } from "./flow-fixture.ts";

const flow = `
import { inspect } from "node:util";
const show = task("Show", (what: unknown) => { log.info(">>> " + inspect(what, { breakLength: Infinity, depth: 9, sorted: true })); return what; });
const stop = task("Stop", () => { if (!existsSync("go")) throw new Error("not yet"); });
export default flow({
  name: "F", runName: "of-{since}",
  parameters: z.object({
    id: z.bigint().default(5n), since: z.coerce.date().default(new Date("2024-01-01")), now: z.date().default(() => new Date()),
    chance: z.number().default(() => Math.random()), big: z.coerce.bigint().default(1n), ids: z.array(z.bigint()).default([]), text: z.string().default("7").transform((t) => BigInt(t)),
    places: z.map(z.string(), z.date()).optional(),
  }),
}, async (parameters) => { await show(parameters); await stop(); });
`;

describe("bigints and dates in a run's parameters", () => {
  it("are the same on the command line and in JSON, in the run's name, and when the run goes on, defaults of chance included", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow });
    const places = '{ "places": [["x", "2024-03-01T00:00:00Z"]] }';
    const first = await folder.run([
      "--id",
      "9007199254740993",
      "--since",
      "2024-02-29",
      "--big",
      "-3",
      "--ids",
      "1",
      "2",
      "--parameters",
      places,
    ]);
    folder.write({ go: "" });
    const second = await folder.resume();
    assert.match(first.run.info.name, /^of-2024-02-29/);
    const [shown = "", ...others] = second.log.match(/>>> .*/g) ?? [];
    assert.equal(others.length, 0, "Show was taken, so that it was called with the same");
    assert.equal(
      shown.replace(/chance: [\d.e-]+/, "chance: CHANCE").replace(/now: \S+(?=,)/, "now: NOW"),
      ">>> { big: -3n, chance: CHANCE, id: 9007199254740993n, ids: [ 1n, 2n ], now: NOW, places: Map(1) { 'x' => 2024-03-01T00:00:00.000Z }, since: 2024-02-29T00:00:00.000Z, text: 7n }",
    );
    assert.match(second.states, /^\. Completed/);
    const { parameters } = JSON.parse(
      folder.read(`${folder.latest().slice(folder.path.length + 1)}/run.json`),
    );
    assert.deepEqual(parameters, {
      id: "9007199254740993",
      since: "2024-02-29",
      big: "-3",
      ids: ["1", "2"],
      places: [["x", "2024-03-01T00:00:00Z"]],
    });
  });

  it("are told how to give where they are wrong", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow });
    const wrong = await folder.run(["--id", "1.5", "--since", "soon"]);
    const whole = 'Give a whole number; in JSON, a large one as a text: "9007199254740993".';
    const day = "Give a date such as 2024-01-31 or 2024-01-31T12:00:00Z.";
    assert.deepEqual(wrong.stderr.trim().split("\n"), [
      `error: Parameter 'id' is "1.5": Invalid input: expected bigint, received string. ${whole}`,
      `Parameter 'since' is "soon": Invalid input: expected date, received Date. ${day}`,
    ]);
  });
});
