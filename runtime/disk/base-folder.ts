import { resolve } from "node:path";

/** The folder whose `.millrace/` has a run's folder: `<base>/.millrace/runs/<id>` is three folders down. */
export function baseOf(runFolder: string): string {
  return resolve(runFolder, "..", "..", "..");
}
