import { pathToFileURL } from "node:url";

/** Whether a module is the program that was started, rather than imported by one. */
export function isMain(url) {
  return process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href;
}
