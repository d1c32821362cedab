import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

interface Release {
  notesOf(tag: string, version: string, changelog: string): string;
  withRepository(manifest: object, url: string): object;
}

const root = resolve(import.meta.dirname, "..", "..");

describe("A release", () => {
  let release: Release;
  before(async () => {
    release = (await import(join(root, ".build", "release.mjs"))) as Release; // its functions, as declared above
  });

  const changelog =
    "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.2.0 (2026-12-01)\n\n- A.\n- B.\n\n## 0.1.0\n\n- Old.\n";

  it("says what the changelog says of its version", () => {
    assert.equal(release.notesOf("v0.2.0", "0.2.0", changelog), "- A.\n- B.\n");
    assert.equal(release.notesOf("v0.1.0", "0.1.0", changelog), "- Old.\n");
  });

  it("isn't made of a tag that is another version, or that the changelog doesn't know", () => {
    assert.throws(() => release.notesOf("v0.2.0", "0.1.0", changelog), /tag is v0\.2\.0.*version 0\.1\.0/);
    assert.throws(() => release.notesOf("v0.3.0", "0.3.0", changelog), /says nothing of 0\.3\.0/);
  });

  it("names the repository that it is made from", () => {
    assert.deepEqual(release.withRepository({ name: "millrace" }, "https://example.com/a/b"), {
      name: "millrace",
      repository: { type: "git", url: "git+https://example.com/a/b.git" },
      homepage: "https://example.com/a/b#readme",
      bugs: "https://example.com/a/b/issues",
    });
  });

  it("runs scripts of npm's and files that are there", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object }; // npm's
    for (const name of ["ci", "release"]) {
      const text = readFileSync(join(root, ".github", "workflows", `${name}.yml`), "utf8");
      for (const [, script = ""] of text.matchAll(/npm run ([\w:]+)/g)) assert.ok(script in scripts, script);
      for (const [, file = ""] of text.matchAll(/node (\.build\/\S+)/g)) readFileSync(join(root, file));
    }
  });
});
