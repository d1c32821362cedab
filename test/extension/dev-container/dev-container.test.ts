import assert from "node:assert/strict";
import { basename } from "node:path";
import {
  commandLine,
  inputText,
  processIn,
  saidToUser,
} from "../../../extension/command-line/command-line.ts";
import { buildProblem } from "../../../extension/dev-container/build-problem.ts";
import { foldersBetween } from "../../../extension/dev-container/container-runtime.ts";
import {
  chooseContainer,
  hereData,
  type InspectedContainer,
  insideText,
} from "../../../extension/dev-container/dev-container.ts";
import { dockerProblem } from "../../../extension/dev-container/docker-command.ts";

function container(
  id: string,
  labels: Record<string, string>,
  { running = true, source = "/home/ada/films" } = {},
): InspectedContainer {
  return {
    Id: id,
    State: { Running: running },
    Config: { Labels: labels },
    Mounts: [
      { Type: "volume", Source: "/var/lib/docker/volumes/npm", Destination: "/home/node/.npm" },
      { Type: "bind", Source: source, Destination: "/workspace" },
    ],
  };
}

const opened = { "devcontainer.local_folder": "/home/ada/films" };
const composed = {
  "com.docker.compose.project.working_dir": "/home/ada/films/.devcontainer",
  "com.docker.compose.oneoff": "False",
};

describe("The Dev Container of a folder", () => {
  const idOf = (containers: InspectedContainer[], folder = "/home/ada/films") =>
    chooseContainer(containers, folder)?.id;

  it("is the one that VS Code or Compose made for it, a running one first", () => {
    assert.equal(idOf([container("a", { "devcontainer.local_folder": "/home/ada/other" })]), undefined);
    assert.equal(idOf([container("a", {})]), undefined);
    assert.equal(idOf([container("a", opened, { running: false }), container("b", composed)]), "b");
    assert.equal(idOf([container("a", opened, { running: false })]), "a");
    assert.equal(idOf([container("a", { ...composed, "com.docker.compose.oneoff": "True" })]), undefined);
    assert.equal(idOf([container("a", opened)], "/home/ada/films/flows"), "a");
    assert.equal(idOf([container("a", opened)], "/home/ada/films-2"), undefined);
    assert.equal(idOf([container("a", opened, { source: "/host_mnt/home/ada/films" })]), "a");
  });

  it("is the one that names exactly the folder, whatever else claims it", () => {
    const claims = (folder: string, source = folder, running = true) =>
      container(`${folder} ${source}`, { "devcontainer.local_folder": folder }, { running, source });
    const exact = claims("/home/ada/films", "/home/ada/films", false);
    const others = [
      claims("/home/ada"),
      claims("/"),
      claims("/home/ada/films", "/home/ada"),
      claims("/home/ada", "/home/ada/films"),
      claims("/home/ada/films", "/"),
      claims("/home/ada/films", "/host_mnt"),
    ];
    assert.equal(idOf([...others, exact]), exact.Id);
    assert.equal(idOf([exact, ...others]), exact.Id);
    assert.equal(idOf(others), "/home/ada/films /home/ada");
    assert.equal(
      idOf([claims("/"), claims("/home/ada/films", "/"), claims("/home/ada/films", "/host_mnt")]),
      undefined,
    );
  });

  it("tells its user by the configuration's last word", () => {
    const labels = {
      ...opened,
      "devcontainer.metadata": '[{"remoteUser":"root"},{"id":"x"},{"remoteUser":"node"}]',
    };
    assert.equal(chooseContainer([container("a", labels)], "/home/ada/films")?.user, "node");
  });
});

