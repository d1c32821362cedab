// What others have written of what we ship, and on which terms: ThirdPartyNotices.txt in the VSIX and in the npm
// package. Tools for it list either what is installed or what one bundler has bundled; a VSIX has both, of three
// bundles; an npm package has one bundle, and names its dependencies, which come with terms of their own.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./freshness.mjs";

export const noticesFile = "ThirdPartyNotices.txt";

/** Remembers which packages' code esbuild has put into a bundle. */
export function rememberBundled(name, ...metafiles) {
  const inputs = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    ),
  );
  const file = bundledFile(name);
  mkdirSync(dirname(file), { recursive: true });
  const modules = inputs.filter((path) => packageFolder(path).length > 0);
  writeFileSync(file, JSON.stringify([...new Set(modules)].sort()));
}

/** The modules of packages that are bundled, relative to the root. */
function bundledModules(bundles = allBundles) {
  const lists = bundles.map((name) => JSON.parse(readFileSync(bundledFile(name), "utf8")));
  return [...new Set(lists.flat())].sort();
}

/** Folders of the packages that are bundled, relative to the root. */
function bundledPackages(bundles) {
  return [...new Set(bundledModules(bundles).flatMap(packageFolder))].sort();
}

/** What modules of a package say at their top of whose they are, where its own terms don't. */
function headsOf(folder, terms, bundles) {
  const heads = bundledModules(bundles)
    .filter((path) => join(root, packageFolder(path)) === folder)
    .map(
      (path) =>
        /^\s*((?:\/\/.*\n)+|\/\*[\s\S]*?\*\/)/.exec(readFileSync(join(root, path), "utf8"))?.[1] ?? "",
    )
    .filter((head) => /copyright/i.test(head))
    .map((head) => head.replaceAll(/^ *(\/\/|\/?\*+\/?) ?/gm, "").trim());
  return [...new Set(heads)].filter((head) => !terms.some((text) => text.includes(head)));
}

const allBundles = ["runtime", "extension", "panel"];

function bundledFile(name) {
  return join(root, "dist", `.bundled-${name}.json`);
}

/** `node_modules/d3-array` of a module's path, also of a package within another's node_modules. */
function packageFolder(path) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path.replaceAll("\\", "/"))?.[0] ?? [];
}

/** Folders of the packages that are installed below a folder. */
export function installedPackages(folder) {
  const modules = join(folder, "node_modules");
  if (!existsSync(modules)) return [];
  const names = readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`) : name,
    );
  return names.flatMap((name) => {
    const path = join(modules, name);
    return existsSync(join(path, "package.json")) ? [path, ...installedPackages(path)] : [];
  });
}

/** What isn't a package, and is in ours all the same: its terms are those of a package that has them in full. */
const takenOver = [
  {
    name: "Apache Spark",
    what: "messages of Spark Connect, lists of stop words and names of its functions",
    license: "Apache-2.0",
    textOf: "node_modules/@grpc/grpc-js",
    notice: "Apache Spark\nCopyright 2014 and onwards The Apache Software Foundation.",
  },
];

/**
 * The notices of all that a VSIX has in it.
 * @param stage the folder that is packaged.
 * @throws for a package that doesn't say on which terms it may be used.
 */
export function noticesText(stage) {
  return noticesOf(allBundles, installedPackages(stage));
}

/** The notices of what the runtime's bundle has in it: an npm package has no more. */
export function runtimeNotices() {
  return noticesOf(["runtime"], []);
}

function noticesOf(bundles, installed) {
  const folders = [...bundledPackages(bundles).map((path) => join(root, path)), ...installed];
  const packages = new Map();
  for (const folder of folders) {
    const about = aboutPackage(folder, bundles);
    packages.set(`${about.name} ${about.version}`, about);
  }
  const entries = [...packages.keys()].sort().map((key) => entryText(packages.get(key)));
  const own = takenOver.map(({ name, what, license, textOf, notice }) =>
    [`${name} (${what})`, `License: ${license}`, notice, ...termsIn(join(root, textOf))].join("\n\n"),
  );
  const head =
    "Millrace has in it what others have written. Each is named here, with the terms on which it may be used.";
  return `${[head, ...entries, ...own].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

function aboutPackage(folder, bundles) {
  const { name, version, license, author, repository, homepage } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  if (typeof license !== "string") throw new Error(`${folder} doesn't say on which terms it may be used.`);
  const where = homepage ?? (typeof repository === "string" ? repository : repository?.url);
  const by = typeof author === "string" ? author : author?.name;
  // The programs of a package for one platform are under its terms.
  const own = termsIn(folder).length > 0 ? termsIn(folder) : termsIn(join(root, parentOf(name)));
  const given = own.length > 0 ? own : standardTexts(license);
  const terms = [...given, ...headsOf(folder, given, bundles)];
  return { name, version, license, where, by, terms };
}

function entryText({ name, version, license, where, by, terms }) {
  const lines = [`${name} ${version}`, `License: ${license}`];
  if (by !== undefined) lines.push(`By ${by}`);
  if (where !== undefined) lines.push(where);
  return [lines.join("\n"), ...terms].join("\n\n");
}

/** `@esbuild/linux-x64` is esbuild's. */
function parentOf(name) {
  return join("node_modules", name.startsWith("@") ? name.slice(1).split("/")[0] : name);
}

/** Texts of the files in which a package has its terms and notices. */
function termsIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice|third.?party.?notices?|copyright)/i.test(name))
    .filter((name) => !/\.(m?js|cjs|json|ts|html)$/.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim());
}

/**
 * For a package that only names its terms: those of another that has them in full, or our own, which are MIT's.
 * What else it is under, its modules say at their top.
 */
function standardTexts(license) {
  if (license === "MIT")
    return [
      readFileSync(join(root, "LICENSE"), "utf8")
        .replace(/Copyright.*\n\n?/, "")
        .trim(),
    ];
  if (license.includes("Apache-2.0")) return termsIn(join(root, "node_modules/@grpc/grpc-js"));
  throw new Error(`There is no text of the license ${license}.`);
}
