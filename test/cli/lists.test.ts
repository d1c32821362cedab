import assert from "node:assert/strict";
import { cli, makeRoom, removeRoom, text, transcript } from "./cli.ts";
import { shop } from "./flows.ts";

describe("millrace list", () => {
  let room: string;
  beforeEach(() => {
    room = makeRoom();
  });
  afterEach(() => removeRoom(room));

  it("says how to start where there is no flow", async () => {
    assert.equal(
      transcript(await cli(["list"], { cwd: room }), room),
      text`
        ! There are no flows below <room>. 'millrace init' writes a first one; 'millrace run movie-ratings' runs the one that comes with Millrace.
        exit 0`,
    );
  });

  it("names each flow with its file and its tasks, and each problem with its place", async () => {
    removeRoom(room);
    room = makeRoom({
      "shop.flow.ts": shop,
      "deep/er/none.flow.ts": "export const x = 1;\n",
      "broken.flow.ts": "export default flow({\n  name: \n});\n",
      "node_modules/a/b.flow.ts": shop,
      ".hidden/c.flow.ts": shop,
    });
    assert.equal(
      transcript(await cli(["list"], { cwd: room }), room),
      text`
        Shop  shop.flow.ts
          Price
          Add up
          Refund
          Thank
          Close books
          Halve
        ! broken.flow.ts:3:1: Unexpected token
        ! deep/er/none.flow.ts:1:1: No flow is the default export of this file. Write: export default flow({ name: "..." }, async () => { ... });
        exit 0`,
    );
  });

  it("runs nothing of what it reads", async () => {
    removeRoom(room);
    room = makeRoom({
      "a.flow.ts": `import { flow } from "millrace";\nprocess.exit(7);\nexport default flow({ name: "A" }, () => {});\n`,
    });
    assert.equal(transcript(await cli(["list"], { cwd: room }), room), "A  a.flow.ts\nexit 0");
  });

  it("prints JSON", async () => {
    removeRoom(room);
    room = makeRoom({
      "a.flow.ts": `import { flow, task } from "millrace";
const one = task("One", () => 1);
export default flow({ name: "A" }, () => one());
`,
      "b.flow.ts": "let x = ;",
    });
    const { stdout, stderr, code } = await cli(["list", "--json"], { cwd: room });
    assert.deepEqual([stderr, code], ["", 0]);
    assert.deepEqual(JSON.parse(stdout), {
      flows: [
        {
          name: "A",
          source: { file: `${room}/a.flow.ts`, line: 3, column: 16 },
          tasks: [{ name: "One", source: { file: `${room}/a.flow.ts`, line: 2, column: 13 } }],
        },
      ],
      problems: [{ message: "Unexpected token", source: { file: `${room}/b.flow.ts`, line: 1, column: 9 } }],
    });
  });
});
