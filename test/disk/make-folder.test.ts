import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../../runtime/disk/make-folder.ts";

describe("Making a folder", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-disk-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("makes those above it too, and tells the first that was missing", async () => {
    assert.equal(await makeFolder(join(folder, "a", "b", "c")), join(folder, "a"));
    assert.equal(await makeFolder(join(folder, "a", "b", "d")), join(folder, "a", "b", "d"));
    assert.equal(await makeFolder(join(folder, "a", "b", "d")), undefined);
    assert.ok(existsSync(join(folder, "a", "b", "c")));
  });

  it("can be done by many at once", async () => {
    const path = join(folder, "a", "b", "c");
    const made = await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
    assert.ok(made.includes(join(folder, "a")));
  });

  it("goes through links to folders", async () => {
    await symlink(folder, join(folder, "link"));
    assert.equal(await makeFolder(join(folder, "link", "a")), join(folder, "link", "a"));
  });

  it("fails where a part of the path is a file", async () => {
    await writeFile(join(folder, "file"), "");
    const path = join(folder, "file");
    const message = `The folder ${path} can't be made: a part of that path is a file. Move it away, or use another folder.`;
    await assert.rejects(makeFolder(path), { name: "InTheWayError", code: "EEXIST", path, message });
    await assert.rejects(makeFolder(join(folder, "file", "a")), { code: "EEXIST" });
    await symlink(join(folder, "nowhere"), join(folder, "dangling"));
    await assert.rejects(makeFolder(join(folder, "dangling", "a")), { code: "EEXIST" });
  });

  it("fails, and ends, where a folder takes no others", async function () {
    if (!existsSync("/proc/self")) this.skip();
    await assert.rejects(makeFolder("/proc/millrace/a/b"), { code: "ENOENT", path: "/proc/millrace" });
  });
});
