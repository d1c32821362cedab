import { rmSync } from "node:fs";
import { join } from "node:path";
import { readBelowSync } from "../disk/read-file.ts";

/** Where Node writes what V8 gave up for. It has the environment's variables in it, and is gone once it was read. */
const reportFile = "fatal-error.json";

/** Lets Node report into a run's folder what ends this process from within: its memory is at an end, say. */
export function reportFatalErrors(runFolder: string): void {
  const { report } = process;
  report.reportOnFatalError = true;
  report.directory = runFolder;
  report.filename = reportFile;
  // Node 22.13 and later, not in all versions of its types.
  Object.assign(report, { excludeEnv: true, excludeNetwork: true });
}

/** What the run's process died of, for whoever outlives it; undefined where it could not say. */
export function takeFatalError(runFolder: string): string | undefined {
  try {
    const text = readBelowSync(runFolder, reportFile, longestReport).toString();
    const { header, javascriptStack } = JSON.parse(text) as FatalReport; // Node writes it
    return [`FATAL ERROR: ${header.event}`, ...(javascriptStack?.stack ?? [])].join("\n    ");
  } catch {
    return undefined; // none, or not to its end
  } finally {
    rmSync(join(runFolder, reportFile), { force: true });
  }
}

/** Bytes of a report that are read. */
const longestReport = 16 * 1024 * 1024;

interface FatalReport {
  readonly header: { readonly event: string };
  readonly javascriptStack?: { readonly stack?: readonly string[] };
}
