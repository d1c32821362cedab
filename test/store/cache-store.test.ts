import assert from "node:assert/strict";
import { cpSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestBytes, digestTree } from "../../runtime/disk/tree-digest.ts";
import { CacheStore } from "../../runtime/store/cache-store.ts";
import { makeRoom, removeRoom } from "../cli/cli.ts";

describe("a cached result's table", () => {
  /** Seconds since 1970. */
  const written = 1_700_000_000;
  const sizes = { large: 2 << 20, small: 1_000 };
  let room: string;

  beforeEach(() => {
    room = makeRoom();
  });

  afterEach(() => removeRoom(room));

  const runFolder = (id: string): string => {
    const folder = join(room, ".millrace", "runs", id);
    mkdirSync(join(folder, "results"), { recursive: true });
    return folder;
  };

  /** Keeps a table of two files in a folder, and gives one of its files in the cache. */
  async function keep(size: number): Promise<string> {
    const run = runFolder("one");
    mkdirSync(join(run, "results", "1-0.parquet"));
    for (const part of ["part-0", "part-1"]) {
      const file = join(run, "results", "1-0.parquet", part);
      writeFileSync(file, Buffer.alloc(size, part));
      utimesSync(file, written, written);
    }
    const digest = await digestTree(join(run, "results", "1-0.parquet"));
    const handle = { kind: "parquet", path: "./results/1-0.parquet" };
    const tables = [{ path: "", columns: [], handle, digest }];
    const stored = { inline: Buffer.from("value").toString("base64") };
    const { sha256, bytes } = digestBytes("value");
    const result = { stored, sha256, bytes, preview: "Table()", tables };
    await new CacheStore(room).keep("key", { task: "Task", created: 1, result, reads: null }, run);
    return join(room, ".millrace", "cache", "key", "1-0.parquet", "part-1");
  }

  const isFound = async (base: string, id: string) => {
    const found = await new CacheStore(base).find("key", runFolder(id), 0, async () => true);
    return found !== undefined;
  };

  it("isn't found where something else stands in place of the cache, which keeping it tells", async () => {
    mkdirSync(join(room, ".millrace"));
    writeFileSync(join(room, ".millrace", "cache"), "");
    assert.equal(await isFound(room, "one"), false);
    await assert.rejects(keep(sizes.small), /cache can't be made: a part of that path is a file/);
  });

  for (const [name, size] of Object.entries(sizes)) {
    it(`is made again when a ${name} file of it was changed`, async () => {
      const file = await keep(size);
      assert.equal(await isFound(room, "two"), true);
      assert.equal(await isFound(room, "three"), true, "links to it have come");
      writeFileSync(file, Buffer.alloc(size, "part-2"));
      assert.equal(await isFound(room, "four"), false);
    });

    it(`is known where the folder was copied, with a ${name} file`, async () => {
      await keep(size);
      cpSync(room, `${room}-copy`, { recursive: true });
      try {
        assert.equal(await isFound(`${room}-copy`, "two"), true);
      } finally {
        removeRoom(`${room}-copy`);
      }
    });
  }

  it("is not read again where it is large: its stamp tells that it is what was digested when it was written", async () => {
    for (const [name, expected] of [
      ["large", true],
      ["small", false],
    ] as const) {
      removeRoom(room);
      room = makeRoom();
      const file = await keep(sizes[name]);
      // What nobody does, so that it shows whether it was read.
      writeFileSync(file, Buffer.alloc(sizes[name], "part-2"));
      utimesSync(file, written, written);
      assert.equal(await isFound(room, "two"), expected, name);
    }
  });
});
