import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { foldersUpwards } from "../../disk/folders-upwards.ts";

/** What was found of a package's folder when it was read last. */
interface KnownPackage {
  /** Names, sizes and times of its files: while they are the same, nothing is read again. */
  readonly signature: string;
  readonly digest: string;
  /** Names of the packages that its modules import or its manifest names. */
  readonly uses: readonly string[];
}

/** By a package's folder, absolute. */
export type KnownPackages = { readonly [folder: string]: KnownPackage };

/**
 * Digests of what is installed: of a package's files, and of those of all packages that it can reach. A version says
 * too little: a package may be patched, linked or built anew under the same one.
 */
export class InstalledPackages {
  readonly #known: KnownPackages;
  readonly #found = new Map<string, KnownPackage>();

  constructor(known: KnownPackages) {
    this.#known = known;
  }

  /** What was found by this object, for the next one. */
  get found(): KnownPackages {
    return Object.fromEntries([...this.#found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Whether all that was found was known before. */
  get wasKnown(): boolean {
    return [...this.#found].every(([folder, { signature }]) => this.#known[folder]?.signature === signature);
  }

  /**
   * Of the package that a module lies in. One outside of node_modules, such as a linked runtime, counts by its name,
   * its version, and the module's own bytes.
   */
  digest(url: string): string {
    const file = fileURLToPath(url);
    const start = installedFolder(file);
    const hash = createHash("sha256");
    if (start === undefined) return hash.update(versionAbove(file)).update(readFileSync(file)).digest("hex");
    const reached = new Set([start]);
    for (const folder of reached) {
      for (const name of this.#look(folder).uses) {
        const used = resolvePackage(name, folder);
        if (used !== undefined) reached.add(used);
      }
    }
    // Where packages are installed is no content.
    for (const digest of [...reached].map((folder) => this.#look(folder).digest).sort()) hash.update(digest);
    return hash.digest("hex");
  }

  #look(folder: string): KnownPackage {
    let found = this.#found.get(folder);
    if (found === undefined) {
      const files = isFile(folder) ? [""] : [...filesBelow(folder, "")].sort();
      const signature = createHash("sha256")
        .update(files.map((file) => `${file}\0${stamp(join(folder, file))}`).join("\0"))
        .digest("hex");
      const known = this.#known[folder];
      found = known?.signature === signature ? known : { signature, ...read(folder, files) };
      this.#found.set(folder, found);
    }
    return found;
  }
}

function read(folder: string, files: readonly string[]): Pick<KnownPackage, "digest" | "uses"> {
  const hash = createHash("sha256");
  const uses = new Set<string>();
  for (const file of files) {
    const bytes = readFileSync(join(folder, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
    if (/\.[cm]?js$/.test(join(folder, file)))
      for (const name of importedPackages(bytes.toString("utf8"))) uses.add(name);
  }
  for (const name of declaredPackages(folder)) uses.add(name);
  return { digest: hash.digest("hex"), uses: [...uses].sort() };
}

const importPattern = /\b(?:from|import|require|resolve)\s*\(?\s*["']([^"'\n]+)["']/g;

/** Packages that a module's text seems to import: one too many changes nothing unless it is installed. */
function* importedPackages(text: string): Generator<string> {
  for (const [, specifier] of text.matchAll(importPattern)) {
    const name = /^(@[^/]+\/)?[^./@][^/:]*/.exec(specifier ?? "")?.[0];
    if (name !== undefined) yield name;
  }
}

function declaredPackages(folder: string): string[] {
  const manifest = manifestOf(folder);
  return ["dependencies", "optionalDependencies", "peerDependencies"].flatMap((field) => {
    const names = manifest?.[field];
    return typeof names === "object" && names !== null ? Object.keys(names) : [];
  });
}

/** Files that may take part: declarations, source maps and texts for people don't. */
function* filesBelow(folder: string, prefix: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = `${prefix}${entry.name}`;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules" && entry.name !== ".git") yield* filesBelow(path, `${name}/`);
    } else if (!/\.(d\.[cm]?ts|map|md)$/.test(entry.name) && isFile(path)) {
      yield name;
    }
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function stamp(path: string): string {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true });
  return `${size} ${mtimeNs} ${ino}`;
}

/** The folder in node_modules that a module is installed in. */
function installedFolder(file: string): string | undefined {
  const [folder] = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file) ?? [];
  return folder;
}

function versionAbove(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const { name, version } = manifestOf(folder) ?? {};
    if (typeof name === "string") return `${name}@${version}`;
  }
  return "";
}

/** What a module below `folder` gets when it imports the package `name`. */
function resolvePackage(name: string, folder: string): string | undefined {
  const found = [...foldersUpwards(folder)]
    .flatMap((at) => ["", ".js"].map((end) => join(at, "node_modules", name + end)))
    .find((path) => existsSync(path));
  return found === undefined ? undefined : realpathSync(found);
}

function manifestOf(folder: string): { readonly [field: string]: unknown } | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return typeof manifest === "object" && manifest !== null ? { ...manifest } : undefined;
  } catch {
    return undefined; // none, or one that npm couldn't read either
  }
}
