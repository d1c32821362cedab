import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { firstFlow } from "../authoring/first-flow.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { readAnywhereSync } from "../disk/read-file.ts";
import { ownFolder } from "../disk/remove-own.ts";
import { replaceFile } from "../disk/replace-file.ts";
import type { PreparedFolder } from "../events/prepared-folder.ts";
import { makeStore } from "../store/run-folder.ts";
import { ownConfig, typeStubs, typesConfig } from "./editor-types.ts";

/**
 * Writes a first flow, unless only the types are wanted, and what an editor needs for the types. Overwrites nothing
 * but `.millrace/tsconfig.json`, which is its own.
 */
export async function prepareFolder(
  folder: string,
  { onlyTypes }: { readonly onlyTypes: boolean },
): Promise<PreparedFolder> {
  await makeFolder(folder);
  await ownFolder(folder, ".millrace");
  const types = join(await makeStore(folder), "tsconfig.json");
  await replaceFile(types, typesConfig(folder));
  await makeFolder(join(folder, ".millrace", "types"));
  for (const [path, text] of typeStubs(folder)) await replaceFile(join(folder, path), text);
  const files = [{ file: types, written: true }];
  if (!onlyTypes) files.push(await writeNew(join(folder, "hello.flow.ts"), firstFlow));
  const config = await writeNew(join(folder, "tsconfig.json"), ownConfig);
  files.push(config);
  return { files, advice: config.written ? null : adviceFor(config.file) };
}

async function writeNew(file: string, text: string): Promise<PreparedFolder["files"][number]> {
  try {
    await writeFile(file, text, { flag: "wx" });
    return { file, written: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error; // writeFile rejects with nothing else
    return { file, written: false };
  }
}

/** A tsconfig.json has no more bytes than that. */
const largestConfig = 1 << 20;

function adviceFor(file: string): string | null {
  const text = String(readAnywhereSync(file, largestConfig));
  if (text.includes(".millrace/tsconfig.json")) return null;
  const earlier = /"extends"\s*:\s*("[^"]*")/.exec(text)?.[1];
  const line =
    earlier === undefined
      ? '"extends": "./.millrace/tsconfig.json"'
      : `"extends": [${earlier}, "./.millrace/tsconfig.json"]`;
  const paths = /"(paths|types|typeRoots)"\s*:/.test(text)
    ? ` Its own "paths", "types" and "typeRoots" come before that: copy those of .millrace/tsconfig.json into them.`
    : "";
  return `For the types, add to ${file}: ${line}.${paths}`;
}
