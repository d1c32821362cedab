import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Definition } from "../../authoring/definition.ts";
import { readBelow } from "../../disk/read-file.ts";
import { placeFile } from "../../disk/replace-file.ts";
import { seal, unseal } from "../../disk/sealed.ts";
import type { FlowBundle } from "../bundle-flow.ts";
import { providedModules, runtimeVersion } from "../provided-modules.ts";
import { builtFolder } from "../runtime-modules.ts";
import type { BundleCode, Place, ReachedCode } from "./bundle-code.ts";
import { InstalledPackages, type KnownPackages } from "./installed-packages.ts";
import { Outside } from "./outside.ts";

/** The code that a task can reach, in a few words. */
export interface TaskCode {
  /** The same for the same code and the same installed packages. */
  readonly digest: string;
  /** Names of the environment's variables that stand in it, sorted. */
  readonly environment: readonly string[];
  /** What it uses that can't be known beforehand: `Date.now`, `node:fs`. Sorted. */
  readonly unseen: readonly string[];
}

/** What is kept beside a bundle, so that code is looked through once. */
interface Kept {
  readonly version: typeof keptVersion;
  /** By the places of a definition in the bundle. */
  readonly reached: { readonly [places: string]: ReachedCode };
  readonly packages: KnownPackages;
}

/** To be raised when the same code gets another digest. */
const keptVersion = 3;

/**
 * Looks up, or finds out, which code definitions of a bundle can reach: the one digest by which the cache and a
 * resume know whether a task's code is the same.
 */
export async function taskCodes<D extends Definition>(
  bundle: FlowBundle,
  definitions: readonly D[],
): Promise<Map<D, TaskCode>> {
  const path = `${bundle.path}.code.json`;
  const kept = await readKept(path);
  const packages = new InstalledPackages(kept?.packages ?? {});
  const reached: { [places: string]: ReachedCode } = {};
  let code: BundleText | undefined;
  const url = pathToFileURL(bundle.path).href;
  const codes = new Map<D, TaskCode>();
  for (const definition of definitions) {
    if (isRuntimes(definition)) {
      codes.set(definition, { digest: runtimeVersion(), environment: [], unseen: [] });
      continue;
    }
    const { sites = [] } = definition;
    const places = sites.filter(({ file }) => file === url || file === bundle.path);
    const key = places.map(({ line, column }) => `${line}:${column}`).join(" ");
    let found = reached[key] ?? kept?.reached[key];
    if (found === undefined) {
      code ??= await readBundle(bundle);
      found = reachedFrom(code, places, bundle);
    }
    reached[key] = found;
    codes.set(definition, withPackages(found, packages));
  }
  const isNew = kept === undefined || Object.keys(reached).some((key) => kept.reached[key] === undefined);
  if (isNew || !packages.wasKnown) {
    const fresh: Kept = { version: keptVersion, reached, packages: packages.found };
    placeFile(path, seal(JSON.stringify(fresh)));
  }
  return codes;
}

/**
 * A definition whose place can't be told, as one made by a package, is of all the bundle's code, and so is each where
 * that is too large or too deep to be looked through.
 */
function reachedFrom(code: BundleText, places: readonly Place[], bundle: FlowBundle): ReachedCode {
  if (places.length > 0) {
    try {
      const reached = code.parsed?.reachedFrom(places);
      if (reached !== undefined) return reached;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // nested too deeply to be walked through
    }
  }
  return {
    digest: basename(bundle.path),
    imports: bundle.imports,
    environment: environmentIn(code.text),
    unseen: bundle.imports.filter((specifier) => Outside.isOutside(specifier)),
  };
}

/** Names of the environment's variables that a text seems to read: one too many does no harm. */
function environmentIn(text: string): string[] {
  const names = new Set<string>();
  for (const [, plain, quoted] of text.matchAll(
    /\benv\??\.?(?:\.([A-Za-z_$][\w$]*)|\[\s*["']([^"'\n]+)["'])/g,
  ))
    names.add(plain ?? quoted ?? "");
  for (const [, pattern = ""] of text.matchAll(/\{([^{}]*)\}\s*=\s*(?:\w+\.)?env\b/g))
    for (const [name] of pattern.matchAll(/[A-Za-z_$][\w$]*/g)) names.add(name);
  return [...names].sort();
}

/** A definition of the runtime's own, such as a session. */
function isRuntimes({ sites: [site] = [] }: Definition): boolean {
  return site?.file.startsWith(pathToFileURL(`${builtFolder}/`).href) ?? false;
}

function withPackages(
  { digest, imports, environment, unseen }: ReachedCode,
  packages: InstalledPackages,
): TaskCode {
  const hash = createHash("sha256").update(digest);
  for (const specifier of imports) {
    if (!specifier.startsWith("file:")) continue;
    const provided = providedModules.find(({ url }) => url() === specifier);
    hash.update(`\0${provided === undefined ? packages.digest(specifier) : provided.version()}`);
  }
  return { digest: hash.digest("hex"), environment, unseen };
}

/** A bundle's text, and what it says where it could be parsed. */
interface BundleText {
  readonly text: string;
  readonly parsed: BundleCode | undefined;
}

/** Characters of a bundle that are looked through: more, as of large data in JSON, would take seconds. */
const largestBundle = 512 * 1024;

async function readBundle(bundle: FlowBundle): Promise<BundleText> {
  const text = await readFile(bundle.path, "utf8");
  if (text.length > largestBundle) return { text, parsed: undefined };
  const { BundleCode } = await import("./bundle-code.ts");
  try {
    return {
      text,
      parsed: new BundleCode(text, {
        modules: bundle.modules,
        imports: new Set(bundle.imports),
        folder: dirname(bundle.file),
      }),
    };
  } catch (error) {
    // Nested too deeply for the parser, or of a syntax that is newer than it.
    if (error instanceof RangeError || error instanceof SyntaxError) return { text, parsed: undefined };
    throw error;
  }
}

/** Bytes of what is kept beside a bundle: more than that is made anew each time. */
const largestKept = 16 << 20;

async function readKept(path: string): Promise<Kept | undefined> {
  const kept = await readBelow(dirname(path), basename(path), largestKept).catch(() => ""); // none yet, or none to be read
  const text = unseal(String(kept));
  if (text === undefined) return undefined;
  const value = JSON.parse(text) as Kept; // written above, or by another version
  return value.version === keptVersion ? value : undefined;
}
