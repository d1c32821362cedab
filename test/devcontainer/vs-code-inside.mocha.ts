import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { quietSettings } from "../e2e/vs-code/server.ts";
import { vsCodeOrReason } from "../e2e/vs-code/session.ts";
import { VsCodeWindow } from "../e2e/vs-code/window.ts";
import { latestRun } from "../e2e/vs-code/workspace.ts";
import { vsCodeInside } from "./dev-container.ts";
import { useClone } from "./use-clone.ts";

const port = 8080;

describe("VS Code in the Dev Container", () => {
  const clone = useClone();
  let window: VsCodeWindow;
  let way: Server;

  before(async function () {
    const vsCode = await vsCodeOrReason();
    if (typeof vsCode === "string") {
      console.error(`Skipped: ${vsCode}`);
      this.skip();
    }
    const { containerId } = await clone().up();
    const inside = (path: string) => join(vsCodeInside, relative(vsCode.cache, path));
    await clone().exec("sh", "-c", serverScript(inside(vsCode.node), inside(vsCode.entry)));
    // What the Dev Containers extension does when it attaches.
    await clone().exec("sh", "-c", "PATH=$HOME/bin:$PATH node .devcontainer/install-extension.mjs");
    await clone().docker(
      "exec",
      "--detach",
      "--user",
      "node",
      containerId,
      "sh",
      "-c",
      `exec $HOME/bin/code-server --bind-addr 0.0.0.0:${port} --auth none --disable-workspace-trust /workspace`,
    );
    const [container] = JSON.parse(await clone().docker("inspect", containerId));
    const [network] = Object.values(container.NetworkSettings.Networks) as { IPAddress: string }[];
    assert.ok(network);
    // A web page has service workers on localhost only.
    way = createServer((socket) => {
      const other = connect(port, network.IPAddress);
      socket.pipe(other).pipe(socket);
      for (const end of [socket, other])
        end.on("error", () => {
          socket.destroy();
          other.destroy();
        });
    });
    await new Promise<void>((listening) => way.listen(0, "127.0.0.1", listening));
    const address = way.address();
    assert.ok(typeof address === "object" && address !== null);
    const url = `http://127.0.0.1:${address.port}`;
    for (let i = 0; !(await isUp(url)); i++) {
      assert.ok(i < 150, "VS Code doesn't answer.");
      await delay(200);
    }
    window = await VsCodeWindow.open(vsCode, url, "/workspace");
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") await window.screenshot("failed-inside-dev-container");
  });

  after(async () => {
    await window?.close();
    way?.close();
  });

  it("has Millrace's extension, which runs the movie flow from a browser outside, to be seen there live", async () => {
    await rm(join(clone().path, ".millrace"), { recursive: true, force: true });
    await window.showViews();
    await window.command("Millrace: Run Flow");
    await window.pick("movie-ratings.flow.ts");
    await window.quickInput.locator(".quick-input-title", { hasText: "Medium Data Pipeline Flow" }).waitFor();
    await window.page.keyboard.press("Enter");
    const running = latestRun(clone().path, ({ state }) => state !== undefined, 60_000);
    await window.panel
      .getByRole("treeitem", { name: "Saving the similarity join results, Completed" })
      .waitFor({ timeout: 60_000 });
    const run = await running;
    await window.screenshot("inside-dev-container");
    assert.equal(run.state?.name, "Completed");
    const { stdout } = await clone().tryDocker(
      "ps",
      "--quiet",
      "--filter",
      `id=${(await clone().up()).containerId}`,
    );
    await window.panel.locator(".chip", { hasText: stdout.trim() }).waitFor();
  });
});

/** A command `code-server` for the container's user, with settings of its own. */
function serverScript(node: string, entry: string): string {
  const settings = JSON.stringify(quietSettings);
  return `set -e
mkdir -p ~/bin ~/.code-server/User
printf 'auth: none\\ncert: false\\n' >~/.code-server/config.yaml
printf '%s' '${settings}' >~/.code-server/User/settings.json
printf '#!/bin/sh\\nexport EXTENSIONS_GALLERY='"'"'{"serviceUrl":""}'"'"'\\nexec ${node} ${entry} --config ~/.code-server/config.yaml --user-data-dir ~/.code-server --disable-telemetry --disable-update-check "$@"\\n' >~/bin/code-server
chmod 755 ~/bin/code-server`;
}

function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}
