import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readArtifact } from "../../runtime/store/read-artifact.ts";

describe("A histogram that a run's folder has", () => {
  let run: string;
  before(() => {
    run = mkdtempSync(join(tmpdir(), "millrace-artifact-"));
    mkdirSync(join(run, "artifacts"));
  });
  after(() => rmSync(run, { recursive: true }));

  const read = (content: object) => {
    writeFileSync(
      join(run, "artifacts", "a.json"),
      JSON.stringify({ kind: "histogram", label: "x", ...content }),
    );
    return readArtifact(run, "artifacts/a.json");
  };

  it("is read with one edge more than counts, and refused with any other number", async () => {
    const whole = { kind: "histogram", label: "x", edges: [0, 1, 2], counts: [3, 4] };
    assert.deepEqual(await read(whole), whole);
    for (const edges of [[], [0, 1], [0, 1, 2, 3]])
      await assert.rejects(read({ edges, counts: [3, 4] }), /edges for 2 counts/);
  });
});
