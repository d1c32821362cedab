import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { builtFolder, packageFolder } from "../../discovery/runtime-modules.ts";
import { prepareFolder } from "../../operations/prepare-folder.ts";
import { note, print, printJson } from "../output.ts";

const ofTypes = "tells editors where the types of millrace and zod are on this machine.";
const kept = "is there already and stays as it is.";

export interface InitOptions {
  readonly types?: true;
  readonly json?: true;
}

/** `millrace init [folder]`: a first flow, and what an editor needs for its types; with `types` only that. */
export async function initCommand(given: string, options: InitOptions = {}): Promise<void> {
  const folder = resolve(given);
  const { files, advice } = await prepareFolder(folder, { onlyTypes: options.types ?? false });
  if (!existsSync(join(builtFolder, "types", "index.d.ts"))) {
    note(
      "The types of Millrace aren't built, so that editors won't find them: run 'npm run build' in %s.",
      packageFolder,
    );
  }
  const place = (file: string) => relative(process.cwd(), file) || file;
  const config = join(folder, "tsconfig.json");
  const shownAdvice = advice?.replace(config, () => place(config));
  if (options.json) {
    printJson({ files, advice });
    return;
  }
  for (const { file, written } of files)
    print(
      `${place(file)} ${file.includes(join(".millrace", "tsconfig")) ? ofTypes : written ? "is written." : kept}\n`,
    );
  if (shownAdvice !== undefined) print(`${shownAdvice}\n`);
  if (options.types) return;
  const go = folder === process.cwd() ? "" : `cd ${relative(process.cwd(), folder)}\n  `;
  print(`
Next:
  ${go}millrace run hello
  millrace run hello --help
  millrace graph hello
  millrace show latest
`);
}
