import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { hasPackage } from "../../runtime/disk/folders-upwards.ts";
import { readAnywhereSync } from "../../runtime/disk/read-file.ts";

/** A package.json has no more bytes than that. */
const largestManifest = 1 << 20;

/** A built Millrace: its command line, and whose it is. */
export interface Runtime {
  readonly cli: string;
  readonly version: string;
  readonly origin: "workspace" | "extension";
}

/**
 * The runtime that runs a flow: the one in a node_modules folder between the flow's file and `base`, or the
 * checkout that the file is in, where it is compatible; else the extension's own.
 */
export function findRuntime(flowFile: string, base: string, own: Runtime): Runtime {
  for (let folder = dirname(flowFile); ; folder = dirname(folder)) {
    for (const place of [join(folder, "node_modules", "millrace"), folder]) {
      const runtime = runtimeIn(place);
      if (runtime !== undefined && isCompatible(runtime.version, own.version)) return runtime;
    }
    if (folder === dirname(folder) || relative(base, folder) === "" || folder.length <= base.length)
      return own;
  }
}

function runtimeIn(folder: string): Runtime | undefined {
  const cli = join(folder, "dist", "cli.js");
  const manifest = join(folder, "package.json");
  if (!existsSync(cli) || !existsSync(manifest)) return undefined;
  try {
    const {
      name,
      version,
      dependencies = {},
    } = JSON.parse(String(readAnywhereSync(manifest, largestManifest))) as {
      name?: unknown;
      version?: unknown;
      dependencies?: object;
    }; // any JSON
    if (name !== "millrace" || typeof version !== "string") return undefined;
    // A checkout that was built in a container has its packages in there.
    if (!Object.keys(dependencies).every((dependency) => hasPackage(folder, dependency))) return undefined;
    return { cli, version, origin: "workspace" };
  } catch {
    return undefined; // half installed: the extension's own runs it
  }
}

/** Before 1.0 a minor version may change what the extension relies on; after it a major one. */
export function isCompatible(version: string, own: string): boolean {
  const [major, minor] = version.split(".");
  const [ownMajor, ownMinor] = own.split(".");
  return major === ownMajor && (major !== "0" || minor === ownMinor);
}

export function extensionRuntime(extensionPath: string, version: string): Runtime {
  return { cli: join(extensionPath, "dist", "cli.js"), version, origin: "extension" };
}
