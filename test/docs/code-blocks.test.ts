import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type * as Testing from "../../runtime/testing.ts";
import { setUpPython } from "../commands/python-set-up.ts";
import { type CodeBlock, codeBlocks, deadLinks, type Page, pages, root } from "./pages.ts";
import { fileOf, writeProject } from "./project.ts";

const run = promisify(execFile);

/** What a program printed, whatever its exit code. */
async function printed(args: readonly string[], cwd: string): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, args, {
    cwd,
    env: { ...process.env, MILLRACE_SESSION: "", NODE_OPTIONS: "" },
  }).catch((error: { stdout: string; stderr: string }) => error);
  return stdout + stderr;
}

/** An API of two pages, which fails now and then. */
function api() {
  let calls = 0;
  return createServer(({ url = "/" }, response) => {
    const page = Number(new URL(url, "http://localhost").searchParams.get("page"));
    response.statusCode = ++calls % 3 === 1 ? 503 : 200;
    response.end(JSON.stringify({ pages: 3, orders: [{ id: page, total: page * 1.5 }] }));
  });
}

async function listening(server: Server): Promise<Server> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

describe("The documentation's code", function () {
  this.timeout(120_000);
  const all = pages();
  const blocks = all.flatMap(codeBlocks);
  const written = blocks.filter(({ language, file }) => language === "ts" || file !== undefined);
  let folder: string;

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "millrace-docs-")));
    writeProject(folder, written);
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

  it("is of languages that are tried, in files of one name each", () => {
    const tried = ["ts", "sh", "json", "python", "yaml", "sql", "text"];
    assert.deepEqual(
      blocks.filter(({ language }) => !tried.includes(language)).map(({ page, line }) => `${page}:${line}`),
      [],
    );
    const names = written.map(fileOf);
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
    );
    for (const { text } of blocks.filter(({ language }) => language === "json")) JSON.parse(text);
  });

  it("type-checks as it stands there", async () => {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const problems = await printed([tsc, "--project", "."], folder);
    assert.equal(problems, "", problems);
  });

  const flows = written.filter(({ run, text }) => run !== undefined && text.includes("export default flow("));
  for (const block of flows) {
    it(`runs: ${block.file} of ${block.page}`, async function () {
      const { testFlow } = (await import(
        pathToFileURL(join(root, "dist/testing.js")).href
      )) as typeof Testing; // the built one, as users have it
      if (block.text.includes("python(") || block.text.includes("python<")) {
        const set = await setUpPython();
        if ("missing" in set) {
          console.error(`Skipped: ${set.missing}`);
          this.skip();
        }
        process.env.MILLRACE_PYTHON = set.python;
      }
      const server = block.run?.includes("$API") ? await listening(api()) : undefined;
      try {
        const url = `http://127.0.0.1:${(server?.address() as AddressInfo | undefined)?.port}`; // it listens on a port
        const parameters = JSON.parse((block.run ?? "{}").replace("$API", url)) as never; // the flow's schema checks it
        const module = (await import(pathToFileURL(join(folder, fileOf(block))).href)) as { default: never };
        await using tested = await testFlow(module.default, parameters, { folder });
        assert.equal(tested.state.name, "Completed", tested.logs.map(({ message }) => message).join("\n"));
        const said = saidOf(all, block);
        if (said !== undefined) assert.equal(tested.state.message, said);
      } finally {
        server?.close();
      }
    });
  }

  it("runs as programs and tests do", async () => {
    const options = ["--import", pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href];
    const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
    for (const block of written.filter(({ isTest }) => isTest)) {
      const said = await printed([...options, mocha, fileOf(block)], folder);
      assert.match(said, /passing/, said);
      assert.doesNotMatch(said, /failing/, said);
    }
    const programs = written.filter(({ run, text }) => run !== undefined && !text.includes("export default"));
    for (const block of programs) {
      const said = await printed([...options, fileOf(block)], folder);
      assert.match(
        said,
        block.run?.startsWith("prints") ? new RegExp(`^${block.run}$`, "m") : /^1 cities$/m,
        said,
      );
    }
  });

  it("has no link to what isn't there", () => {
    const dead = all.flatMap((page) =>
      deadLinks(page, all, existsSync).map((link) => `${page.path}: ${link}`),
    );
    assert.deepEqual(dead, []);
  });
});

/** The final state that the text after a flow's block names, if it does. */
function saidOf(all: readonly Page[], block: CodeBlock): string | undefined {
  const page = all.find(({ path }) => path === block.page);
  const after = page?.text.split("\n").slice(block.line + block.text.split("\n").length - 1);
  return /^It ends `Completed\('(.*)'\)/.exec(after?.slice(0, 3).join("\n").trim() ?? "")?.[1];
}
