import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type ParseResult, parse } from "@babel/parser";
import type { CallExpression, Expression, File, ObjectExpression } from "@babel/types";
import { readAnywhereSync } from "../disk/read-file.ts";
import type { SourceLocation } from "../errors/error-report.ts";
import { type Exported, moduleExports } from "./module-exports.ts";

/** The largest file that is read; bytes. */
export const largestModule = 2 << 20;

export interface NamedDefinition {
  readonly name: string;
  readonly source: SourceLocation;
}

/** What a file says about flows, as read from its text; nothing of it is run. */
export interface FlowFile {
  readonly file: string;
  /** The one that is its default export: what running the file runs. */
  readonly flow: NamedDefinition | undefined;
  /** All that it defines, subflows too. */
  readonly flows: readonly NamedDefinition[];
  /** Those of the modules that it imports by relative paths too. */
  readonly tasks: readonly NamedDefinition[];
  readonly problems: readonly { readonly message: string; readonly source: SourceLocation }[];
}

/**
 * Reads the flows and tasks that a file defines. A file with errors gives what can be read and its problems.
 * @param read a file's text; what it throws is that file's problem.
 */
export function readFlowFile(file: string, read: (path: string) => string = readText): FlowFile {
  const own = readModule(file, read);
  const modules = new Map([[file, own]]);
  const tasks = [...own.tasks];
  const problems = [...own.problems];
  const queue = own.imports.map((path) => ({ path, from: file }));
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const path = resolveModule(next.path, next.from);
    if (path === undefined || modules.has(path)) continue;
    const module = readModule(path, read);
    modules.set(path, module);
    tasks.push(...module.tasks);
    problems.push(...module.problems);
    queue.push(...module.imports.map((imported) => ({ path: imported, from: path })));
  }
  const flow = defaultFlow(file, modules);
  if (flow === undefined && problems.length === 0) {
    problems.push({
      message:
        'No flow is the default export of this file. Write: export default flow({ name: "..." }, async () => { ... });',
      source: { file, line: 1, column: 1 },
    });
  }
  problems.push(...sameNames(tasks));
  return { file, flow, flows: own.flows, tasks, problems };
}

/** The flow that a file's default export is, also by way of other modules. */
function defaultFlow(file: string, modules: ReadonlyMap<string, Module>): NamedDefinition | undefined {
  const passed = new Set<string>();
  let at: string | undefined = file;
  let name = "default";
  while (at !== undefined && !passed.has(`${at}\0${name}`)) {
    passed.add(`${at}\0${name}`);
    const exported: Exported<NamedDefinition> | undefined = modules.get(at)?.exports.get(name);
    if (exported === undefined) return undefined;
    if ("own" in exported) return exported.own;
    at = resolveModule(exported.from, at);
    name = exported.name;
  }
  return undefined;
}

function sameNames(tasks: readonly NamedDefinition[]): { message: string; source: SourceLocation }[] {
  const first = new Map<string, SourceLocation>();
  return tasks.flatMap(({ name, source }) => {
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, source);
      return [];
    }
    const place = `${earlier.file}:${earlier.line}:${earlier.column}`;
    return [
      {
        message: `Two tasks are named '${name}', the other at ${place}. Give one of them another name.`,
        source,
      },
    ];
  });
}

interface Module {
  readonly exports: ReadonlyMap<string, Exported<NamedDefinition>>;
  readonly flows: NamedDefinition[];
  readonly tasks: NamedDefinition[];
  readonly imports: string[];
  readonly problems: { message: string; source: SourceLocation }[];
}

