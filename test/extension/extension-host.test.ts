import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { useVsCode } from "../e2e/vs-code/session.ts";
import { makeWorkspace, millrace, removeWorkspace } from "../e2e/vs-code/workspace.ts";

const root = resolve(import.meta.dirname, "..", "..");

describe("In VS Code's extension host", function () {
  this.timeout(120_000);
  const vsCode = useVsCode({ forExtensionTests: true });
  let suites: string;

  before(async () => {
    suites = await mkdtemp(join(tmpdir(), "millrace-suites-"));
    await writeFile(
      join(suites, "package.json"),
      JSON.stringify({ name: "suites", publisher: "test", version: "0.0.1", engines: { vscode: "*" } }),
    );
    await build({
      entryPoints: [join(import.meta.dirname, "host", "run.ts")],
      outfile: join(suites, "run.js"),
      bundle: true,
      format: "cjs",
      platform: "node",
      target: "node22",
      external: ["vscode"],
      define: {
        MOCHA: JSON.stringify(join(root, "node_modules", "mocha", "index.js")),
        // Where the runtime finds what is built.
        "import.meta.url": JSON.stringify(pathToFileURL(join(root, "package.json")).href),
      },
      logLevel: "warning",
    });
  });

  after(async () => {
    await rm(suites, { recursive: true, force: true });
  });

  /** Each try has a workspace of its own: the suites change it. */
  async function workspace(): Promise<string> {
    const folder = await makeWorkspace("steps.flow.ts", "failing.flow.ts");
    await writeFile(
      join(folder, "broken.flow.ts"),
      'import { flow } from "millrace";\n\nexport default flow(\n',
    );
    await millrace(folder, "run", "steps", "--pause", "1");
    await millrace(folder, "run", "failing").catch(() => {}); // as it should
    return folder;
  }

  it("flows, runs, lenses and commands are as they should be", async () => {
    const folder = await workspace();
    try {
      const { passed, output } = await vsCode().runSuites(folder, suites, join(suites, "run.js"));
      if (!passed) throw new Error(output);
      // The suites' lines are indented; the workbench's aren't.
      console.log(output.replaceAll(/^(?! ).*\n?/gm, "").replaceAll(/^/gm, "    "));
    } finally {
      await removeWorkspace(folder);
    }
  });
});
