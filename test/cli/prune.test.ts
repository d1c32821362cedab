import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createRunFolder, findRun, readRunInfo } from "../../runtime/store/run-folder.ts";
import { cli, makeRoom, removeRoom, text, transcript } from "./cli.ts";

describe("millrace prune", () => {
  let room: string;
  beforeEach(async () => {
    room = makeRoom();
    for (const name of ["One", "Two", "Three"]) {
      const flow = `import { flow, task } from "millrace";
const one = task({ name: "Cached", cache: true }, () => "${name}");
export default flow({ name: "${name}" }, () => {
  one();
});
`;
      writeFileSync(join(room, "a.flow.ts"), flow);
      const { code } = await cli(["run", "a", "--threads", "1"], { cwd: room });
      assert.equal(code, 0);
    }
  });
  afterEach(() => removeRoom(room));

  const millrace = async (...args: string[]) => transcript(await cli(args, { cwd: room }), room);
  const flows = async () =>
    JSON.parse((await cli(["runs", "--json"], { cwd: room })).stdout).map(
      ({ flow }: { flow: string }) => flow,
    );
  const names = (folder: string) => readdirSync(join(room, ".millrace", folder));

  it("deletes all but the newest, after saying so when asked what it would do", async () => {
    assert.equal(
      await millrace("prune", "--keep", "1", "--dry-run"),
      "<id>\n<id>\n! Would delete 2 runs, 0 bundles.\nexit 0",
    );
    assert.deepEqual(await flows(), ["Three", "Two", "One"]);
    assert.equal(await millrace("prune", "--keep", "1"), "<id>\n<id>\n! Deleted 2 runs, 0 bundles.\nexit 0");
    assert.deepEqual(await flows(), ["Three"]);
  });

  it("deletes what is older than an age, and with --keep only what both rules let go", async () => {
    assert.equal(await millrace("prune", "--older-than", "1h"), "! Deleted 0 runs, 0 bundles.\nexit 0");
    assert.equal(
      await millrace("prune", "--older-than", "0s", "--keep", "2"),
      "<id>\n! Deleted 1 run, 0 bundles.\nexit 0",
    );
    assert.deepEqual(await flows(), ["Three", "Two"]);
  });

  it("deletes bundles that no run that stays names, however long ago they were made", async () => {
    const before = names("bundles").filter((name) => name.endsWith(".mjs"));
    assert.equal(before.length, 3);
    const longAgo = new Date(Date.now() - 600_000);
    await cli(["run", "a", "--threads", "1"], { cwd: room }); // the same bundle as the run before
    for (const name of before) utimesSync(join(room, ".millrace", "bundles", name), longAgo, longAgo);
    const { stdout } = await cli(["prune", "--keep", "1", "--json"], { cwd: room });
    const { runs, bundles, cached } = JSON.parse(stdout);
    assert.deepEqual([runs.length, bundles.length, cached], [3, 2, []]);
    assert.deepEqual(
      names("bundles").map((name) => name.replace(/^.*\.mjs/, "")),
      ["", ".code.json", ".map"],
    );
  });

  it("deletes what was before tasks wrote folders, once no run stays that wrote or may have read it", async () => {
    writeFileSync(
      join(room, "b.flow.ts"),
      `import { flow, openSession, task, type Session } from "millrace";
const write = task("Write", async (session: Session, n: number) => {
  const table = await session.fromRows([{ name: "n", type: "long" }], [{ n }]);
  await table.writeParquet("out");
});
export default flow({ name: "Writes" }, async () => {
  await using session = await openSession();
  await write(session, 1);
  await write(session, 2);
});
`,
    );
    assert.equal((await cli(["run", "b", "--threads", "1"], { cwd: room })).code, 0);
    const kept = () => names("written").flatMap((name) => names(join("written", name))).length;
    assert.equal(kept(), 2, "a record and a version");
    await millrace("prune", "--keep", "2");
    assert.equal(kept(), 2);
    writeFileSync(
      join(room, "a.flow.ts"),
      'import { flow } from "millrace"; export default flow({ name: "Last" }, () => {});',
    );
    await cli(["run", "a"], { cwd: room });
    assert.equal(
      await millrace("prune", "--keep", "1", "--dry-run"),
      "<id>\n<id>\n! Would delete 2 runs, 0 bundles, 1 folder's earlier version.\nexit 0",
    );
    assert.equal(kept(), 2);
    await millrace("prune", "--keep", "1");
    assert.equal(kept(), 0);
    assert.ok(readdirSync(join(room, "out")).length > 0, "what is there is the user's");
  });

  it("deletes what killed processes left of runs, but not what may be about to become one", async () => {
    for (const name of [".new-old", "20260101-000000000-old-ox.deleted", ".new-young"])
      mkdirSync(join(room, ".millrace", "runs", name));
    const longAgo = new Date(Date.now() - 600_000);
    for (const name of [".new-old", "20260101-000000000-old-ox.deleted"])
      utimesSync(join(room, ".millrace", "runs", name), longAgo, longAgo);
    await millrace("prune", "--keep", "3");
    const left = names("runs").filter((name) => name.startsWith(".") || name.endsWith(".deleted"));
    assert.deepEqual(left, [".new-young"]);
  });

  it("deletes cached results of an age when asked to, and what is left of any", async () => {
    assert.equal(names("cache").length, 3);
    mkdirSync(join(room, ".millrace", "cache", `${"a1".repeat(20)}.123`));
    mkdirSync(join(room, ".millrace", "cache", "b2".repeat(20)));
    writeFileSync(join(room, ".millrace", "cache", "b2".repeat(20), "entry.json"), '{"task":');
    assert.equal(
      await millrace("prune", "--older-than", "0s", "--keep", "3", "--cache"),
      "! Deleted 0 runs, 0 bundles, 3 cached results.\nexit 0",
    );
    assert.deepEqual(names("cache"), []);
  });

  it("touches nothing that a link leads to, nor what isn't its own", async () => {
    const neighbour = makeRoom({
      "0123456789abcdef0123456789abcdef01234567/entry.json": "{}",
      "x-0123456789abcdef.mjs": "",
    });
    const store = join(room, ".millrace");
    try {
      writeFileSync(join(store, "cache", "notes.txt"), "mine");
      writeFileSync(join(store, "bundles", "notes.mjs"), "mine");
      const all = ["prune", "--keep", "0", "--older-than", "0s", "--cache"];
      assert.match(await millrace(...all), /Deleted 3 runs, .*exit 0/s);
      assert.deepEqual(names("cache"), ["notes.txt"]);
      assert.ok(names("bundles").includes("notes.mjs"));
      for (const folder of ["cache", "bundles"]) {
        removeRoom(join(store, folder));
        symlinkSync(neighbour, join(store, folder));
      }
      assert.equal(
        await millrace("prune", "--older-than", "0s", "--cache"),
        text`
          ! <room>/.millrace/bundles isn't touched: it is a link, and what it leads to may be anybody's.
          ! <room>/.millrace/cache isn't touched: it is a link, and what it leads to may be anybody's.
          ! Deleted 0 runs, 0 bundles, 0 cached results.
          exit 1`,
      );
      assert.equal(readdirSync(neighbour).length, 2);
      // The runs, and the store itself.
      const other = makeRoom();
      await cli(["run", join(room, "a.flow.ts"), "--dir", other], { cwd: room });
      removeRoom(join(store, "runs"));
      symlinkSync(join(other, ".millrace", "runs"), join(store, "runs"));
      assert.match(
        await millrace("prune", "--keep", "0"),
        /runs isn't touched: it is a link.* 0 runs.*exit 1/s,
      );
      assert.equal(readdirSync(join(other, ".millrace", "runs")).length, 1);
      removeRoom(other);
    } finally {
      removeRoom(neighbour);
    }
  });

  it("isn't stopped by a folder that an earlier one left half deleted", async () => {
    const [id = ""] = names("runs").sort();
    mkdirSync(join(room, ".millrace", "runs", `${id}.deleted`, "results"), { recursive: true });
    assert.equal(await millrace("prune", "--keep", "2"), "<id>\n! Deleted 1 run, 0 bundles.\nexit 0");
    assert.deepEqual(await flows(), ["Three", "Two"]);
  });

  it("is no error three times at once: each run is deleted by one of them", async () => {
    const { id: _, ...about } = await readRunInfo(await findRun(room, "latest"));
    for (let i = 0; i < 30; i++) await createRunFolder(room, { ...about, started: about.started + i });
    const pruned = await Promise.all(
      [1, 2, 3].map(() => cli(["prune", "--keep", "0", "--older-than", "0s", "--cache"], { cwd: room })),
    );
    const counts = pruned.map(({ code, stderr, stdout }) => {
      const [, count] = /^Deleted (\d+) runs?, \d+ bundles?, \d+ cached results?\.\n$/.exec(stderr) ?? [];
      assert.deepEqual([code, stdout.split("\n").length - 1], [0, Number(count)], stderr);
      return Number(count);
    });
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      33,
    );
    assert.deepEqual(names("runs"), []);
  });

  it("beside runs disturbs none of them", async () => {
    let running = true;
    const runs = Promise.all([1, 2, 3].map(() => cli(["run", "a", "--threads", "1"], { cwd: room }))).finally(
      () => {
        running = false;
      },
    );
    while (running) {
      const { code, stderr } = await cli(["prune", "--keep", "0", "--older-than", "0s", "--cache"], {
        cwd: room,
      });
      assert.equal(code, 0);
      assert.match(stderr, /^Deleted .*\.\n$/);
    }
    for (const { code, stdout, stderr } of await runs) {
      assert.deepEqual([code, stderr], [0, ""]);
      assert.doesNotMatch(stdout, /WARNING|ERROR/);
      assert.match(stdout, /Finished in state Completed\('All states completed\.'\)\n$/);
    }
  });

  it("takes the runs for the newest that were started last, also where the clock was set back", async () => {
    const { id: _, ...about } = await readRunInfo(await findRun(room, "latest"));
    const ids: string[] = [];
    for (const hour of [0, 5, -3, -20, -19])
      ids.push(
        (
          await createRunFolder(room, {
            ...about,
            name: `at-${hour}`,
            started: about.started + hour * 3_600_000,
          })
        ).info.id,
      );
    assert.deepEqual(ids.toSorted(), ids);
    await millrace("prune", "--keep", "2");
    assert.deepEqual(names("runs").sort(), ids.slice(-2));
    assert.equal(basename(await findRun(room, "latest")), ids.at(-1));
  });
});
