import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { commands } from "../../../extension/manifest/commands.ts";
import { extensionFields } from "../../../extension/manifest/contributes.ts";

const root = resolve(import.meta.dirname, "..", "..", "..");

describe("The manifest", () => {
  it("says in package.json what extension/manifest declares", () => {
    execFileSync(process.execPath, [join(root, ".build", "manifest.mjs"), "--check"], { stdio: "pipe" });
  });

  it("links only to commands that are declared", () => {
    const text = JSON.stringify(extensionFields());
    const linked = [...text.matchAll(/(?:command:|onCommand:)(millrace\.\w+)/g)].map(([, id]) => id);
    assert.ok(linked.length > 5);
    assert.deepEqual(
      linked.filter((id) => id !== undefined && !(id in commands)),
      [],
    );
  });

  it("names only pictures that are there", () => {
    const text = JSON.stringify(extensionFields());
    const files = [...text.matchAll(/"(extension\/media\/[^"]+)"/g)].map(([, file]) => file ?? "");
    assert.ok(files.length > 3);
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });

  it("lets nothing run in a folder that isn't trusted", () => {
    const harmless = new Set([
      "openRun",
      "openResult",
      "newFlow",
      "deleteRun",
      "filterRuns",
      "showOlderRuns",
      "clearRunFilter",
      "pinPanel",
      "showLog",
    ]);
    const open = Object.entries(commands).filter(([id]) => !harmless.has(id.slice("millrace.".length)));
    for (const [id, command] of open)
      assert.equal("enablement" in command ? command.enablement : undefined, "isWorkspaceTrusted", id);
    const { capabilities } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      capabilities: { untrustedWorkspaces: { supported: string } };
    }; // the fields that the first test compares
    assert.equal(capabilities.untrustedWorkspaces.supported, "limited");
  });
});
