import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's own folder: the nearest one above this module with a package.json. */
export const packageFolder: string = findPackageFolder();

function findPackageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(`Millrace isn't installed whole: there is no package.json above ${import.meta.url}.`);
    folder = parent;
  }
  return folder;
}

/** The built modules that flows and threads import. */
export const builtFolder: string = join(packageFolder, "dist");
