// What a release says and is made with: `node .build/release.mjs notes v0.2.0` prints that version's part of the
// changelog; `... repository <url>` writes the repository that the packages are built from into package.json.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./freshness.mjs";
import { isMain } from "./is-main.mjs";

/**
 * What the changelog says of a version.
 * @throws where the tag isn't the version of package.json, or the changelog has no part of it.
 */
export function notesOf(tag, version, changelog) {
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, and package.json has version ${version}.`);
  const part = changelog.split(/^## /m).find((each) => each.split(/[\s(]/, 1)[0] === version);
  const notes = part?.slice(part.indexOf("\n")).trim() ?? "";
  if (notes === "") throw new Error(`CHANGELOG.md says nothing of ${version}: give "Unreleased" its name.`);
  return `${notes}\n`;
}

/** A manifest with its repository, from which npm and the Marketplace make links, and npm its provenance. */
export function withRepository(manifest, url) {
  return {
    ...manifest,
    repository: { type: "git", url: `git+${url}.git` },
    homepage: `${url}#readme`,
    bugs: `${url}/issues`,
  };
}

function main([command, argument = ""]) {
  const file = join(root, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  switch (command) {
    case "notes": {
      const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
      process.stdout.write(notesOf(argument, manifest.version, changelog));
      return;
    }
    case "repository":
      writeFileSync(file, `${JSON.stringify(withRepository(manifest, argument), undefined, 2)}\n`);
      return;
    default:
      throw new Error("Say what: notes <tag>, or repository <url>.");
  }
}

if (isMain(import.meta.url)) main(process.argv.slice(2));
