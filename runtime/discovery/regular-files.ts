import { join } from "node:path";
import type { OnLoadResult, Plugin } from "esbuild";
import { checkRegular } from "../disk/check-regular.ts";
import { foldersUpwards } from "../disk/folders-upwards.ts";

/** Has a bundler read no pipes, which it would wait for, and no devices, which have no end. */
export const regularFiles: Plugin = {
  name: "regular-files",
  setup(build) {
    build.onLoad({ filter: /./, namespace: "file" }, async ({ path }): Promise<OnLoadResult | undefined> => {
      try {
        await checkRegular(path);
        return undefined;
      } catch (error) {
        return { errors: [{ text: (error as Error).message }] }; // it throws errors only
      }
    });
  },
};

/**
 * The same for what esbuild reads by itself in a folder, and in those above.
 * @throws {RefusedFileError} for one that is no regular file.
 */
export async function checkSettings(folder: string): Promise<void> {
  for (const at of foldersUpwards(folder)) {
    await checkRegular(join(at, "package.json"));
    await checkRegular(join(at, "tsconfig.json"));
  }
}
