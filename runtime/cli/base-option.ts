import { resolve } from "node:path";
import { findBase } from "../operations/find-base.ts";

/** The folder whose `.millrace/` is meant: the one that `--dir` names, or the nearest that has one. */
export function baseOption(dir: string | undefined): string {
  return dir === undefined ? findBase(process.cwd()) : resolve(dir);
}
