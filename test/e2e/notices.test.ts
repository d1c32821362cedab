import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { installedExtension } from "./vs-code/extension-package.ts";
import { vsCodeOrReason } from "./vs-code/session.ts";

const root = resolve(import.meta.dirname, "..", "..");

/** Names of the packages whose code an entry takes in, as a bundler of its own says. */
async function takenIn(entry: string, options: BuildOptions): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: "dist",
    bundle: true,
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "error",
    ...options,
  });
  assert.ok(metafile !== undefined); // asked for
  const paths = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return paths.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
}

/** Names of the packages in a folder's node_modules, those within others included. */
function installed(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .flatMap((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1] ?? []);
}

describe("The extension's package", function () {
  this.timeout(300_000);

  it("has the terms of all that is bundled or installed in it", async function () {
    const vsCode = await vsCodeOrReason();
    if (typeof vsCode === "string") {
      console.error(`Skipped: ${vsCode}`);
      this.skip();
    }
    const extensions = await installedExtension(vsCode);
    const name = readdirSync(extensions).find((each) => each.startsWith("millrace.millrace-")) ?? "";
    const folder = join(extensions, name);
    const node: BuildOptions = {
      platform: "node",
      external: ["vscode", "@duckdb/node-bindings", "@duckdb/node-bindings-*", "esbuild", "piscina", "zod"],
    };
    const bundled = await Promise.all([
      takenIn("runtime/cli/main.ts", node),
      takenIn("runtime/index.ts", node),
      takenIn("runtime/worker/thread.ts", node),
      takenIn("runtime/discovery/flow-reader-thread.ts", node),
      takenIn("extension/main.ts", { ...node, minify: true }),
      takenIn("webview/main.ts", { platform: "browser", define: { LAYOUT_WORKER_SOURCE: '""' } }),
    ]);
    const inIt = new Set([...bundled.flat(), ...installed(folder)]);
    const notices = readFileSync(join(folder, "ThirdPartyNotices.txt"), "utf8");
    const entries = notices.split(`\n${"-".repeat(80)}\n`).slice(1);
    const named = new Map(entries.map((entry) => [/^\n(.+?) (?:\d|\()/.exec(entry)?.[1] ?? entry, entry]));
    assert.deepEqual(
      [...inIt].filter((each) => !named.has(each)),
      [],
      "packages without a notice",
    );
    assert.deepEqual(
      [...named.keys()].filter((each) => !inIt.has(each) && !/^d3-|^dagre|^Apache Spark$/.test(each)),
      [],
      "notices of what isn't there",
    );
    assert.ok(named.has("Apache Spark"));
    for (const [each, entry] of named)
      assert.match(entry, /License: [\s\S]*(permission|licen[cs]ed?|redistribution)/i, each);
    assert.ok(inIt.size > 60, `${inIt.size}`);
  });

  it("advises nobody to fetch Millrace from a registry, where its name may be anybody's", () => {
    const folders = ["runtime", "extension", "webview", ".build", ".devcontainer", ".github"];
    const files = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
        join(folder, path),
      ),
    );
    const fetching =
      /\b(?:npm (?:i|install|add|exec|x)|npx|(?:yarn|pnpm|bun)(?: add| dlx|x)?)(?: -(?!-no )\S+)* millrace\b/;
    const advising = ["README.md", "CHANGELOG.md", ...files]
      .filter((path) => /\.(md|m?ts|mjs|json|yml|sh)$|Dockerfile$/.test(path))
      .filter((path) => fetching.test(readFileSync(join(root, path), "utf8")));
    assert.deepEqual(advising, []);
    assert.match("npx millrace run", fetching);
    assert.match("npm install --save-dev millrace", fetching);
  });
});
