import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { builtFolder, packageFolder } from "../../discovery/runtime-modules.ts";
import { makeFolder } from "../../disk/make-folder.ts";
import { readAnywhereSync } from "../../disk/read-file.ts";
import { ownFolder } from "../../disk/remove-own.ts";
import { replaceFile } from "../../disk/replace-file.ts";
import { makeStore } from "../../store/run-folder.ts";
import { ownConfig, typesConfig } from "../init/editor-types.ts";
import { firstFlow } from "../init/first-flow.ts";
import { note, print } from "../output.ts";

/**
 * `millrace init [folder]`: a first flow, and what an editor needs for its types; with `types` only that.
 * Overwrites nothing but `.millrace/tsconfig.json`, which is its own.
 */
export async function initCommand(given: string, options: { readonly types?: true } = {}): Promise<void> {
  const folder = resolve(given);
  await makeFolder(folder);
  const place = (file: string) => relative(process.cwd(), join(folder, file)) || file;
  await ownFolder(folder, ".millrace");
  const store = await makeStore(folder);
  await replaceFile(join(store, "tsconfig.json"), typesConfig(folder));
  print(
    `${place(join(".millrace", "tsconfig.json"))} tells editors where the types of millrace and zod are on this machine.\n`,
  );
  if (options.types === undefined) await writeNew("hello.flow.ts", firstFlow);
  if (!(await writeNew("tsconfig.json", ownConfig)))
    print(adviceFor(join(folder, "tsconfig.json"), place("tsconfig.json")));
  if (!existsSync(join(builtFolder, "types", "index.d.ts"))) {
    note(
      "The types of Millrace aren't built, so that editors won't find them: run 'npm run build' in %s.",
      packageFolder,
    );
  }
  if (options.types) return;
  const go = folder === process.cwd() ? "" : `cd ${relative(process.cwd(), folder)}\n  `;
  print(`
Next:
  ${go}millrace run hello
  millrace run hello --help
  millrace graph hello
  millrace show latest
`);

  async function writeNew(file: string, text: string): Promise<boolean> {
    try {
      await writeFile(join(folder, file), text, { flag: "wx" });
      print(`${place(file)} is written.\n`);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // writeFile rejects with nothing else
      print(`${place(file)} is there already and stays as it is.\n`);
      return false;
    }
  }
}

/** A tsconfig.json has no more bytes than that. */
const largestConfig = 1 << 20;

function adviceFor(file: string, shown: string): string {
  const text = String(readAnywhereSync(file, largestConfig));
  if (text.includes(".millrace/tsconfig.json")) return "";
  const earlier = /"extends"\s*:\s*("[^"]*")/.exec(text)?.[1];
  const line =
    earlier === undefined
      ? '"extends": "./.millrace/tsconfig.json"'
      : `"extends": [${earlier}, "./.millrace/tsconfig.json"]`;
  const paths = /"(paths|types|typeRoots)"\s*:/.test(text)
    ? ` Its own "paths", "types" and "typeRoots" come before that: copy those of .millrace/tsconfig.json into them.`
    : "";
  return `For the types, add to ${shown}: ${line}.${paths}\n`;
}
