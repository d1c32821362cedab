import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { changeOf, contentOf, pathVersion } from "../../runtime/disk/file-version.ts";

interface Step {
  readonly do: "write" | "remove" | "touch";
  readonly name: string;
  readonly text?: string;
}

describe("The version of a path", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-version-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  };
  const change = async (version: Awaited<ReturnType<typeof pathVersion>>) => {
    const found = await changeOf(version);
    return found && `${found.how} ${found.file.slice(folder.length + 1)}`;
  };

  it("names the file that was added, changed or removed", async () => {
    await write("data/a.parquet", "a");
    const b = await write("data/within/b.parquet", "b");
    const version = await pathVersion(join(folder, "data"), { digest: "all" });
    assert.equal(await change(version), undefined);
    await writeFile(b, "c");
    assert.equal(await change(version), "changed data/within/b.parquet");
    await writeFile(b, "b");
    const c = await write("data/c.parquet", "c");
    assert.equal(await change(version), "added data/c.parquet");
    await rm(c);
    await rm(join(folder, "data/a.parquet"));
    assert.equal(await change(version), "removed data/a.parquet");
    await rm(join(folder, "data"), { recursive: true });
    assert.equal(await change(version), "removed data");
  });

  it("is another even where a file is changed at once, in place, to the same size and back-dated", async () => {
    const path = await write("a", "1");
    for (let i = 0; i < 50; i++) {
      const version = await pathVersion(path);
      const { atime, mtime } = await stat(path);
      await writeFile(path, String((i % 2) + 2));
      await utimes(path, atime, mtime);
      assert.equal(await change(version), "changed a");
    }
  });

  it("is the same for a file that was touched or copied back, if its digest is known", async () => {
    const path = await write("a", "large".repeat(1_000_000));
    const [known, unknown] = [await pathVersion(path, { digest: "all" }), await pathVersion(path)];
    const small = await pathVersion(path, { digest: 5_000_000 });
    await utimes(path, 0, 0);
    assert.equal(await change(known), undefined);
    assert.equal(await change(small), undefined);
    assert.equal(await change(unknown), "changed a");
    await cp(path, `${path}.copy`);
    await rename(`${path}.copy`, path);
    assert.equal(await change(known), undefined);
  });

  it("goes through links, and not in circles", async () => {
    const target = await write("target", "1");
    await mkdir(join(folder, "data"));
    await symlink(target, join(folder, "data", "a"));
    await symlink(join(folder, "data"), join(folder, "data", "again"));
    const version = await pathVersion(join(folder, "data"));
    assert.deepEqual(
      version.files.map((file) => file.name),
      ["a"],
    );
    await writeFile(target, "2");
    assert.equal(await change(version), "changed data/a");
  });

  it("tells nothing from an empty folder, and a file from a folder", async () => {
    const path = join(folder, "data");
    const nothing = await pathVersion(path);
    assert.equal(nothing.kind, "nothing");
    await mkdir(path);
    assert.equal(await change(nothing), "added data");
    const empty = await pathVersion(path);
    await rm(path, { recursive: true });
    await write("data", "");
    assert.equal(await change(empty), "changed data");
  });

  it("counts of a folder what its readers read", async () => {
    await write("data/a.parquet", "a");
    const version = await pathVersion(join(folder, "data"), { which: "parquet" });
    for (const name of ["notes.txt", "_SUCCESS", ".hidden.parquet", "within/b.parquet"])
      await write(join("data", name), "x");
    assert.equal(await change(version), undefined);
    await write("data/b.parquet", "b");
    assert.equal(await change(version), "added data/b.parquet");
  });

  it("has the content's digest, wherever it lies", async () => {
    const one = await pathVersion(join(folder, await named("one")), { digest: "all" });
    const two = await pathVersion(join(folder, await named("two")), { digest: "all" });
    assert.equal(contentOf(one), contentOf(two));
    await write("two/b", "y");
    assert.notEqual(contentOf(await pathVersion(join(folder, "two"), { digest: "all" })), contentOf(one));

    async function named(name: string): Promise<string> {
      await write(`${name}/a`, "x");
      await write(`${name}/b`, "x");
      return name;
    }
  });

  it("has changed if and only if the content has, whatever is done to a folder", async () => {
    const name = fc.constantFrom("a", "b", "within/c", "within/d");
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ do: fc.constant("write" as const), name, text: fc.constantFrom("", "1", "2", "long") }),
      fc.record({ do: fc.constant("remove" as const), name }),
      fc.record({ do: fc.constant("touch" as const), name }),
    );
    const steps = fc.array(step, { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, steps, async (first, then) => {
        const root = await mkdtemp(join(folder, "run-"));
        for (const each of first) await take(root, each);
        const before = contents(root);
        const version = await pathVersion(root, { digest: "all" });
        for (const each of then) await take(root, each);
        assert.equal((await changeOf(version)) === undefined, contents(root) === before);
      }),
      { numRuns: 100 },
    );

    async function take(root: string, { do: what, name, text = "" }: Step): Promise<void> {
      const path = join(root, name);
      if (what === "remove") return rm(path, { force: true });
      if (what === "touch") return utimes(path, 1, 1).catch(() => {}); // not there
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    function contents(root: string): string {
      const files = readdirSync(root, { recursive: true })
        .map(String)
        .filter((file) => statSync(join(root, file)).isFile());
      const digest = (file: string) =>
        createHash("sha256")
          .update(readFileSync(join(root, file)))
          .digest("hex");
      return files
        .sort()
        .map((file) => `${file} ${digest(file)}`)
        .join("\n");
    }
  });
});
