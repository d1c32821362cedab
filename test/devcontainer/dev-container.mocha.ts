import assert from "node:assert/strict";
import { appendFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostUser } from "./dev-container.ts";
import { useClone } from "./use-clone.ts";

describe("The Dev Container", () => {
  const clone = useClone();

  it("is built and opened from a fresh clone, with everything installed and built", async () => {
    const { path } = clone();
    const up = await clone().up();
    assert.deepEqual(
      { outcome: up.outcome, remoteUser: up.remoteUser, remoteWorkspaceFolder: up.remoteWorkspaceFolder },
      { outcome: "success", remoteUser: "node", remoteWorkspaceFolder: "/workspace" },
    );
    assert.match(await clone().exec("node", "--version"), /^v24\./);
    assert.equal((await clone().exec("millrace", "--version")).trim(), "0.1.0");
    assert.ok(await stat(join(path, "dist", "cli.js")));
    assert.ok(await stat(join(path, `millrace-linux-${process.arch}.vsix`)));
  });

  it("gives files to the same user on both sides", async () => {
    const { path } = clone();
    const ids = (await clone().exec("sh", "-c", "id -u; id -g; echo inside >from-inside")).trim();
    assert.equal(ids, `${hostUser.uid}\n${hostUser.gid}`);
    const { uid, gid } = await stat(join(path, "from-inside"));
    assert.deepEqual({ uid, gid }, hostUser);
    await writeFile(join(path, "from-outside"), "outside");
    assert.equal(await clone().exec("cat", "from-outside"), "outside");
    await clone().exec("rm", "from-inside", "from-outside");
  });

  it("has no ports, no secrets, a terminal and an init process, and says that it is healthy", async () => {
    const { containerId } = await clone().up();
    const [container] = JSON.parse(await clone().docker("inspect", containerId));
    assert.deepEqual(
      {
        ports: container.HostConfig.PortBindings ?? {},
        user: container.Config.User,
        tty: container.Config.Tty,
        stdin: container.Config.OpenStdin,
        init: container.HostConfig.Init,
        health: container.State.Health.Status,
      },
      { ports: {}, user: "node", tty: true, stdin: true, init: true, health: "healthy" },
    );
  });

  it("passes tests of the runtime and the movie flow", async () => {
    const tests =
      "test/{events,store,flows}/*.test.ts test/runner/{resources,resume,cancel,values,durability}.test.ts";
    const said = await clone().exec("bash", "-c", `npm test -- --reporter dot ${tests} 2>&1`);
    assert.match(said, /^ +\d+ passing/m);
    assert.doesNotMatch(said, /^ +\d+ failing/m);
  });

  it("is built again after a change of the sources with nothing done anew", async () => {
    await appendFile(join(clone().path, "runtime", "index.ts"), "\n");
    const { stdout, stderr } = await clone().tryCompose(["--progress", "plain", "build", "dev"]);
    const said = stdout + stderr;
    const steps = said.split("\n").filter((line) => /\[dev \w+ +\d+\/\d+\] (RUN|COPY|WORKDIR)/.test(line));
    const done = said.split("\n").filter((line) => /^#\d+ CACHED$/.test(line));
    assert.ok(steps.length > 2, said);
    assert.equal(done.length, steps.length, said);
  });
});
