import assert from "node:assert/strict";
import { runFlow, text } from "./flow-fixture.ts";

describe("an awaited value that is passed on", () => {
  it("is an edge from the run that it came from: an object, an array, an item of one, a table", async () => {
    const { events, states } = await runFlow(`
import { openSession } from "millrace";
const load = task("Load", () => [{ id: 1 }, { id: 2 }, 3]);
const one = task("One", () => ({ deep: { n: 1 } }));
const make = task("Make", (session) => session.sql\`SELECT 1 AS n\`);
const check = task("Check", (row) => row.id ?? row);
const use = task("Use", (...values) => values.length);
const inner = flow({ name: "Inner" }, () => ({ of: "inner" }));
const takes = flow({ name: "Takes", parameters: z.object({ value: z.any() }) }, () => 1);
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const rows = await load();
  check.map(rows);
  const object = await one();
  use(object, { rows });
  use(object.deep, 3, rows.length, structuredClone(object));
  use.withOptions({ waitFor: [load()] })(await inner({}));
  use(await make(session));
  takes({ value: object });
});
`);
    assert.match(states, /^\. Completed\('All states completed\.'\)/);
    const edges = events.flatMap((event) =>
      event.type === "task-run-created" || event.type === "flow-run-created"
        ? (event.upstream ?? []).map(({ run, argument }) => {
            const to = event.type === "task-run-created" ? event.taskRun : event.flowRun;
            return `${run} -> ${to}${argument === undefined ? "" : ` ${argument}`}`;
          })
        : [],
    );
    assert.equal(
      edges.join("\n"),
      text`
        Load-0 -> Check-0 [0]
        Load-0 -> Check-1 [0]
        One-0 -> Use-0 [0]
        Load-0 -> Use-0 [1].rows
        Inner-0 -> Use-2 [0]
        Load-1 -> Use-2
        Make-0 -> Use-3 [0]
        One-0 -> Takes-0 .value`,
    );
  });
});
