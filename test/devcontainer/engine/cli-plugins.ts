import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { debianMirror } from "./debian-packages.ts";
import { NoEngineError } from "./docker-engine.ts";
import { runCommand, tryCommand } from "./run-command.ts";

/**
 * Environment in which `docker compose` and `docker buildx` work. Where they are missing, they are unpacked
 * from the next Debian's packages, which need nothing else of it, into the user's cache.
 * @throws {NoEngineError} where that can't be done.
 */
export async function cliPlugins(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const works = async (name: string) => (await tryCommand("docker", [name, "version"], { env })).code === 0;
  if ((await works("compose")) && (await works("buildx"))) return {};
  const config = await cacheFolder("docker-cli");
  if (!existsSync(join(config, "cli-plugins"))) {
    await unpack(config).catch((error: Error) => {
      throw new NoEngineError(`Docker Compose is missing and can't be installed: ${error.message}`);
    });
  }
  return { DOCKER_CONFIG: config };
}

async function unpack(config: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-docker-cli-"));
  try {
    for (const name of ["lists/partial", "cache/archives/partial", "files"])
      await mkdir(join(folder, name), { recursive: true });
    const list = join(folder, "trixie.list");
    const key = "/usr/share/keyrings/debian-archive-keyring.gpg";
    await writeFile(list, `deb [signed-by=${key}] ${await debianMirror()} trixie main\n`);
    const settings = {
      "APT::Sandbox::User": "root",
      "Dir::Etc::sourcelist": list,
      "Dir::Etc::sourceparts": "/dev/null",
      "Dir::State::lists": join(folder, "lists"),
      "Dir::Cache": join(folder, "cache"),
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    await runCommand("apt-get", ["-qq", ...options, "update"], { cwd: folder });
    const packages = ["docker-compose/trixie", "docker-buildx/trixie"];
    await runCommand("apt-get", ["-qq", ...options, "download", ...packages], { cwd: folder });
    for (const name of await readdir(folder)) {
      if (name.endsWith(".deb")) await runCommand("dpkg", ["-x", join(folder, name), join(folder, "files")]);
    }
    const plugins = join(folder, "files", "usr", "libexec", "docker", "cli-plugins");
    const fresh = join(config, "cli-plugins.new");
    await rm(fresh, { recursive: true, force: true });
    await cp(plugins, fresh, { recursive: true });
    for (const name of await readdir(fresh)) await chmod(join(fresh, name), 0o755);
    await rename(fresh, join(config, "cli-plugins"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
