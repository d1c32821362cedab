import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { aptInstall, debianMirror } from "./debian-packages.ts";
import { type DockerEngine, docker, NoEngineError } from "./docker-engine.ts";
import { runCommand, tryCommand } from "./run-command.ts";

/** The images that ours are built on. */
export interface BaseImages {
  readonly NODE_IMAGE: string;
  readonly DEBIAN_IMAGE: string;
}

const real: BaseImages = { NODE_IMAGE: "node:24-bookworm-slim", DEBIAN_IMAGE: "debian:bookworm-slim" };
const standIn: BaseImages = {
  NODE_IMAGE: "millrace-test/node:24-bookworm-slim",
  DEBIAN_IMAGE: "millrace-test/debian:bookworm-slim",
};

/**
 * Sees to it that the engine has the base images. Where no registry can be reached, stand-ins are made of
 * Debian's packages and of Node from the npm registry: as the real ones are, with this machine's certificates.
 * @throws {NoEngineError} where neither can be done.
 */
export async function baseImages(engine: DockerEngine): Promise<BaseImages> {
  if ((await has(engine, real.NODE_IMAGE)) && (await has(engine, real.DEBIAN_IMAGE))) return real;
  const pulls = Object.values(real).map((image) =>
    tryCommand("docker", ["pull", "--quiet", image], { env: engine.env, timeout: 120_000 }),
  );
  if ((await Promise.all(pulls)).every(({ code }) => code === 0)) return real;
  if ((await has(engine, standIn.NODE_IMAGE)) && (await has(engine, standIn.DEBIAN_IMAGE))) return standIn;
  const cache = await cacheFolder("docker-images");
  const file = join(cache, "stand-ins.tar");
  if (existsSync(file)) {
    await docker(engine, "load", "--quiet", "--input", file);
    return standIn;
  }
  await makeStandIns(engine).catch((error: Error) => {
    throw new NoEngineError(`The base images can neither be pulled nor made: ${error.message}`);
  });
  await docker(engine, "save", "--output", `${file}.new`, standIn.DEBIAN_IMAGE, standIn.NODE_IMAGE);
  await rename(`${file}.new`, file);
  return standIn;
}

async function has(engine: DockerEngine, image: string): Promise<boolean> {
  return (await tryCommand("docker", ["image", "inspect", image], { env: engine.env })).code === 0;
}

async function makeStandIns(engine: DockerEngine): Promise<void> {
  console.error("Making base images of Debian's packages: about a minute.");
  if (!existsSync("/usr/sbin/debootstrap")) await aptInstall(["debootstrap"]);
  const folder = await mkdtemp(join(tmpdir(), "millrace-base-images-"));
  const system = join(folder, "system");
  try {
    await Promise.all([debootstrap(system), packNode(folder)]);
    await importImage(engine, system, standIn.DEBIAN_IMAGE, "bash");
    await addNode(system, folder);
    await importImage(engine, system, standIn.NODE_IMAGE, "node");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function debootstrap(system: string): Promise<void> {
  const args = ["--variant=minbase", "--include=ca-certificates", "bookworm", system, await debianMirror()];
  await runCommand("debootstrap", args);
  const sources = "etc/apt/sources.list.d/debian.sources";
  if (existsSync(`/${sources}`)) {
    await cp(`/${sources}`, join(system, sources));
    await writeFile(join(system, "etc/apt/sources.list"), "");
  }
  const certificates = "usr/local/share/ca-certificates";
  await mkdir(join(system, certificates), { recursive: true });
  if (existsSync(`/${certificates}`))
    await cp(`/${certificates}`, join(system, certificates), { recursive: true });
  await runCommand("chroot", [system, "update-ca-certificates"]);
  // What the slim image leaves out, too.
  for (const path of [
    "var/lib/apt/lists",
    "var/cache/apt/archives",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
  ]) {
    for (const name of await readdir(join(system, path)).catch(() => []))
      await rm(join(system, path, name), { recursive: true, force: true });
  }
  await mkdir(join(system, "var/cache/apt/archives/partial"), { recursive: true });
}

async function packNode(folder: string): Promise<void> {
  const packages = [`node-linux-${process.arch}@24`, "npm@11"];
  await runCommand("npm", ["pack", "--silent", ...packages], { cwd: folder });
}

/** Node, npm and the user `node`, where and as the official image has them. */
async function addNode(system: string, folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".tgz")) continue;
    const into = join(folder, name.startsWith("npm-") ? "npm" : "node");
    await mkdir(into);
    await runCommand("tar", ["-xzf", join(folder, name), "-C", into]);
  }
  const local = join(system, "usr/local");
  await cp(join(folder, "node/package/bin"), join(local, "bin"), { recursive: true });
  await mkdir(join(local, "lib/node_modules"), { recursive: true });
  await cp(join(folder, "npm/package"), join(local, "lib/node_modules/npm"), { recursive: true });
  for (const tool of ["npm", "npx"])
    await symlink(`../lib/node_modules/npm/bin/${tool}-cli.js`, join(local, "bin", tool));
  await runCommand("chmod", ["755", join(local, "bin/node")]);
  await runCommand("chroot", [system, "groupadd", "--gid", "1000", "node"]);
  const user = ["--uid", "1000", "--gid", "node", "--shell", "/bin/bash", "--create-home", "node"];
  await runCommand("chroot", [system, "useradd", ...user]);
}

async function importImage(
  engine: DockerEngine,
  system: string,
  image: string,
  command: string,
): Promise<void> {
  const certificates = "/etc/ssl/certs/ca-certificates.crt";
  const changes = [`CMD ["${command}"]`, `ENV NODE_EXTRA_CA_CERTS=${certificates}`];
  const archive = `${system}.tar`;
  await runCommand("tar", ["-C", system, "--numeric-owner", "-cf", archive, "."]);
  await docker(engine, "import", ...changes.flatMap((change) => ["--change", change]), archive, image);
  await rm(archive);
}
