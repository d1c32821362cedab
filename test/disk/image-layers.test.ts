import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moveFolder } from "../../runtime/disk/move-folder.ts";
import { deleteRun } from "../../runtime/store/prune.ts";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { FlowFolder } from "../runner/flow-fixture.ts";

/** In a container whose image has the workspace, folders of the image can't be renamed: EXDEV. Only root may mount one. */
describe("In a container, a folder of its image", () => {
  const disk = realpathSync(mkdtempSync(join(tmpdir(), "millrace-layers-")));
  const at = (name: string) => join(disk, name);
  const merged = at("merged");
  const mounted: string[] = [];
  const mount = (path: string, ...args: string[]) => {
    const { status } = spawnSync("mount", [...args, path]);
    if (status === 0) mounted.unshift(path);
    return status === 0;
  };

  before(async function () {
    if (!mount(disk, "-t", "tmpfs", "tmpfs")) this.skip();
    for (const name of ["lower/folder/within", "upper", "work", "merged"])
      mkdirSync(at(name), { recursive: true });
    writeFileSync(at("lower/folder/a"), "a");
    writeFileSync(at("lower/folder/within/b"), "b");
    const flow = new FlowFolder({ "test.flow.ts": `\nexport default flow({ name: "F" }, () => {});\n` });
    await flow.run();
    cpSync(flow.path, at("lower/flow"), { recursive: true });
    mkdirSync(at("lower/out"));
    writeFileSync(at("lower/out/part-0.parquet"), "an earlier one");
    const layers = ["lowerdir=lower", "upperdir=upper", "workdir=work"].map((text) =>
      text.replace("=", `=${disk}/`),
    );
    if (!mount(merged, "-t", "overlay", "overlay", "-o", layers.join(","))) this.skip();
    assert.throws(() => renameSync(join(merged, "folder"), join(merged, "other")), { code: "EXDEV" });
  });

  after(() => {
    for (const path of mounted) spawnSync("umount", [path]);
    rmSync(disk, { recursive: true, force: true });
  });

  it("is moved, whole", async () => {
    await moveFolder(join(merged, "folder"), join(merged, "moved"));
    assert.deepEqual(readdirSync(join(merged, "moved"), { recursive: true }).sort(), [
      "a",
      "within",
      "within/b",
    ]);
    assert.equal(readFileSync(join(merged, "moved", "within", "b"), "utf8"), "b");
    assert.ok(!existsSync(join(merged, "folder")));
  });

  it("is replaced by a table's", async () => {
    await using session = openDuckDb({ folder: merged });
    await (await session.sql`SELECT 7 AS n`).writeParquet("out");
    assert.deepEqual(await (await session.readParquet("out")).rows(), [{ n: 7 }]);
    assert.deepEqual(
      readdirSync(merged).filter((name) => name.startsWith(".")),
      [],
    );
  });

  it("is deleted, when it is a run's", async () => {
    const runs = join(merged, "flow", ".millrace", "runs");
    const [run] = readdirSync(runs);
    assert.ok(run !== undefined);
    assert.ok(await deleteRun(join(runs, run)));
    assert.deepEqual(readdirSync(runs), []);
  });
});
