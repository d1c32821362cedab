import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { findFlowFiles } from "../../runtime/discovery/find-flow-files.ts";
import { makeRoom, removeRoom } from "../cli/cli.ts";

describe("finding flow files", () => {
  let room: string;
  before(() => {
    room = makeRoom({
      "b.flow.ts": "",
      "a.flow.mjs": "",
      "flow.ts": "",
      "x.flow.tsx": "",
      "deep/down/c.flow.js": "",
      "deep/d.flow.mts": "",
      "node_modules/m/e.flow.ts": "",
      "deep/node_modules/m/f.flow.ts": "",
      ".git/g.flow.ts": "",
    });
    symlinkSync(room, join(room, "circle"));
  });
  after(() => removeRoom(room));

  it("goes down all folders but node_modules and hidden ones, and sorts", async () => {
    assert.deepEqual(
      (await findFlowFiles(room)).map((file) => relative(room, file)),
      ["a.flow.mjs", "b.flow.ts", "deep/d.flow.mts", "deep/down/c.flow.js"],
    );
  });

  it("finds none in a folder that isn't there", async () => {
    assert.deepEqual(await findFlowFiles(join(room, "gone")), []);
  });
});
