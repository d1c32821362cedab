import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const program = fileURLToPath(new URL("./join-equal-rows.ts", import.meta.url));

describe("A session's join of equal rows", function () {
  this.timeout(180_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "join-memory-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [method, nearest] of [
    ["exact", "all"],
    ["exact", "nearest"],
    ["minhash", "all"],
    ["minhash", "nearest"],
  ] as const) {
    it(`gives ${nearest} pairs by ${method} in order, in memory that doesn't grow with them`, async () => {
      const { stdout, stderr } = await run(process.execPath, [
        "--import",
        "tsx",
        program,
        folder,
        "2500",
        method,
        nearest,
      ]);
      assert.equal(stdout, "6250000 pairs, 0 out of order\n");
      const megabytes = Number(stderr.trim().split("\n").at(-1)) / 1024;
      assert.ok(megabytes < 500, `it took ${megabytes} MB`);
    });
  }
});
