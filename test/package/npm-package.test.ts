import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

interface Packing {
  copyToPack(folder: string): void;
  packOf(folder: string, into: string): string;
  linkedConsumer(folder: string, tarball: string): void;
  useInConsumer(folder: string): Readonly<Record<"types" | "module" | "commonjs" | "commandLine", string>>;
}

const root = resolve(import.meta.dirname, "..", "..");

describe("The npm package", function () {
  this.timeout(120_000);
  let room: string;
  let tarball: string;
  let packing: Packing;

  before(async () => {
    room = mkdtempSync(join(tmpdir(), "millrace-npm-package-"));
    packing = (await import(join(root, ".build", "check-package.mjs"))) as Packing; // its functions, as declared above
    packing.copyToPack(join(room, "copy"));
    tarball = packing.packOf(join(room, "copy"), room);
  });

  after(() => rmSync(room, { recursive: true, force: true }));

  const textOf = (path: string) =>
    execFileSync("tar", ["-xzOf", tarball, `package/${path}`], { encoding: "utf8", maxBuffer: 1 << 26 });

  it("has what a user needs and nothing else", () => {
    const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
    const kinds = files.map((path) =>
      path
        .replace(/^package\//, "")
        .replace(/^dist\/types\/.*\.d\.ts$/, "dist/types/*.d.ts")
        .replace(/^dist\/[\w-]+\.(c?js)$/, "dist/*.$1"),
    );
    assert.deepEqual([...new Set(kinds)].sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist/*.cjs",
      "dist/*.js",
      "dist/ThirdPartyNotices.txt",
      "dist/types/*.d.ts",
      "package.json",
      "runtime/flows/movie-ratings.flow.ts",
      "runtime/flows/movie-ratings.tasks.ts",
      "runtime/flows/sample/README.md",
      "runtime/flows/sample/imdb_sample.csv",
      "runtime/flows/sample/movies.csv",
      "runtime/flows/sample/ratings.csv",
      "runtime/flows/sample/true_pairs.csv",
    ]);
  });

  it("isn't published by accident, and has no field of VS Code's, which the checkout gets back", () => {
    const manifest = JSON.parse(textOf("package.json")) as Record<string, unknown>;
    assert.equal(manifest.private, true);
    assert.deepEqual(manifest.engines, { node: ">=20.19.0" });
    assert.deepEqual(
      ["main", "contributes", "activationEvents", "icon", "capabilities"].filter((name) => name in manifest),
      [],
    );
    const again = readFileSync(join(room, "copy", "package.json"), "utf8");
    assert.equal(again, readFileSync(join(root, "package.json"), "utf8"));
  });

  it("names the terms of what is bundled in it", () => {
    const notices = textOf("dist/ThirdPartyNotices.txt");
    for (const name of ["@grpc/grpc-js", "apache-arrow", "commander", "pg", "Apache Spark"])
      assert.match(notices, new RegExp(`^${name} `, "m"));
    assert.doesNotMatch(notices, /^(d3|@vscode\/webview-ui-toolkit) /m);
  });

  it("serves modules, CommonJS, the command line and type checks that have no types of our dependencies", () => {
    const project = join(room, "project");
    packing.linkedConsumer(project, tarball);
    const said = packing.useInConsumer(project);
    assert.deepEqual(
      { ...said, commandLine: (JSON.parse(said.commandLine) as { result: { value: unknown } }).result.value },
      {
        types: "",
        module: 'module [["a b","b c"]] 8\n',
        commonjs: "commonjs function function\n",
        commandLine: 10,
      },
    );
  });
});