function readModule(file: string, read: (path: string) => string): Module {
  try {
    return parseModule(file, read(file));
  } catch (error) {
    const message = `It can't be read: ${reasonOf(error)}`;
    const problems = [{ message, source: { file, line: 1, column: 1 } }];
    return { exports: new Map(), flows: [], tasks: [], imports: [], problems };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return "it is nested too deeply.";
  return error instanceof Error ? error.message : String(error);
}

function parseModule(file: string, text: string): Module {
  const module: Module = { exports: new Map(), flows: [], tasks: [], imports: [], problems: [] };
  let ast: ParseResult<File>;
  try {
    ast = parse(text, {
      sourceType: "module",
      errorRecovery: true,
      plugins: /ts$/.test(file)
        ? ["typescript", "explicitResourceManagement"]
        : ["jsx", "explicitResourceManagement"],
    });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    module.problems.push(problemOf(file, error as Error)); // the parser throws errors only
    return module;
  }
  for (const error of ast.errors ?? []) module.problems.push(problemOf(file, error as unknown as Error)); // typed without `message`
  const local = new Map<string, string>();
  for (const statement of ast.program.body) {
    if (statement.type === "ImportDeclaration") {
      const from = statement.source.value;
      if (from.startsWith(".") && statement.importKind !== "type") module.imports.push(from);
      if (from !== "millrace") continue;
      for (const specifier of statement.specifiers) {
        if (specifier.type === "ImportSpecifier" && specifier.imported.type === "Identifier") {
          local.set(specifier.local.name, specifier.imported.name);
        } else if (specifier.type === "ImportNamespaceSpecifier") {
          local.set(specifier.local.name, "*");
        }
      }
    } else if (
      (statement.type === "ExportNamedDeclaration" || statement.type === "ExportAllDeclaration") &&
      statement.source?.value.startsWith(".") &&
      statement.exportKind !== "type"
    ) {
      module.imports.push(statement.source.value);
    }
  }
  const flows = new Map<Expression, NamedDefinition>();
  visitCalls(ast.program.body, (call) => {
    const callee = calleeName(call, local);
    if (callee !== "flow" && callee !== "task" && callee !== "check") return;
    const name = definedName(call);
    if (name === undefined || call.loc == null) return;
    const { line, column } = call.loc.start;
    const definition = { name, source: { file, line, column: column + 1 } };
    if (callee === "flow") flows.set(call, definition);
    else module.tasks.push(definition);
  });
  module.flows.push(...flows.values());
  return { ...module, exports: moduleExports(ast.program.body, (expression) => flows.get(expression)) };
}

function calleeName(call: CallExpression, local: Map<string, string>): string | undefined {
  const { callee } = call;
  if (callee.type === "Identifier") return local.get(callee.name);
  if (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.property.type === "Identifier" &&
    local.get(callee.object.name) === "*"
  ) {
    return callee.property.name;
  }
  return undefined;
}

/** The name in `task("name", ...)`, `check("name", ...)` or `task({ name: "name" }, ...)`. */
function definedName(call: CallExpression): string | undefined {
  const [first] = call.arguments;
  if (first === undefined) return undefined;
  if (first.type === "ObjectExpression") return nameProperty(first);
  return stringOf(first as Expression); // anything else isn't a string
}

function nameProperty(object: ObjectExpression): string | undefined {
  for (const property of object.properties) {
    if (property.type !== "ObjectProperty") continue;
    const { key } = property;
    const isName =
      (key.type === "Identifier" && key.name === "name") ||
      (key.type === "StringLiteral" && key.value === "name");
    if (isName) return stringOf(property.value as Expression); // patterns can't stand in a call
  }
  return undefined;
}

function stringOf(expression: Expression): string | undefined {
  if (expression.type === "StringLiteral") return expression.value;
  if (expression.type === "TemplateLiteral" && expression.expressions.length === 0) {
    return expression.quasis[0]?.value.cooked ?? undefined;
  }
  return undefined;
}

/** Every call expression below a node, in the order of the text. */
function visitCalls(node: unknown, visit: (call: CallExpression) => void): void {
  if (Array.isArray(node)) {
    for (const child of node) visitCalls(child, visit);
    return;
  }
  if (typeof node !== "object" || node === null || !("type" in node)) return;
  if (node.type === "CallExpression") visit(node as unknown as CallExpression); // its type says so
  for (const [key, child] of Object.entries(node)) {
    if (key !== "loc" && typeof child === "object" && child !== null) visitCalls(child, visit);
  }
}

function problemOf(file: string, error: Error): { message: string; source: SourceLocation } {
  const loc = (error as { loc?: { line: number; column: number } }).loc; // set by the parser
  return {
    message: error.message.replace(/ \(\d+:\d+\)$/, ""),
    source: { file, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1 },
  };
}

/** The file that a relative import means, by TypeScript's and Node's endings. */
function resolveModule(path: string, from: string): string | undefined {
  const base = resolve(dirname(from), path);
  const stem = base.replace(/\.(m?)js$/, ".$1");
  const candidates = [
    base,
    `${base}.ts`,
    `${base}.mts`,
    `${base}.js`,
    `${base}.mjs`,
    `${stem}ts`,
    resolve(base, "index.ts"),
  ];
  return candidates.find((candidate) => /\.m?[tj]s$/.test(candidate) && existsSync(candidate));
}

function readText(path: string): string {
  return String(readAnywhereSync(path, largestModule));
}
