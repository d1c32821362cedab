import type * as Esbuild from "esbuild";

let bundler: Promise<typeof Esbuild> | undefined;

/** Loads esbuild and starts its process, once: while that starts, this one has other things to do. */
export function startBundler(): Promise<typeof Esbuild> {
  bundler ??= import("esbuild").then(async (esbuild) => {
    await esbuild.initialize({});
    return esbuild;
  });
  return bundler;
}
