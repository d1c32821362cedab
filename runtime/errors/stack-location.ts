import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { SourceLocation } from "./error-report.ts";

/** The topmost place of a stack that is in the user's code. Stacks are source-mapped by Node. */
export function locate(stack: string): SourceLocation | undefined {
  return userPlaces(stack).next().value ?? undefined;
}

function* userPlaces(stack: string): Generator<SourceLocation, undefined> {
  for (const line of stack.split("\n")) {
    const location = locationOf(line);
    if (location !== undefined && isUserFile(location.file)) yield location;
  }
}

/** An error's name, message and causes, with the frames that are in the user's code. */
export function userStack(error: unknown): string {
  const lines: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current !== undefined; depth++) {
    lines.push(`${depth === 0 ? "" : "Caused by: "}${describe(current)}`, ...userFrames(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return lines.join("\n");
}

export function describe(error: unknown): string {
  if (!(error instanceof Error))
    return `A value that is no Error was thrown: ${inspect(error, { depth: 1 })}`;
  return `${error.message}` === "" ? error.name : `${error.name}: ${error.message}`;
}

export function userFrames(error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  return error.stack.split("\n").filter((line) => {
    const location = locationOf(line);
    return location !== undefined && isUserFile(location.file);
  });
}

const framePattern = /^\s+at (?:async )?(?:.*\()?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/;

function locationOf(line: string): SourceLocation | undefined {
  const match = framePattern.exec(line);
  const [, path, row, column] = match ?? [];
  if (path === undefined || row === undefined || column === undefined) return undefined;
  if (path.startsWith("node:") || path.includes("node:internal")) return undefined;
  const file = path.startsWith("file://") ? fileURLToPath(path) : path;
  return { file, line: Number(row), column: Number(column) };
}

function isUserFile(file: string): boolean {
  if (/[\\/]node_modules[\\/]/.test(file)) return false;
  return !ownFolders.some((folder) => file.startsWith(folder)) || file.startsWith(shippedFlows);
}

/** This module is `dist/<chunk>.js` when built and `runtime/errors/stack-location.ts` in the sources. */
const here = dirname(fileURLToPath(import.meta.url));
const packageFolder = here.endsWith("errors") ? dirname(dirname(here)) : dirname(here);
const ownFolders = ["dist", "runtime"].map((name) => join(packageFolder, name) + sep);
const shippedFlows = join(packageFolder, "runtime", "flows") + sep;
