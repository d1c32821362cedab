import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildProblem } from "../../extension/dev-container/build-problem.ts";
import { readRun } from "../../runtime/store/read-run.ts";
import { listRunFolders } from "../../runtime/store/run-folder.ts";
import { hostUser } from "./dev-container.ts";
import { runningRun } from "./stored-run.ts";
import { useClone } from "./use-clone.ts";

const root = resolve(import.meta.dirname, "..", "..");

describe("What goes wrong around a container", () => {
  const clone = useClone();

  before(() => clone().compose(["build", "flow"]));

  afterEach(() => rm(join(clone().path, ".millrace"), { recursive: true, force: true }));

  /** What `docker run` of the flow's image says when it fails. */
  async function failedRun(...options: string[]): Promise<string> {
    const image = `${clone().project}-flow`;
    const { code, stderr } = await clone().tryDocker(
      "run",
      "--rm",
      ...options,
      image,
      "run",
      "movie-ratings",
    );
    assert.equal(code, 1, stderr);
    return stderr.trim().split("\n").at(-1) ?? "";
  }

  it("a workspace that is mounted read-only is told, with what to do", async () => {
    assert.equal(
      await failedRun("--volume", `${clone().path}:/workspace:ro`),
      "error: The folder /workspace/.millrace can't be made, since /workspace is not writable. It is mounted read-only in this container: mount it without ':ro' or 'readonly'.",
    );
  });

  it("a workspace of another user is told, with how to run as that one", async () => {
    assert.equal(
      await failedRun("--volume", `${clone().path}:/workspace`, "--user", "4711:4711"),
      `error: The folder /workspace/.millrace can't be made, since /workspace is not writable. It belongs to user ${hostUser.uid}, and this process is user 4711. Start the container as that user: env UID=${hostUser.uid} GID=${hostUser.gid} docker compose run ...`,
    );
  });

  it("a container that is killed under a run leaves one that shows as Crashed, and says how to go on", async () => {
    await cp(join(root, "test/e2e/workspace/slow.flow.ts"), join(clone().path, "slow.flow.ts"));
    const id = (await clone().compose(["run", "--rm", "-d", "flow"], { FLOW: "slow.flow.ts" })).trim();
    const { host } = await runningRun(clone().path);
    await clone().docker("kill", id);
    const [path] = await listRunFolders(clone().path);
    assert.ok(path);
    let run = await readRun(path);
    // Seen from outside, a run is gone when its heartbeat has stopped for a while.
    for (let i = 0; run.alive && i < 200; i++) {
      await new Promise((done) => setTimeout(done, 200));
      run = await readRun(path);
    }
    assert.deepEqual(
      { name: run.state.name, message: run.state.message },
      {
        name: "Crashed",
        message: `The run's process ${host.pid} in the container ${host.name} is gone. 'millrace resume ${run.info.id}' goes on from there.`,
      },
    );
  });

  it("an image that can't be built is told by the command that failed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-broken-"));
    try {
      await writeFile(join(folder, "Dockerfile"), `FROM ${clone().env.DEBIAN_IMAGE}\nRUN no-such-program\n`);
      await writeFile(join(folder, ".devcontainer.json"), '{ "build": { "dockerfile": "Dockerfile" } }');
      const { code, stdout, stderr } = await clone().tryUp(folder);
      assert.equal(code, 1);
      assert.match(
        buildProblem(stdout, stderr),
        /^The Dev Container could not be built: .*no-such-program.* The log has all of it; put .devcontainer right/,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
