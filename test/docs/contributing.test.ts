import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./pages.ts";

const run = promisify(execFile);

/** The first step of an addition, as CONTRIBUTING tells it: a text that is there, and what stands in its place. */
const additions: { readonly [what: string]: readonly [file: string, at: string, instead: string] } = {
  RunEventBody: [
    "runtime/events/run-event.ts",
    "export type RunEventBody =\n",
    'export type RunEventBody =\n  | { readonly type: "noted"; readonly note: string }\n',
  ],
  ArtifactContent: [
    "runtime/events/artifacts.ts",
    "  | ImageArtifact;\n",
    '  | ImageArtifact\n  | { readonly kind: "gauge"; readonly value: number };\n',
  ],
  simpleNames: ["runtime/tables/column-types.ts", '  "timestamp",\n', '  "timestamp",\n  "time",\n'],
  SessionUrl: [
    "runtime/tables/session-url.ts",
    "export type SessionUrl =",
    'export type SessionUrl = { readonly engine: "other" } |',
  ],
  commands: [
    "extension/manifest/commands.ts",
    "export const commands = {\n",
    'export const commands = {\n  "millrace.other": { title: "Other" },\n',
  ],
};

describe("CONTRIBUTING", function () {
  this.timeout(120_000);
  const text = readFileSync(join(root, ".github", "CONTRIBUTING.md"), "utf8");
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-additions-"));
    for (const name of ["runtime", "extension", "webview"])
      cpSync(join(root, name), join(folder, name), { recursive: true });
    const config = readFileSync(join(root, "tsconfig.json"), "utf8").replace(', "test"]', "]");
    writeFileSync(join(folder, "tsconfig.json"), config);
    cpSync(join(root, "package.json"), join(folder, "package.json"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

  it("lists, of each addition, the files that the compiler names after its first step", async () => {
    for (const [what, [file, at, instead]] of Object.entries(additions)) {
      const before = readFileSync(join(root, file), "utf8");
      assert.ok(before.includes(at), `${what}: ${file} has no ${JSON.stringify(at)}`);
      writeFileSync(join(folder, file), before.replace(at, instead));
    }
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    // No file is named by two of them, so that one run of the compiler tells of all.
    const { stdout } = await run(process.execPath, [tsc, "--project", "."], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    const named = new Set([...stdout.matchAll(/^(\S+\.ts)\(/gm)].map(([, path]) => path));
    const listed = Object.keys(additions).flatMap((what) => filesListed(text, what));
    assert.deepEqual([...named].sort(), listed.sort(), stdout);
  });
});

/** The files of a list. */
function filesListed(text: string, what: string): string[] {
  const list = new RegExp(`<!-- names: ${what} -->\n((?:- .*\n)+)`).exec(text)?.[1] ?? "";
  return [...list.matchAll(/^- (.*?):/gm)].flatMap(([, paths = ""]) =>
    [...paths.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path),
  );
}
