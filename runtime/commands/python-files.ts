import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { foldersUpwards } from "../disk/folders-upwards.ts";
import { readAnywhereSync } from "../disk/read-file.ts";

/** Files that say which packages, in which versions, an environment has; the first of a folder counts. */
const lockFiles = ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "requirements.txt"];

/** Larger modules are taken by their content, but not looked through for imports. */
const longestModule = 4 << 20;

/**
 * The code that a script's result depends on: itself, the modules beside it that it imports, and theirs. A module that
 * is imported by a name that is made at run time isn't seen.
 */
export function filesOfScript(script: string): string[] {
  const root = dirname(script);
  const found = new Set([script]);
  for (const file of found) {
    for (const { name, level } of importsIn(textOf(file))) {
      let folder = level === 0 ? root : dirname(file);
      for (let up = 1; up < level; up++) folder = dirname(folder);
      for (const module of modulesBeside(folder, name)) found.add(module);
    }
  }
  return [...found];
}

function textOf(file: string): string {
  return statSync(file).size > longestModule ? "" : String(readAnywhereSync(file, longestModule));
}

/** `import a.b, c as d`, `from ..a import b, c`: names with dots, and how many dots stood before them. */
function importsIn(text: string): { readonly name: string; readonly level: number }[] {
  const imports: { name: string; level: number }[] = [];
  for (const [, names = ""] of text.matchAll(/^[ \t]*import[ \t]+([^\n#;]+)/gm))
    for (const name of names.split(",")) imports.push({ name: name.trim().split(/\s/)[0] ?? "", level: 0 });
  const froms = /^[ \t]*from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)/gm;
  for (const [, dots = "", from = "", names = ""] of text.matchAll(froms)) {
    const level = dots.length;
    if (from !== "") imports.push({ name: from, level });
    for (const name of names
      .replace(/[()]/g, "")
      .replace(/#[^\n]*/g, "")
      .split(",")) {
      const last = name.trim().split(/\s/)[0] ?? "";
      if (/^\w+$/.test(last)) imports.push({ name: from === "" ? last : `${from}.${last}`, level });
    }
  }
  return imports.filter(({ name }) => /^\w+(\.\w+)*$/.test(name));
}

/** The files that Python loads for a name, as far as they lie in the folder: each package's, then the module's. */
function modulesBeside(folder: string, name: string): string[] {
  const files: string[] = [];
  let path = folder;
  for (const part of name.split(".")) {
    path = join(path, part);
    const file = [join(path, "__init__.py"), `${path}.py`].find((candidate) => existsSync(candidate));
    if (file !== undefined) files.push(file);
    else if (!existsSync(path)) break;
  }
  return files;
}

/**
 * The lock file of a script's folder, or of the nearest above up to the repository's; before it those that there would
 * have to be for another to count.
 */
export function lockFilesOf(script: string): string[] {
  const looked: string[] = [];
  for (const at of foldersUpwards(dirname(script))) {
    for (const name of lockFiles) {
      looked.push(join(at, name));
      if (existsSync(join(at, name))) return looked;
    }
    if (existsSync(join(at, ".git"))) break;
  }
  return looked;
}
