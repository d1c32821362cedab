import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FolderRuns } from "../../../extension/runs/folder-runs.ts";
import { makeRoom, removeRoom } from "../../cli/cli.ts";
import { makeHostileRuns } from "../../hostile/hostile-runs.ts";

describe("the runs of a folder", () => {
  let room = "";
  let base = "";
  let runs = "";
  beforeEach(() => {
    room = makeRoom();
    base = join(room, "base");
    mkdirSync(base);
    const good = Array.from({ length: 5 }, (_, i) => ({ name: String(i), change: () => {} }));
    makeHostileRuns(base, good);
    runs = join(base, ".millrace", "runs");
    // Long ago: what has the same time then is the same.
    utimesSync(runs, 1_000, 1_000);
  });
  afterEach(() => removeRoom(room));

  const id = (i: number) => `20260101-00000000${i}-odd-owl`;

  it("are all there at the first look, and nothing is different at the next", async () => {
    const folder = new FolderRuns(base);
    assert.equal(await folder.look("all"), true);
    assert.deepEqual(
      folder.summaries.map((run) => run.id),
      [4, 3, 2, 1, 0].map(id),
    );
    for (const which of ["new", "recent", "all"] as const) assert.equal(await folder.look(which), false);
  });

  it("are read from the newest on, a page at a time, and older ones when they are asked for", async () => {
    const folder = new FolderRuns(base, 2);
    // What isn't shown isn't read: it would be told as unreadable.
    for (const i of [0, 1, 2]) writeFileSync(join(runs, id(i), "run.json"), "{");
    const shown = () => [
      folder.summaries.map((run) => run.id),
      folder.unreadable.map((run) => run.id),
      folder.older,
    ];
    await folder.look("all");
    assert.deepEqual(shown(), [[4, 3].map(id), [], 3]);
    assert.equal(folder.pathOf(id(0)), join(runs, id(0)));
    assert.equal(await folder.look("recent"), false);
    renameSync(join(runs, id(4)), join(room, "away"));
    await folder.look("new");
    assert.deepEqual(shown(), [[id(3)], [id(2)], 2]);
    folder.showOlder();
    assert.equal(await folder.look("all"), true);
    assert.deepEqual(shown(), [[id(3)], [2, 1, 0].map(id), 0]);
  });

  it("are seen to come, to go and to change", async () => {
    const folder = new FolderRuns(base);
    await folder.look("all");
    renameSync(join(runs, id(2)), join(room, "away"));
    assert.equal(await folder.look("new"), true);
    assert.deepEqual(
      folder.summaries.map((run) => run.id),
      [4, 3, 1, 0].map(id),
    );
    renameSync(join(room, "away"), join(runs, id(2)));
    assert.equal(await folder.look("new"), true);
    assert.equal(folder.summaries.length, 5);
    const file = join(runs, id(4), "run.json");
    const info = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...info, attempt: 2 }));
    assert.equal(await folder.look("new"), false);
    assert.equal(await folder.look("recent"), true);
    assert.equal(folder.summaries[0]?.attempt, 2);
    writeFileSync(file, "{");
    assert.equal(await folder.look("all"), true);
    assert.deepEqual([folder.summaries.length, folder.unreadable.map((run) => run.id)], [4, [id(4)]]);
    rmSync(file);
    assert.equal(await folder.look("new"), true);
    assert.deepEqual([folder.summaries.length, folder.unreadable.length], [4, 0]);
    assert.ok(existsSync(runs));
  });
});