describe("A command line in a container", () => {
  const devContainer = {
    id: "f00d",
    isRunning: true,
    user: "node",
    paths: [
      { here: "/home/ada/films", inside: "/workspace" },
      { here: "/home/ada/.vscode/extensions/millrace", inside: "/opt/millrace" },
    ],
  } as const;
  const session = "sc://spark/;token=s3cret";
  const cli = { node: "node", script: "/opt/millrace/dist/cli.js", session, container: devContainer };

  it("is called by docker, with paths as they are inside, and its session where others can't see it", () => {
    const args = [
      "run",
      "/home/ada/films/a.flow.ts",
      "--parameters",
      '{"input":"/home/ada/films/data"}',
      "--dir",
      "/home/ada/films",
    ];
    const { command, args: given, cwd, env } = commandLine(cli, args, "/home/ada/films");
    assert.deepEqual(
      [basename(command), ...given, cwd],
      [
        ...[
          "docker",
          "exec",
          "--env",
          "MILLRACE_SESSION",
          "--workdir",
          "/workspace",
          "--user",
          "node",
          "f00d",
        ],
        ...[
          "sh",
          "-c",
          'echo "millrace-process $$" >&2; exec "$@"',
          "sh",
          "node",
          "/opt/millrace/dist/cli.js",
        ],
        ...[
          "run",
          "/workspace/a.flow.ts",
          "--parameters",
          '{"input":"/workspace/data"}',
          "--dir",
          "/workspace",
        ],
        "/home/ada/films",
      ],
    );
    assert.equal(env.MILLRACE_SESSION, session);
  });

  it("is given parameters and secrets on its standard input, parameters with paths as they are inside", () => {
    const input = {
      parameters: { input: "/home/ada/films/data", token: "t0p-s3cret" },
      secrets: { KEY: "/home/ada/films/is-a-secret" },
    };
    const { args, env } = commandLine(cli, ["run", "--stdin"], "/home/ada/films", { takesInput: true });
    assert.deepEqual(args.slice(0, 2), ["exec", "--interactive"]);
    assert.doesNotMatch(JSON.stringify([args, env]), /t0p-s3cret/);
    assert.deepEqual(JSON.parse(inputText(cli, input)), {
      parameters: { input: "/workspace/data", token: "t0p-s3cret" },
      secrets: { KEY: "/home/ada/films/is-a-secret" },
    });
  });

  it("tells its process's number there, and its errors with paths as they are here", () => {
    const stderr = "millrace-process 4711\nerror: /workspace/a.flow.ts:3:1: no\n";
    assert.equal(processIn(cli, 12, ""), undefined);
    assert.equal(processIn(cli, 12, stderr), 4711);
    assert.equal(saidToUser(cli, stderr), "error: /home/ada/films/a.flow.ts:3:1: no\n");
    assert.deepEqual(hereData(devContainer, { plan: [{ file: "/workspace/a.flow.ts", line: 3 }] }), {
      plan: [{ file: "/home/ada/films/a.flow.ts", line: 3 }],
    });
    assert.equal(
      insideText(devContainer, "/home/ada/.vscode/extensions/millrace/runtime/flows/x.flow.ts"),
      "/opt/millrace/runtime/flows/x.flow.ts",
    );
  });

  it("is looked for from the flow's folder up to the workspace's", () => {
    assert.deepEqual(foldersBetween("/workspace/a/b", "/workspace"), [
      "/workspace/a/b",
      "/workspace/a",
      "/workspace",
    ]);
    assert.deepEqual(foldersBetween("/workspace", "/workspace"), ["/workspace"]);
    assert.deepEqual(foldersBetween("/opt/x", "/workspace"), ["/opt/x"]);
  });
});

describe("What goes wrong with Docker", () => {
  it("is told with what to do", () => {
    const cases = [
      "ENOENT",
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
      "Error response from daemon: Container f00d is not running",
      "Error response from daemon: driver failed",
    ];
    assert.equal(
      cases.map((said) => dockerProblem(said).message).join("\n"),
      `The setting millrace.runIn is devContainer, and the command 'docker' was not found. Install Docker, or put it on the PATH that VS Code starts with.
Docker's engine doesn't answer. Start Docker Desktop or the service docker, then run the flow again.
You may not use Docker's engine: permission denied. On Linux, add yourself to the group docker, then log in again.
The Dev Container was stopped. Run the flow again to start it.
Docker failed: Error response from daemon: driver failed`,
    );
  });

  it("in a build is told by its last errors", () => {
    const stderr = `[2026-11-25T02:38:17.661Z] #5 [dev 2/5] RUN apt-get install nonesuch
#5 1.2 E: Unable to locate package nonesuch
failed to solve: process "/bin/sh -c apt-get install nonesuch" did not complete successfully: exit code: 100`;
    assert.equal(
      buildProblem('{"outcome":"error","message":"Command failed"}', stderr),
      `The Dev Container could not be built: failed to solve: process "/bin/sh -c apt-get install nonesuch" did not complete successfully: exit code: 100. The log has all of it; put .devcontainer right, then run the flow again.`,
    );
    assert.equal(
      buildProblem('{"outcome":"error","message":"Dockerfile not found"}', ""),
      "The Dev Container could not be built: Dockerfile not found. The log has all of it; put .devcontainer right, then run the flow again.",
    );
  });
});
