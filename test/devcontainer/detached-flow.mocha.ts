import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hostUser } from "./dev-container.ts";
import { runningRun, storedRun } from "./stored-run.ts";
import { useClone } from "./use-clone.ts";

const root = resolve(import.meta.dirname, "..", "..");

describe("A flow in a container of its own", () => {
  const clone = useClone();

  before(async () => {
    await cp(join(root, "test/e2e/workspace/slow.flow.ts"), join(clone().path, "slow.flow.ts"));
    await clone().compose(["build", "flow"]);
  });

  afterEach(async () => {
    await rm(join(clone().path, ".millrace"), { recursive: true, force: true });
    await rm(join(clone().path, "output_data"), { recursive: true, force: true });
  });

  it("is run by an image of less than 400 MB, by a user without rights, who can write to nothing but the folder", async () => {
    const size = Number(
      await clone().docker("image", "inspect", "--format", "{{.Size}}", `${clone().project}-flow`),
    );
    assert.ok(size < 400e6, `${size} bytes`);
    const script =
      "id -u; touch /app/x /usr/x /home/node/x; touch /workspace/x && rm /workspace/x && echo workspace";
    const { stdout, stderr } = await clone().tryCompose([
      "run",
      "--rm",
      "-T",
      "--entrypoint",
      "sh",
      "flow",
      "-c",
      script,
    ]);
    assert.equal(stdout, `${hostUser.uid}\nworkspace\n`);
    assert.equal(stderr.match(/Read-only file system/g)?.length, 3, stderr);
  });

  it("runs detached, and leaves its status, its log and, on the host, its output", async () => {
    const id = (await clone().compose(["run", "-d", "flow", "-t", "0.5"])).trim();
    assert.equal((await clone().docker("wait", id)).trim(), "0");
    const log = await clone().docker("logs", id);
    assert.match(log, /Finished in state Completed\('All states completed.'\)/);
    await clone().docker("rm", id);
    const output = join(clone().path, "output_data", "final_result");
    const files = (await readdir(output)).filter((name) => name.endsWith(".parquet"));
    assert.equal(files.length, 1);
    const { uid, gid } = await stat(join(output, files[0] ?? ""));
    assert.deepEqual({ uid, gid }, hostUser);
    const { host, state } = await storedRun(clone().path);
    assert.deepEqual(
      { container: host.container, state: state?.name },
      { container: true, state: "Completed" },
    );
  });

  it("is followed on the host while it runs, and `docker stop` cancels it", async () => {
    const id = (await clone().compose(["run", "--rm", "-d", "flow"], { FLOW: "slow.flow.ts" })).trim();
    const run = await runningRun(clone().path);
    const args = [join(root, "dist", "cli.js"), "follow", run.id, "--log"];
    const follower = spawn(process.execPath, args, { cwd: clone().path, stdio: ["ignore", "pipe", "pipe"] });
    let seen = "";
    for (const stream of [follower.stdout, follower.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        seen += text;
      });
    const closed = new Promise<number | null>((done) => follower.once("close", done));
    while (!/Created task run 'Dawdle-0'/.test(seen)) {
      assert.equal(follower.exitCode, null, seen);
      await new Promise((done) => setTimeout(done, 50));
    }
    await clone().docker("stop", id);
    assert.equal(await closed, 130);
    assert.match(seen, /Finished in state Cancelled\('Cancelled by SIGTERM.'\)/);
    const { state } = await storedRun(clone().path);
    assert.equal(state?.name, "Cancelled");
  });
});
