import { join, relative } from "node:path";
import { packageFolder } from "../../discovery/runtime-modules.ts";
import { type DownloadProgress, downloadMovieLens } from "../download/download-movielens.ts";
import type { MovieLensSize } from "../download/movielens-files.ts";
import { exit } from "../exit.ts";
import { note, print, printJson } from "../output.ts";
import { DownloadView } from "../render/download-view.ts";

export interface DownloadOptions {
  /** Checked by the command line's choices. */
  readonly size: MovieLensSize;
  readonly to: string;
  readonly keepZip?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `millrace download movielens`. MILLRACE_GROUPLENS_URL names another server with the same files. */
export async function downloadCommand(options: DownloadOptions): Promise<void> {
  const stopped = new AbortController();
  process.once("SIGINT", () => stopped.abort());
  const view = new DownloadView();
  try {
    const result = await downloadMovieLens({
      size: options.size,
      folder: options.to,
      sampleFolder: join(packageFolder, "runtime", "flows", "sample"),
      baseUrl: process.env.MILLRACE_GROUPLENS_URL || undefined,
      keepZip: options.keepZip,
      force: options.force,
      signal: stopped.signal,
      onProgress: (progress: DownloadProgress) => view.show(progress),
    });
    view.end();
    if (options.json) printJson({ ...result, zip: result.zip ?? null });
    else {
      const folder = relative(process.cwd(), result.folder) || ".";
      print(
        `${folder} ${result.outcome === "downloaded" ? "is there" : "was there already"}: ${result.files.join(", ")}\n`,
      );
      print(`(${result.fromSample} is a copy of the sample data's.)\n`);
      print(
        `Next: millrace run movie-ratings --input ${/\s/.test(folder) ? JSON.stringify(folder) : folder}\n`,
      );
    }
  } catch (error) {
    view.end();
    if (!stopped.signal.aborted) throw error;
    note("Stopped. The same command goes on where the download stopped.");
    await exit(130);
  }
  await exit(0);
}
