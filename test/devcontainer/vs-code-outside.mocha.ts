import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { useVsCode } from "../e2e/vs-code/session.ts";
import type { VsCodeWindow } from "../e2e/vs-code/window.ts";
import { latestRun } from "../e2e/vs-code/workspace.ts";
import { storedRun } from "./stored-run.ts";
import { useClone } from "./use-clone.ts";

describe("VS Code on the host, with runIn: devContainer", () => {
  const clone = useClone();
  before(async () => {
    await clone().up();
    // For the docker command that the extension calls.
    Object.assign(process.env, clone().env, {
      MILLRACE_VSIX: join(clone().path, `millrace-linux-${process.arch}.vsix`),
    });
  });
  const vsCode = useVsCode({ settings: { "millrace.runIn": "devContainer" } });
  let window: VsCodeWindow;

  const runTheMovieFlow = async () => {
    await window.command("Millrace: Run Flow");
    await window.pick("movie-ratings.flow.ts");
  };

  it("runs the flow in the container, and follows it live", async () => {
    await rm(join(clone().path, ".millrace"), { recursive: true, force: true });
    window = await vsCode().open(clone().path);
    await window.showViews();
    await runTheMovieFlow();
    await window.quickInput.locator(".quick-input-title", { hasText: "Medium Data Pipeline Flow" }).waitFor();
    await window.page.keyboard.press("Enter");
    await window.panel
      .getByRole("treeitem", { name: "Saving the similarity join results, Completed" })
      .waitFor({ timeout: 60_000 });
    const { containerId } = await clone().up();
    await latestRun(clone().path, ({ state }) => state !== undefined);
    const { host, state, file } = await storedRun(clone().path);
    assert.deepEqual(
      { container: host.container, name: host.name, state: state?.name, file },
      {
        container: true,
        name: containerId.slice(0, 12),
        state: "Completed",
        file: join(clone().path, "runtime/flows/movie-ratings.flow.ts"),
      },
    );
    await window.panel.locator(".chip", { hasText: containerId.slice(0, 12) }).waitFor();
    await window.screenshot("run-in-dev-container");
  });

  it("opens a task's file on the host", async () => {
    await window.panel.getByRole("treeitem", { name: "Similarity join, Completed" }).click();
    await window.panel.getByRole("columnheader", { name: "IMDB_Title" }).waitFor();
    await window.panel
      .getByRole("button", { name: /movie-ratings\.tasks\.ts/ })
      .first()
      .click();
    await window.page.locator(".tab.active", { hasText: "movie-ratings.tasks.ts" }).waitFor();
  });

  it("offers to start the container when it isn't running", async () => {
    const { containerId } = await clone().up();
    await clone().docker("stop", "--time", "1", containerId);
    await runTheMovieFlow();
    await window.notification("isn't running").waitFor();
    await window.screenshot("dev-container-stopped");
    await window.notification("isn't running").getByText("Start", { exact: true }).click();
    await window.quickInput
      .locator(".quick-input-title", { hasText: "Medium Data Pipeline Flow" })
      .waitFor({ timeout: 60_000 });
    await window.page.keyboard.press("Escape");
    const running = await clone().docker("inspect", "--format", "{{.State.Running}}", containerId);
    assert.equal(running.trim(), "true");
  });

  it("offers to build the container where there is none, and says what that takes", async () => {
    await clone().docker("rm", "--force", (await clone().up()).containerId);
    await runTheMovieFlow();
    await window.notification("hasn't been built yet").getByText("Build and Start").click();
    await window.notification("has to be built by the Dev Containers extension").waitFor();
  });
});
