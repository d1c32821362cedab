import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileSystemModel, type Survival, seeded } from "./file-system-model.ts";
import type { Call } from "./recorded-calls.ts";

const survivals: readonly Survival[] = ["nothing", "everything", "names", "sizes", "some"];

describe("what a power cut may leave of a file that is replaced", () => {
  const room = realpathSync(mkdtempSync(join(tmpdir(), "millrace-model-")));
  const folder = join(room, "folder");
  const file = join(folder, "file");
  after(() => rmSync(room, { recursive: true }));

  /** All contents that the file may have after the calls, none where it may be missing; by 60 cuts. */
  function outcomes(calls: readonly Call[], { syncsFolder = false } = {}): string {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(file, "old");
    const model = new FileSystemModel(folder);
    for (const call of calls) model.apply(call);
    if (syncsFolder) model.apply({ call: "sync", inode: String(statSync(folder).ino) });
    const found = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const left = join(room, "left");
      model.leave(left, survivals[seed % survivals.length] ?? "some", seeded(seed));
      found.add(existsSync(join(left, "file")) ? readFileSync(join(left, "file"), "latin1") : "none");
      rmSync(left, { recursive: true });
    }
    return [...found]
      .map((content) => content.replaceAll("\0", "0"))
      .sort()
      .join(" ");
  }

  const fresh: readonly Call[] = [
    { call: "create", inode: "new", path: join(folder, "fresh") },
    { call: "write", inode: "new", offset: 0, bytes: Buffer.from("new") },
  ];
  const sync: Call = { call: "sync", inode: "new" };
  const rename: Call = { call: "rename", from: join(folder, "fresh"), path: file };

  it("written in full, fsynced, renamed, its folder fsynced: the new one", () => {
    assert.equal(outcomes([...fresh, sync, rename], { syncsFolder: true }), "new");
  });

  it("its folder not fsynced: the old one, too", () => {
    assert.equal(outcomes([...fresh, sync, rename]), "new old");
  });

  it("renamed before it is fsynced: a part of it, zeros or nothing, too", () => {
    const contents = outcomes([...fresh, rename]).split(" ");
    for (const content of ["", "000", "new", "old"])
      assert.ok(contents.includes(content), contents.join(" "));
  });

  it("removed: there or not, whatever was synced of it before", () => {
    assert.equal(outcomes([{ call: "remove", path: file }]), "none old");
  });
});
