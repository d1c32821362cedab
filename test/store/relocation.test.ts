import assert from "node:assert/strict";
import { cpSync, mkdtempSync, realpathSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRun } from "../../runtime/store/read-run.ts";
import { relocated, relocation } from "../../runtime/store/relocation.ts";
import { cli } from "../cli/cli.ts";
import { FlowFolder } from "../runner/flow-fixture.ts";

describe("What was written of a folder that is elsewhere now", () => {
  it("has its paths made into those of here, wherever they stand, and no others", () => {
    const here = relocation("/workspace", "/home/ada/my films");
    assert.ok(here);
    const texts = [
      "/workspace",
      "/workspace/",
      "at load (/workspace/flows/a.flow.ts:3:4)",
      "file:///workspace/a.ts",
      "/workspace: no such file, /workspace/b and '/workspace'",
      "/workspaces/a, /my/workspace/a, /workspace-2/a, x/workspace.old",
    ];
    assert.equal(
      texts.map(here).join("\n"),
      `/home/ada/my films
/home/ada/my films/
at load (/home/ada/my films/flows/a.flow.ts:3:4)
file:///home/ada/my films/a.ts
/home/ada/my films: no such file, /home/ada/my films/b and '/home/ada/my films'
/workspaces/a, /my/workspace/a, /workspace-2/a, x/workspace.old`,
    );
  });

  it("is left as it is where nothing has moved", () => {
    assert.equal(relocation("/a", "/a"), undefined);
    assert.equal(relocation("/", "/a"), undefined);
    assert.equal(relocation(undefined, "/a"), undefined);
    const data = { a: [1, "x", { b: null }] };
    assert.equal(
      relocated(data, (text) => text),
      data,
    );
    assert.deepEqual(
      relocated(data, (text) => `${text}!`),
      { a: [1, "x!", { b: null }] },
    );
  });

  it("is a run with its errors, results and all that needs its paths", async () => {
    const folder = new FlowFolder({
      "data.csv": "n\n1\n2\n",
      "test.flow.ts": `
import { openSession } from "millrace";
const load = task("Load", (session) => session.readCsv("data.csv", { columns: { n: "integer" } }));
const fail = task("Fail", (table) => { throw new UserError("no"); });
export default flow({ name: "Moved" }, async () => {
  await using session = await openSession();
  fail(load(session));
});
`,
    });
    const { run } = await folder.run();
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), "millrace-moved-")));
    try {
      renameSync(folder.path, join(elsewhere, "project"));
      cpSync(join(elsewhere, "project"), folder.path, { recursive: true }); // for the fixture to delete
      rmSync(join(folder.path, "data.csv"));
      const path = join(elsewhere, "project", ".millrace", "runs", run.info.id);
      const { info, view } = await readRun(path);
      const moved = { file: info.file, source: view.taskRuns.get("Fail-0")?.error?.source?.file };
      assert.deepEqual(moved, {
        file: join(elsewhere, "project", "test.flow.ts"),
        source: join(elsewhere, "project", "test.flow.ts"),
      });
      const shown = await cli(["show", run.info.id, "--task", "Load-0", "--json"], {
        cwd: join(elsewhere, "project"),
      });
      assert.deepEqual(JSON.parse(shown.stdout).tables[0].rows, [[1], [2]], shown.stderr);
      const resumed = await cli(["resume", run.info.id], { cwd: join(elsewhere, "project") });
      assert.match(
        resumed.stdout,
        /Task run 'Load-0' - Finished in state Completed\(\)|Created task run 'Fail-0'/,
      );
      assert.doesNotMatch(resumed.stdout + resumed.stderr, new RegExp(folder.path));
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});
