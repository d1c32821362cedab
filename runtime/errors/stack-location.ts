import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceLocation } from "./error-report.ts";
import {
  innerErrors,
  inspectSafely,
  isError,
  isInstance,
  messageOf,
  nameOf,
  ownFields,
  readProperty,
  textOf,
} from "./read-thrown.ts";
import { UserError } from "./user-error.ts";

/** The topmost place of a stack that is in the user's code. Stacks are source-mapped by Node. */
export function locate(stack: string): SourceLocation | undefined {
  for (const { location } of framesInUserCode(stack)) return location;
  return undefined;
}

function* framesInUserCode(
  stack: string,
): Generator<{ readonly line: string; readonly location: SourceLocation }, undefined> {
  for (const line of frameLines(stack)) {
    const location = locationOf(line);
    if (location !== undefined && isUserFile(location.file)) yield { line, location };
  }
}

/** So many errors of one that has others as causes, or in it, are told. */
const toldErrors = 20;

/** An error's name, message and own fields, its causes and the errors in it, with the frames that are in the user's code. */
export function userStack(error: unknown): string {
  const lines: string[] = [];
  const told = new Set<unknown>();
  const tell = (each: unknown, heading: string, indent: string): void => {
    if (told.size === toldErrors) lines.push(`${indent}${heading}... and more`);
    if (told.has(each) || told.size >= toldErrors) return;
    told.add(each);
    lines.push(
      ...[
        `${heading}${heading === "" || isError(each) ? describeAlone(each) : inspectSafely(each)}${fieldsText(each)}`,
        ...userFrames(each),
      ].map((line) => indent + line),
    );
    const inner = innerErrors(each);
    for (const [index, one] of inner.entries())
      tell(one, `${index + 1} of ${inner.length} errors: `, `${indent}  `);
    const cause = isError(each) ? readProperty(each, "cause") : undefined;
    if (cause !== undefined) tell(cause, "Caused by: ", indent);
  };
  tell(error, "", "");
  return lines.join("\n");
}

/** What an error has of its own, as Node shows it: ` { code: 'ENOENT' }`. */
function fieldsText(error: unknown): string {
  if (!isError(error) || isInstance(error, UserError)) return ""; // a UserError's message says all
  const fields = ownFields(error);
  if (fields.length === 0) return "";
  return ` ${inspectSafely(Object.fromEntries(fields), 2)}`;
}

/** Whatever was thrown, in words; of an error its name and message, with those of the errors in it. */
export function describe(error: unknown): string {
  if (!isError(error)) return `A value that is no Error was thrown: ${inspectSafely(error)}`;
  return withName(error, messageOf(error));
}

function describeAlone(error: unknown): string {
  return isError(error) ? withName(error, textOf(readProperty(error, "message"))) : describe(error);
}

function withName(error: Error, message: string): string {
  return message === "" ? nameOf(error) : `${nameOf(error)}: ${message}`;
}

export function userFrames(error: unknown): string[] {
  const stack = isError(error) ? readProperty(error, "stack") : undefined;
  return typeof stack === "string" ? Array.from(framesInUserCode(stack), ({ line }) => line) : [];
}

/** A stack's lines. A folder's name may have a line break: the frame goes on with the next line then. */
function frameLines(stack: string): string[] {
  const lines: string[] = [];
  for (const line of stack.split("\n")) {
    const last = lines.at(-1);
    if (last !== undefined && /^\s+at .*[\\/]/.test(last) && !/^\s+at /.test(line) && !/:\d+\)?$/.test(last))
      lines[lines.length - 1] = `${last}\n${line}`;
    else lines.push(line);
  }
  return lines;
}

/** `    at Object.run (/a/b.ts:1:2)`, `    at async /a/b.ts:1:2`. Folders may have parentheses and spaces in their names. */
const framePattern = /^\s+at (?:.*?\(|async )?((?:file:|node:|[\\/]|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/s;

function locationOf(line: string): SourceLocation | undefined {
  const match = line.includes("(eval at ") ? null : framePattern.exec(line);
  const [, path, row, column] = match ?? [];
  if (path === undefined || row === undefined || column === undefined) return undefined;
  if (path.startsWith("node:") || path.includes("node:internal")) return undefined;
  const file = path.startsWith("file://") ? pathOf(path) : path;
  if (file === undefined) return undefined;
  return { file, line: Number(row), column: Number(column) };
}

/** A message may have a line like a frame's, of a place that is none. */
function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
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
