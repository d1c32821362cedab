import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callFailure } from "../../../extension/command-line/call-failure.ts";
import { findNode } from "../../../extension/programs/find-node.ts";
import { findRuntime, isCompatible } from "../../../extension/programs/find-runtime.ts";
import { byVersion, isNewEnough } from "../../../extension/programs/node-version.ts";
import { onPath } from "../../../extension/programs/on-path.ts";
import { processEnvironment } from "../../../extension/programs/process-environment.ts";

describe("The Node that runs flows", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-node-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is 20.19 or later", () => {
    assert.deepEqual(
      ["20.18.3", "20.19.0", "v20.20.2", "22.1.0", "v18.20.0", "100.0.0"].map((version) =>
        isNewEnough(version),
      ),
      [false, true, true, true, false, true],
    );
    assert.deepEqual(["v18.1.0", "v22.2.0", "v20.19.0", "v22.10.0"].sort(byVersion), [
      "v22.10.0",
      "v22.2.0",
      "v20.19.0",
      "v18.1.0",
    ]);
  });

  it("is found by absolute entries of the PATH only", () => {
    const files = new Set(["/opt/bin/docker", "/work/bin/docker", "bin/docker"]);
    const found = onPath("docker", {
      platform: "linux",
      path: ["", ".", "bin", "./bin", "~/bin", "/none", "/work/bin", "/opt/bin"].join(":"),
      exists: (file) => files.has(file),
    });
    assert.deepEqual(found, ["/work/bin/docker", "/opt/bin/docker"]);
  });

  it("is found on Windows where it is a program, and no script, which Node can't start", () => {
    const files = new Set([
      "C:\\Program Files\\Docker\\docker.exe",
      "C:\\shims\\docker.cmd",
      "bin\\docker.exe",
    ]);
    const found = onPath("docker", {
      platform: "win32",
      path: 'bin;C:\\shims;"C:\\Program Files\\Docker"',
      exists: (file) => files.has(file),
    });
    assert.deepEqual(found, ["C:\\Program Files\\Docker\\docker.exe"]);
  });

  it("is the setting's, or an error that says what is wrong with that and leads to the setting", async function () {
    if (process.platform === "win32") this.skip();
    const old = join(folder, "old-node");
    writeFileSync(old, "#!/bin/sh\necho v18.20.4\n");
    chmodSync(old, 0o755);
    assert.equal(await findNode(process.execPath), process.execPath);
    await assert.rejects(findNode(old), {
      message: `Millrace needs Node.js 20.19.0 or later; ${old} is 18.20.4.`,
      actions: [{ kind: "setting", title: "Choose Node.js", setting: "millrace.nodePath" }],
    });
    await assert.rejects(findNode(join(folder, "none")), { message: /can't be run as Node\.js/ });
  });

  it("is found on PATH where no setting says which", async () => {
    assert.match(await findNode(""), /node(\.exe)?$/);
  });
});

describe("The runtime that runs a flow", () => {
  const own = { cli: "/extension/dist/cli.js", version: "0.3.1", origin: "extension" } as const;
  let base: string;
  before(() => {
    base = mkdtempSync(join(tmpdir(), "millrace-runtime-"));
    install(join(base, "new", "node_modules", "millrace"), "0.3.9");
    install(join(base, "old", "node_modules", "millrace"), "0.2.0");
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  it("is the workspace's where that is compatible, else the extension's", () => {
    assert.deepEqual(findRuntime(join(base, "new", "flows", "a.flow.ts"), base, own), {
      cli: join(base, "new", "node_modules", "millrace", "dist", "cli.js"),
      version: "0.3.9",
      origin: "workspace",
    });
    assert.equal(findRuntime(join(base, "old", "a.flow.ts"), base, own), own);
    assert.equal(findRuntime(join(base, "a.flow.ts"), base, own), own);
    assert.equal(findRuntime("/elsewhere/a.flow.ts", base, own), own);
  });

  it("is not a checkout whose packages are elsewhere, as in a container", () => {
    const checkout = join(base, "checkout");
    install(checkout, "0.3.2", { zod: "^4" });
    assert.equal(findRuntime(join(checkout, "a.flow.ts"), checkout, own), own);
    mkdirSync(join(checkout, "node_modules", "zod"), { recursive: true });
    writeFileSync(join(checkout, "node_modules", "zod", "package.json"), "{}");
    assert.equal(findRuntime(join(checkout, "a.flow.ts"), checkout, own).version, "0.3.2");
  });

  it("may differ in the patch before 1.0, in the minor version after", () => {
    assert.deepEqual(
      [
        ["0.3.0", "0.3.9"],
        ["0.3.0", "0.4.0"],
        ["1.2.0", "1.9.0"],
        ["2.0.0", "1.0.0"],
      ].map(([a = "", b = ""]) => isCompatible(a, b)),
      [true, false, true, false],
    );
  });

  function install(folder: string, version: string, dependencies: object = {}): void {
    mkdirSync(join(folder, "dist"), { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "millrace", version, dependencies }));
    writeFileSync(join(folder, "dist", "cli.js"), "");
  }
});

describe("A run's process", () => {
  it("gets our environment without what belongs to VS Code", () => {
    assert.deepEqual(
      processEnvironment({
        PATH: "/bin",
        VSCODE_PID: "1",
        ELECTRON_RUN_AS_NODE: "1",
        NODE_OPTIONS: "--a",
        X: undefined,
      }),
      { PATH: "/bin", NODE_OPTIONS: "--a" },
    );
  });

  it("says what went wrong, where, with a way to there", () => {
    const cli = { node: "node", script: "/m/cli.js", session: "duckdb" };
    const source = { file: "/w/tasks.ts", line: 3, column: 7 };
    const failure = { error: { kind: "user", message: "It fails when it is imported.", source } };
    const told = (stdout: string, stderr: string) => {
      const { message, actions } = callFailure(cli, { stdout, stderr }, 1);
      return [message, ...actions];
    };
    assert.deepEqual(
      [
        told(`${JSON.stringify(failure)}\n`, "a warning\nerror: It fails when it is imported.\n"),
        told(`{"type":"log"}\n${JSON.stringify({ error: { kind: "usage", message: "No." } })}\n`, ""),
        told("", "node: bad option\n"),
        told("", ""),
      ],
      [
        ["It fails when it is imported.", { kind: "source", title: "Open File", ...source }],
        ["No."],
        ["Millrace ended with code 1: node: bad option"],
        ["Millrace ended with code 1 and said nothing."],
      ],
    );
  });
});
