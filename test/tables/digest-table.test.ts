import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestTable } from "../../runtime/tables/digest-table.ts";
import type { CsvOptions, FileHandle } from "../../runtime/tables/session.ts";

describe("A table's digest", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-digest-"));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const csv = async (file: string, text: string, options: CsvOptions): Promise<string> => {
    await writeFile(join(folder, file), text);
    const columns = Object.entries(options.columns).map(([name, type]) => ({ name, type }));
    return digestTable({ kind: "csv", path: join(folder, file), options, columns });
  };

  it("is the same for equal files wherever they lie, and another for another content", async () => {
    const options: CsvOptions = { columns: { a: "integer" } };
    const digest = await csv("a.csv", "a\n1\n", options);
    assert.match(digest, /^[0-9a-f]{64}$/);
    assert.equal(await csv("b.csv", "a\n1\n", { ...options, delimiter: "," }), digest);
    assert.notEqual(await csv("c.csv", "a\n2\n", options), digest);
  });

  it("tells how a file is read", async () => {
    const options: CsvOptions = { columns: { a: "integer" } };
    const readings: CsvOptions[] = [
      options,
      { columns: { a: "long" } },
      { ...options, quote: null },
      { ...options, onBadRow: "reject" },
      { ...options, delimiter: ";" },
      { ...options, header: false },
      { ...options, nullValues: ["NA"] },
      { ...options, decimalSeparator: "," },
      { ...options, dateFormat: "dd.MM.yyyy" },
    ];
    const digests = await Promise.all(readings.map((reading) => csv("a.csv", "a\n1\n", reading)));
    assert.equal(new Set(digests).size, readings.length);
  });

  it("sees that a file has changed, even in place and back-dated", async () => {
    const options: CsvOptions = { columns: { a: "integer" } };
    const digest = await csv("a.csv", "a\n1\n", options);
    const changed = csv("a.csv", "a\n2\n", options);
    await utimes(join(folder, "a.csv"), 0, 0);
    assert.notEqual(await changed, digest);
    assert.notEqual(await csv("a.csv", "a\n3\n", options), digest);
  });

  it("takes a folder by its files' names and contents, but not by what is hidden in it", async () => {
    const write = async (name: string, files: Record<string, string>): Promise<FileHandle> => {
      await mkdir(join(folder, name));
      for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, file), text);
      return { kind: "parquet", path: join(folder, name), columns: [{ name: "a", type: "integer" }] };
    };
    const digest = await digestTable(await write("one", { "part-0.parquet": "x", "part-1.parquet": "y" }));
    assert.equal(
      await digestTable(await write("same", { "part-1.parquet": "y", "part-0.parquet": "x", _SUCCESS: "" })),
      digest,
    );
    assert.notEqual(
      await digestTable(await write("moved", { "part-0.parquet": "y", "part-1.parquet": "x" })),
      digest,
    );
  });

  it("fails for a file that isn't there", async () => {
    const path = join(folder, "none.parquet");
    await assert.rejects(digestTable({ kind: "parquet", path, columns: [] }), {
      name: "TableError",
      message: `${path}: there is no such file.`,
    });
  });
});
